--- Parameters that several operations share: those of the query, and what the
-- placeholders of the paths stand for.

local parameters = {}

local EXPAND_DOC = "related records to include in each record"

local function expand_list(...)
  return {
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
parameters.EXPAND_ONE = {
  name = "expand",
  wire = "expand",
  type = "string",
  enum = { "externalDataSources" },
  doc = EXPAND_DOC,
}

parameters.PAGE_SIZE = {
  name = "page_size",
  wire = "pageSize",
  type = "integer",
  default = 20,
  min = 1,
  doc = "records per page; page_number * page_size must not exceed 1000",
}

parameters.PAGE_NUMBER = {
  name = "page_number",
  wire = "pageNumber",
  type = "integer",
  default = 1,
  min = 1,
  doc = "page to return; page_number * page_size must not exceed 1000",
}

parameters.Q = {
  name = "q",
  wire = "q",
  type = "string",
  max_length = 256,
  doc = "search words, without special syntax",
}

parameters.TRUSTOR_ID = {
  name = "trustor_id",
  wire = "trustorId",
  type = "array",
  items = "string",
  max_items = 25,
  doc = "return the organizations of these trustors, in this order; q is then ignored",
}

parameters.INCLUDE_TRUSTORS = {
  name = "include_trustors",
  wire = "includeTrustors",
  type = "boolean",
  doc = "include the trustor in each organization",
}

parameters.LOOKUP_VAL = {
  name = "lookup_val",
  wire = "lookupVal",
  type = "string",
  required = true,
  doc = "email address, E.164 phone number or Twitter screen name",
}

parameters.LIMIT = {
  name = "limit",
  wire = "limit",
  type = "integer",
  min = 10,
  max = 200,
  server_default = 100,
  doc = "records per page",
}

parameters.CURSOR = {
  name = "cursor",
  wire = "cursor",
  type = "string",
  doc = "cursors.after of the previous page; omit it for the first page; expires after 24 hours",
}

local function sort_order(...)
  return {
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

--- Placeholder of a path → its description.
---@type table<string, string>
parameters.in_path = {
  contactId = "contact id",
  noteId = "note id",
  schemaId = "schema id",
  versionId = "schema version",
  externalOrganizationId = "organization id",
  trustorId = "id of the trustor (the trusting organization)",
  relationshipId = "relationship id",
  conversationId = "conversation id",
}

return parameters
