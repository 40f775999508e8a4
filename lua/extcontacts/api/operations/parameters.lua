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
  coreTypeName = "name of the core type",
  externalSourceId = "external source id",
  exportId = "export id",
  scanId = "cluster scan id",
  clusterId = "cluster id",
  uploadId = "upload id",
  settingsId = "settings id",
  jobId = "job id",
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

-- Specified as a single value, and a list since.
local function expand_one_or_more(...)
  local param = expand_list(...)
  param.also = "string"
  return param
end

parameters.EXPAND_CONTACT = expand_list(
  "externalOrganization", "externalDataSources", "identifiers", "externalSources", "division")
parameters.EXPAND_NOTE = expand_list("author", "externalDataSources", "division")
parameters.EXPAND_CONTACT_NOTES = expand_list("author", "externalDataSources", "division", "mergeset")
parameters.EXPAND_ORGANIZATIONS = expand_list("externalDataSources", "division", "identifiers", "externalSources")
parameters.EXPAND_ORGANIZATION = expand_one_or_more("externalDataSources", "division", "identifiers",
  "externalSources")
parameters.EXPAND_RELATIONSHIP = expand_one_or_more("externalDataSources", "division")
parameters.EXPAND_UNRESOLVED = expand_list("externalOrganization", "externalDataSources", "identifiers", "division")
parameters.EXPAND_FOUND_CONTACT = expand_list("externalOrganization", "identifiers", "externalSources", "division")
parameters.EXPAND_FOUND_ORGANIZATION = expand_list("identifiers", "externalSources", "division")
parameters.EXPAND_JOB = expand_list("division")
parameters.EXPAND_STATISTICS = expand_list("statistics.aggregated")
parameters.EXPAND_LOOKUP = expand_list("contacts.externalOrganization", "externalDataSources", "division")

parameters.PAGE_SIZE = query {
  name = "page_size",
  wire = "pageSize",
  type = "integer",
  default = 20,
  min = 1,
  doc = "records per page; page_number * page_size must not exceed 1000",
}

-- The notes of contacts alone have a maximum.
parameters.NOTES_PAGE_SIZE = query {
  name = "page_size",
  wire = "pageSize",
  type = "integer",
  default = 20,
  min = 1,
  max = 100,
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

parameters.DIVISION_ID = query {
  name = "division_id",
  wire = "divisionId",
  type = "string",
  default = "*",
  added = true,
  doc = "id of the division whose records are returned; * for all that the token may see",
}

parameters.DIVISION_IDS = query {
  name = "division_ids",
  wire = "divisionIds",
  type = "array",
  items = "string",
  max_items = 50,
  added = true,
  doc = "ids of the divisions whose records are returned",
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

parameters.AFTER = query {
  name = "after",
  wire = "after",
  type = "string",
  doc = "position that the previous page names as the next; omit it for the first page",
}

-- Specified as a text, although it is a number.
local function text_page_size(max, default)
  return query {
    name = "page_size",
    wire = "pageSize",
    type = "string",
    also = "integer",
    default = default,
    max = max,
    doc = "records per page",
  }
end

parameters.TEXT_PAGE_SIZE_100 = text_page_size(100, "25")
parameters.TEXT_PAGE_SIZE_200 = text_page_size(200)

parameters.DRY_RUN = query {
  name = "dry_run",
  wire = "dryRun",
  type = "boolean",
  doc = "change nothing, and return the result as it would be",
}

--- What callers of the PATCH operations must know.
parameters.PATCH_NOTE = "Each change has a field, a path such as $.address.city, an action and a value. Only "
  .. "changes without AppendToCollection are safe to retry."

return parameters
