--- Operations on relationships.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local LIMIT = parameters.LIMIT
local CURSOR = parameters.CURSOR
local EXPAND_ONE = parameters.EXPAND_ONE

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
    permissions = permission_sets.organizations "view",
    query = { EXPAND_ONE },
    returns = "Relationship",
  },
  { "post_externalcontacts_relationships", "relationships.create", "POST", "/relationships",
    effect = "create",
    summary = "Create a relationship",
    permissions = permission_sets.organizations "edit",
    body_model = "Relationship",
    returns = "Relationship",
    further_status = 422,
    check = CHECK_RELATIONSHIP,
  },
  { "put_externalcontacts_relationship", "relationships.update", "PUT",
    "/relationships/{relationshipId}",
    effect = "update",
    summary = "Update a relationship",
    permissions = permission_sets.organizations "edit",
    body_model = "Relationship",
    returns = "Relationship",
    further_status = 422,
  },
  { "delete_externalcontacts_relationship", "relationships.delete", "DELETE",
    "/relationships/{relationshipId}",
    effect = "delete",
    summary = "Delete a relationship",
    permissions = permission_sets.organizations "edit",
    returns = "Empty",
  },
  { "get_externalcontacts_scan_relationships", "relationships.scan", "GET",
    "/scan/relationships",
    effect = "read",
    summary = "Scan for relationships",
    permissions = permission_sets.contacts "view",
    query = { LIMIT, CURSOR },
    returns = "CursorRelationshipListing",
    paging = "cursor",
    iterator = "scan_relationships",
  },
}
