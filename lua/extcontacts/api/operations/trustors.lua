--- Operations on the trustor of an organization.

local permissions = require "extcontacts.api.operations.permissions"

return {
  { "put_externalcontacts_organization_trustor_trustor_id", "organizations.trustor.set", "PUT",
    "/organizations/{externalOrganizationId}/trustor/{trustorId}",
    effect = "update",
    summary = "Links a Trustor with an External Organization",
    permissions = permissions.organizations "edit",
    returns = "ExternalOrganizationTrustorLink",
    further_status = 422,
  },
  { "delete_externalcontacts_organization_trustor", "organizations.trustor.clear", "DELETE",
    "/organizations/{externalOrganizationId}/trustor",
    effect = "delete",
    summary = "Unlink the Trustor for this External Organization",
    permissions = permissions.organizations "edit",
    success_status = 204,
  },
}
