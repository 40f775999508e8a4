--- Parameters that operations share: placeholders of paths, and the query.
-- Rows refer to these tables, so nothing may change them.

local parameters = {}

-- "contactId" → "contact_id"
local function snake(wire)
  return (wire:gsub("%u", function(letter)
    return "_" .. letter:lower()
  end))
end

--- Placeholder of a path → its parameter.
---@type table<string, extcontacts.Parameter>
parameters.in_path = {}

for wire, doc in pairs {
  contactId = "contact id",
  noteId = "note id",
  schemaId = "schema id",
  versionId = "schema version",
  externalOrganizationId = "organization id",
  trustorId = "id of the trustor (the trusting organization)",
  relationshipId = "relationship id",
  conversationId = "conversation id",
} do
  parameters.in_path[wire] = {
    name = snake(wire), wire = wire, place = "path", type = "string", required = true, doc = doc,
  }
end

--- Completes a parameter of the query, which is optional unless it says otherwise.
---@param param table
---@return extcontacts.Parameter
function parameters.query(param)
  param.place, param.required = "query", param.required or false
  return param
end

local query = parameters.query

local EXPAND_DOC = "related records to include in the response"

local function expand_list(...)
  return query {
    name = "expand",
    wire = "expand",
    type = "array",
    items = "string",
    enum = { ... },
    doc = EXPAND_DOC,
  }
end

parameters.EXPAND_CONTACT = expand_list("externalOrganization", "externalDataSources")
parameters.EXPAND_NOTE = expand_list("author", "externalDataSources")
parameters.EXPAND_ORGANIZATIONS = expand_list("externalDataSources")
parameters.EXPAND_LOOKUP = expand_list("contacts.externalOrganization", "externalDataSources")

-- Specified as a single value.
parameters.EXPAND_ONE = query {
  name = "expand",
  wire = "expand",
  type = "string",
  enum = { "externalDataSources" },
  doc = EXPAND_DOC,
}

parameters.PAGE_SIZE = query {
  name = "page_size",
  wire = "pageSize",
  type = "integer",
  default = 20,
  min = 1,
  doc = "records per page; page_number * page_size must not exceed 1000",
}

parameters.PAGE_NUMBER = query {
  name = "page_number",
  wire = "pageNumber",
  type = "integer",
  default = 1,
  min = 1,
  doc = "page to return; page_number * page_size must not exceed 1000",
}

parameters.Q = query {
  name = "q",
  wire = "q",
  type = "string",
  max_length = 256,
  doc = "search words, without special syntax",
}

parameters.TRUSTOR_ID = query {
  name = "trustor_id",
  wire = "trustorId",
  type = "array",
  items = "string",
  max_items = 25,
  doc = "return the organizations of these trustors, in this order; q is then ignored",
}

parameters.INCLUDE_TRUSTORS = query {
  name = "include_trustors",
  wire = "includeTrustors",
  type = "boolean",
  doc = "include the trustor in each organization",
}

parameters.LOOKUP_VAL = query {
  name = "lookup_val",
  wire = "lookupVal",
  type = "string",
  required = true,
  doc = "email address, E.164 phone number or Twitter screen name",
}

parameters.LIMIT = query {
  name = "limit",
  wire = "limit",
  type = "integer",
  min = 10,
  max = 200,
  server_default = 100,
  doc = "records per page",
}

parameters.CURSOR = query {
  name = "cursor",
  wire = "cursor",
  type = "string",
  doc = "cursors.after of the previous page; omit it for the first page; expires after 24 hours",
}

local function sort_order(...)
  return query {
    name = "sort_order",
    wire = "sortOrder",
    type = "string",
    sort_fields = { ... },
    doc = "field:asc or field:desc",
  }
end

parameters.SORT_CONTACTS = sort_order("firstName", "lastName", "middleName", "title")
parameters.SORT_NOTES = sort_order("createDate")
parameters.SORT_ORGANIZATIONS = sort_order("companyType", "industry", "name")
parameters.SORT_RELATIONSHIPS = sort_order("createDate", "relationship")

return parameters
