--- Operations on external sources: the systems whose ids records carry in
-- `externalIds`.

local parameters = require "extcontacts.api.operations.parameters"

local NAME = parameters.query {
  name = "name",
  wire = "name",
  type = "string",
  doc = "return the sources whose names begin with this",
}

local ACTIVE = parameters.query {
  name = "active",
  wire = "active",
  type = "boolean",
  doc = "return only active sources, or only others",
}

local SINCE = "2024-09-08"

local function permissions(action)
  return { "externalContacts:externalSource:" .. action }
end

-- Who may read contacts or organizations may read their sources.
local function view()
  return {
    "externalContacts:externalSource:view", "externalContacts:contact:view",
    "externalContacts:externalOrganization:view",
  }
end

return {
  { "get_externalcontacts_externalsources", "external_sources.list", "GET", "/externalsources",
    effect = "read",
    summary = "Fetch a list of External Sources",
    permissions = view(),
    query = { parameters.CURSOR, parameters.LIMIT, NAME, ACTIVE },
    returns = "CursorExternalSourceListing",
    paging = "cursor",
    iterator = "each_external_source",
    since = SINCE,
  },
  { "get_externalcontacts_externalsource", "external_sources.get", "GET", "/externalsources/{externalSourceId}",
    effect = "read",
    summary = "Fetch an External Source",
    permissions = view(),
    returns = "ExternalSource",
    since = SINCE,
  },
  { "post_externalcontacts_externalsources", "external_sources.create", "POST", "/externalsources",
    effect = "create",
    summary = "Create an External Source",
    note = "Names are unique, at most 200 characters long. An id in the body is ignored.",
    permissions = permissions "add",
    body_model = "ExternalSource",
    returns = "ExternalSource",
    since = SINCE,
    further_status = 422,
  },
  { "put_externalcontacts_externalsource", "external_sources.update", "PUT", "/externalsources/{externalSourceId}",
    effect = "update",
    summary = "Update an External Source",
    permissions = permissions "edit",
    body_model = "ExternalSource",
    returns = "ExternalSource",
    since = SINCE,
    further_status = 422,
  },
  { "delete_externalcontacts_externalsource", "external_sources.delete", "DELETE",
    "/externalsources/{externalSourceId}",
    effect = "delete",
    summary = "Delete an External Source.",
    note = "Records keep the externalIds that refer to it.",
    permissions = permissions "delete",
    returns = "Empty",
    other_success = 204,
    since = SINCE,
  },
}
