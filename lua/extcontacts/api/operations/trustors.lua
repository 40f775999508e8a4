--- Operations on the trustor of an organization.

local permission_sets = require "extcontacts.api.operations.permission_sets"

return {
  { "put_externalcontacts_organization_trustor_trustor_id", "organizations.trustor.set", "PUT",
    "/organizations/{externalOrganizationId}/trustor/{trustorId}",
    effect = "update",
    summary = "Links a Trustor with an External Organization",
    permissions = permission_sets.organizations "edit",
    returns = "ExternalOrganizationTrustorLink",
    further_status = 422,
  },
  { "delete_externalcontacts_organization_trustor", "organizations.trustor.clear", "DELETE",
    "/organizations/{externalOrganizationId}/trustor",
    effect = "delete",
    summary = "Unlink the Trustor for this External Organization",
    permissions = permission_sets.organizations "edit",
    success_status = 204,
  },
}
