--- Operations on relationships.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local LIMIT = parameters.LIMIT
local CURSOR = parameters.CURSOR
local DIVISION_ID = parameters.DIVISION_ID
local PATCH_NOTE = parameters.PATCH_NOTE
local EXPAND_RELATIONSHIP = parameters.EXPAND_RELATIONSHIP

-- A create without a reply is looked for among the organization's newest.
local CHECK_RELATIONSHIP = {
  find = "get_externalcontacts_organization_relationships",
  each = { "externalOrganization.id" },
  options = { page_size = 100, sort_order = "createDate:desc" },
  records = "entities",
  get = "get_externalcontacts_relationship",
  proves_absence = true,
}

return {
  { "get_externalcontacts_relationship", "relationships.get", "GET",
    "/relationships/{relationshipId}",
    effect = "read",
    summary = "Fetch a relationship",
    permissions = permission_sets.related_organizations "view",
    query = { EXPAND_RELATIONSHIP },
    returns = "Relationship",
  },
  { "post_externalcontacts_relationships", "relationships.create", "POST", "/relationships",
    effect = "create",
    summary = "Create a relationship",
    permissions = permission_sets.related_organizations "edit",
    body_model = "Relationship",
    returns = "Relationship",
    check = CHECK_RELATIONSHIP,
    further_status = 422,
  },
  { "put_externalcontacts_relationship", "relationships.update", "PUT",
    "/relationships/{relationshipId}",
    effect = "update",
    summary = "Update a relationship",
    permissions = permission_sets.related_organizations "edit",
    body_model = "Relationship",
    returns = "Relationship",
    further_status = 422,
  },
  { "patch_externalcontacts_relationship", "relationships.patch", "PATCH", "/relationships/{relationshipId}",
    effect = "update",
    varies = "patch",
    repeatable = false,
    summary = "Update specific fields of a relationship",
    note = PATCH_NOTE,
    permissions = permission_sets.organizations "edit",
    body_model = "ExternalContactsPatchRequest",
    returns = "Relationship",
    since = "2026-07-01",
    further_status = 422,
  },
  { "delete_externalcontacts_relationship", "relationships.delete", "DELETE",
    "/relationships/{relationshipId}",
    effect = "delete",
    summary = "Delete a relationship",
    permissions = permission_sets.related_organizations "edit",
    returns = "Empty",
  },
  { "get_externalcontacts_scan_relationships", "relationships.scan", "GET",
    "/scan/relationships",
    effect = "read",
    summary = "Scan for relationships",
    permissions = permission_sets.related_contacts "view",
    query = { LIMIT, CURSOR, DIVISION_ID },
    returns = "CursorRelationshipListing",
    paging = "cursor",
    iterator = "scan_relationships",
    further_status = 422,
  },
}
