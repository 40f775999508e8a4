--- THE TABLE: one row an operation, and nothing about an operation anywhere
-- else.  Methods, argument checks, the wire request, iterators, the
-- reference, the sandbox's routes and the specs are all made from these rows.
-- Adding an operation is adding a row.

local BASE = "/api/v2/externalcontacts"

-- Permissions, by the name of what they allow.  Any one of a list is enough.
local function contacts(action)
  return { "externalContacts:contact:" .. action }
end
local function organizations(action)
  return { "externalContacts:externalOrganization:" .. action }
end
local function related_organizations(action)
  return {
    "relate:externalOrganization:" .. action,
    "externalContacts:externalOrganization:" .. action,
  }
end
local function custom_fields(action)
  return { "externalContacts:customFields:" .. action }
end

-- Query parameters.
local SOURCES = { "externalDataSources" }

local function expand_list(...)
  return {
    name = "expand",
    wire = "expand",
    type = "array",
    items = "string",
    enum = { ... },
    doc = "related records to put into the answer",
  }
end

local EXPAND_CONTACT = expand_list("externalOrganization", "externalDataSources")
local EXPAND_NOTE = expand_list("author", "externalDataSources")
local EXPAND_ORGANIZATIONS = expand_list("externalDataSources")
local EXPAND_LOOKUP = expand_list("contacts.externalOrganization", "externalDataSources")
local EXPAND_ONE = {
  name = "expand",
  wire = "expand",
  type = "string",
  enum = SOURCES,
  doc = "related records to put into the answer",
}
local PAGE_SIZE = {
  name = "page_size",
  wire = "pageSize",
  type = "integer",
  default = 20,
  min = 1,
  doc = "records a page; page_number * page_size is at most 1000",
}
local PAGE_NUMBER = {
  name = "page_number",
  wire = "pageNumber",
  type = "integer",
  default = 1,
  min = 1,
  doc = "1-based; page_number * page_size is at most 1000",
}
local Q = {
  name = "q",
  wire = "q",
  type = "string",
  max_length = 256,
  doc = "keywords, no special syntax",
}
local TRUSTOR_ID = {
  name = "trustor_id",
  wire = "trustorId",
  type = "array",
  items = "string",
  max_items = 25,
  doc = "ids to fetch; when given, q is ignored and the order of the ids is kept",
}
local INCLUDE_TRUSTORS = {
  name = "include_trustors",
  wire = "includeTrustors",
  type = "boolean",
  doc = "put the trustor into each organization",
}
local LOOKUP_VAL = {
  name = "lookup_val",
  wire = "lookupVal",
  type = "string",
  required = true,
  doc = "an email address, an E.164 phone number or a Twitter screen name",
}
local LIMIT = {
  name = "limit",
  wire = "limit",
  type = "integer",
  min = 10,
  max = 200,
  server_default = 100,
  doc = "records a page",
}
local CURSOR = {
  name = "cursor",
  wire = "cursor",
  type = "string",
  doc = "from the page before; omit it on the first call; lives 24 hours",
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
local SORT_CONTACTS = sort_order("firstName", "lastName", "middleName", "title")
local SORT_NOTES = sort_order("createDate")
local SORT_ORGANIZATIONS = sort_order("companyType", "industry", "name")
local SORT_RELATIONSHIPS = sort_order("createDate", "relationship")

local PATH_DOC = {
  contactId = "id of the contact",
  noteId = "id of the note",
  schemaId = "id of the schema",
  versionId = "version of the schema",
  externalOrganizationId = "id of the organization",
  trustorId = "id of the trustor (the trusting organization)",
  relationshipId = "id of the relationship",
  conversationId = "id of the conversation",
}

-- What the documentation lists for every operation, and what some add.
local STATUSES = { 400, 401, 403, 404, 413, 415, 429, 500, 503, 504 }
local UNPROCESSABLE = { 400, 401, 403, 404, 413, 415, 422, 429, 500, 503, 504 }
local CONFLICT = { 400, 401, 403, 404, 409, 413, 415, 429, 500, 503, 504 }

-- How a create whose reply was lost is looked for (ambiguous.lua).  What is
-- found by the words of a search may be missing there for other reasons.
local CHECK_CONTACT = {
  find = "get_externalcontacts_reversewhitepageslookup",
  each = {
    "workEmail", "personalEmail", "otherEmail", "cellPhone", "workPhone", "homePhone", "otherPhone",
    "twitterId.screenName",
  },
  records = "contacts",
  search = "get_externalcontacts_contacts",
  get = "get_externalcontacts_contact",
  created = "createDate",
  proves_absence = true,
}
local CHECK_ORGANIZATION = {
  find = "get_externalcontacts_organizations",
  each = { "name" },
  as = "q",
  options = { page_size = 100 },
  records = "entities",
  search = "get_externalcontacts_organizations",
  get = "get_externalcontacts_organization",
  created = "createDate",
  proves_absence = false,
}
local CHECK_RELATIONSHIP = {
  find = "get_externalcontacts_organization_relationships",
  each = { "externalOrganization.id" },
  options = { page_size = 100, sort_order = "createDate:desc" },
  records = "entities",
  get = "get_externalcontacts_relationship",
  proves_absence = true,
}
local function check_note(find, get, owner)
  return {
    find = find,
    get = get,
    same = { owner },
    options = { page_size = 100, sort_order = "createDate:desc" },
    records = "entities",
    created = "createDate",
    proves_absence = true,
  }
end
local function check_schema(find, get)
  return { find = find, get = get, records = "entities", created = "dateCreated", proves_absence = true }
end

-- A schema's update is carried out when its version has gone up.
local function check_version(get)
  return { get = get, same = { "schema_id" }, advances = "version", proves_absence = true }
end

---@class extcontacts.Parameter
---@field name string Lua name
---@field wire string name on the wire
---@field place "path"|"query"|"body"
---@field type "string"|"integer"|"boolean"|"array"|"object"
---@field items string|nil type of an array's elements
---@field model string|nil model of a body
---@field required boolean
---@field enum string[]|nil allowed values (of each element)
---@field default any what the server takes when it is left out, as specified
---@field server_default any the same, known from other sources
---@field min integer|nil
---@field max integer|nil
---@field max_length integer|nil in characters
---@field max_items integer|nil
---@field sort_fields string[]|nil fields known to sort by; others pass
---@field doc string

---@class extcontacts.Operation
---@field name string as specified, `get_externalcontacts_contact`
---@field short string `contacts.get`
---@field summary string
---@field method "GET"|"POST"|"PUT"|"DELETE"
---@field path string path template
---@field permissions string[] any one of them is enough
---@field params extcontacts.Parameter[]
---@field by_name table<string, extcontacts.Parameter>
---@field positional string[] names in the specified order
---@field has_opts boolean whether it takes query options
---@field body_model string|nil
---@field returns string|nil model of the answer
---@field paging "page"|"cursor"|nil
---@field entities string|nil field of the answer that holds the records
---@field iterator string|nil name of the client's iterator over it
---@field instead string|nil scan to use past the listing's 1000 records
---@field max_results integer|nil most records in an answer
---@field repeatable boolean sending it twice does what sending it once does
---@field check extcontacts.Check|nil how to find out whether a create was carried out
---@field success_status integer
---@field statuses integer[] documented errors

local operations = {}

local by_name, by_short = {}, {}

local function snake(wire)
  return (wire:gsub("%u", function(letter)
    return "_" .. letter:lower()
  end))
end

-- Completes a row: what follows from its template and method is derived here.
local function op(row)
  row.name, row.short, row.method = row[1], row[2], row[3]
  row.path = BASE .. row[4]
  row[1], row[2], row[3], row[4] = nil, nil, nil, nil
  row.params, row.by_name = {}, {}
  local positional = {}

  local function add(param, place, required)
    local copy = {}
    for key, value in pairs(param) do
      copy[key] = value
    end
    copy.place, copy.required = place, required
    row.params[#row.params + 1] = copy
    row.by_name[copy.name] = copy
    if required then
      positional[#positional + 1] = copy.name
    else
      row.has_opts = true
    end
  end

  row.has_opts = false
  for wire in row.path:gmatch("{(%w+)}") do
    add({ name = snake(wire), wire = wire, type = "string", doc = PATH_DOC[wire] }, "path", true)
  end
  for _, param in ipairs(row.query or {}) do
    add(param, "query", param.required or false)
  end
  if row.body_model then
    add({
      name = "body",
      wire = "body",
      type = "object",
      model = row.body_model,
      doc = "the record to send",
    }, "body", true)
  end
  row.query = nil
  if row.positional then
    -- Parameters stand in the order of the call.
    for index, name in ipairs(row.positional) do
      row.params[index] = row.by_name[name]
    end
  else
    row.positional = positional
  end
  if row.paging or row.returns == "DataSchemaListing" then
    row.entities = "entities"
  end
  if row.repeatable == nil then
    row.repeatable = row.method ~= "POST"
  end
  row.success_status = row.success_status or 200
  row.statuses = row.statuses or STATUSES

  operations[#operations + 1] = row
  by_name[row.name], by_short[row.short] = row, row
end

---------------------------------------------------------------- contacts --

op { "get_externalcontacts_contact", "contacts.get", "GET", "/contacts/{contactId}",
  summary = "Fetch an external contact",
  permissions = contacts "view",
  query = { EXPAND_CONTACT },
  returns = "ExternalContact",
}
op { "get_externalcontacts_contacts", "contacts.list", "GET", "/contacts",
  summary = "Search for external contacts",
  permissions = contacts "view",
  query = { PAGE_SIZE, PAGE_NUMBER, Q, SORT_CONTACTS, EXPAND_CONTACT },
  returns = "ContactListing",
  paging = "page",
  iterator = "each_contact",
  instead = "scan_contacts",
}
op { "post_externalcontacts_contacts", "contacts.create", "POST", "/contacts",
  summary = "Create an external contact",
  permissions = contacts "add",
  body_model = "ExternalContact",
  returns = "ExternalContact",
  statuses = UNPROCESSABLE,
  check = CHECK_CONTACT,
}
op { "put_externalcontacts_contact", "contacts.update", "PUT", "/contacts/{contactId}",
  summary = "Update an external contact",
  permissions = contacts "edit",
  body_model = "ExternalContact",
  returns = "ExternalContact",
  statuses = UNPROCESSABLE,
}
op { "delete_externalcontacts_contact", "contacts.delete", "DELETE", "/contacts/{contactId}",
  summary = "Delete an external contact",
  permissions = contacts "delete",
  returns = "Empty",
}
op { "get_externalcontacts_scan_contacts", "contacts.scan", "GET", "/scan/contacts",
  summary = "Scan for external contacts using paging",
  permissions = contacts "view",
  query = { LIMIT, CURSOR },
  returns = "CursorContactListing",
  paging = "cursor",
  iterator = "scan_contacts",
}

----------------------------------------------------------- contact notes --

op { "get_externalcontacts_contact_note", "contacts.notes.get", "GET",
  "/contacts/{contactId}/notes/{noteId}",
  summary = "Fetch a note for an external contact",
  permissions = contacts "view",
  query = { EXPAND_NOTE },
  returns = "Note",
}
op { "get_externalcontacts_contact_notes", "contacts.notes.list", "GET",
  "/contacts/{contactId}/notes",
  summary = "List notes for an external contact",
  permissions = contacts "view",
  query = { PAGE_SIZE, PAGE_NUMBER, SORT_NOTES, EXPAND_NOTE },
  returns = "NoteListing",
  paging = "page",
  iterator = "each_contact_note",
  instead = "scan_notes",
}
op { "post_externalcontacts_contact_notes", "contacts.notes.create", "POST",
  "/contacts/{contactId}/notes",
  summary = "Create a note for an external contact",
  permissions = contacts "edit",
  body_model = "Note",
  returns = "Note",
  statuses = UNPROCESSABLE,
  check = check_note("get_externalcontacts_contact_notes",
    "get_externalcontacts_contact_note", "contact_id"),
}
op { "put_externalcontacts_contact_note", "contacts.notes.update", "PUT",
  "/contacts/{contactId}/notes/{noteId}",
  summary = "Update a note for an external contact",
  permissions = contacts "edit",
  body_model = "Note",
  returns = "Note",
  statuses = UNPROCESSABLE,
}
op { "delete_externalcontacts_contact_note", "contacts.notes.delete", "DELETE",
  "/contacts/{contactId}/notes/{noteId}",
  summary = "Delete a note for an external contact",
  permissions = contacts "edit",
  returns = "Empty",
}

--------------------------------------------------------- contact schemas --

op { "get_externalcontacts_contacts_schema", "contacts.schemas.get", "GET",
  "/contacts/schemas/{schemaId}",
  summary = "Get a schema",
  permissions = custom_fields "view",
  returns = "DataSchema",
}
op { "get_externalcontacts_contacts_schemas", "contacts.schemas.list", "GET", "/contacts/schemas",
  summary = "Get a list of schemas.",
  permissions = custom_fields "view",
  returns = "DataSchemaListing",
}
op { "post_externalcontacts_contacts_schemas", "contacts.schemas.create", "POST",
  "/contacts/schemas",
  summary = "Create a schema",
  permissions = custom_fields "add",
  body_model = "DataSchema",
  returns = "DataSchema",
  statuses = CONFLICT,
  check = check_schema("get_externalcontacts_contacts_schemas",
    "get_externalcontacts_contacts_schema"),
}
-- A schema's update raises its version, so the same update again is refused.
op { "put_externalcontacts_contacts_schema", "contacts.schemas.update", "PUT",
  "/contacts/schemas/{schemaId}",
  summary = "Update a schema",
  permissions = custom_fields "edit",
  body_model = "DataSchema",
  returns = "DataSchema",
  statuses = CONFLICT,
  repeatable = false,
  check = check_version "get_externalcontacts_contacts_schema",
}
op { "delete_externalcontacts_contacts_schema", "contacts.schemas.delete", "DELETE",
  "/contacts/schemas/{schemaId}",
  summary = "Delete a schema",
  permissions = custom_fields "edit",
  success_status = 204,
}
op { "get_externalcontacts_contacts_schema_version", "contacts.schemas.version", "GET",
  "/contacts/schemas/{schemaId}/versions/{versionId}",
  summary = "Get a specific version of a schema",
  permissions = custom_fields "view",
  returns = "DataSchema",
}
-- Specified as one DataSchema; the wire has had a listing as well.
op { "get_externalcontacts_contacts_schema_versions", "contacts.schemas.versions", "GET",
  "/contacts/schemas/{schemaId}/versions",
  summary = "Get all versions of an external contact's schema",
  permissions = custom_fields "view",
  returns = "DataSchema",
}

----------------------------------------------------------- organizations --

op { "get_externalcontacts_organization", "organizations.get", "GET",
  "/organizations/{externalOrganizationId}",
  summary = "Fetch an external organization",
  permissions = related_organizations "view",
  query = { EXPAND_ONE, INCLUDE_TRUSTORS },
  returns = "ExternalOrganization",
}
op { "get_externalcontacts_organizations", "organizations.list", "GET", "/organizations",
  summary = "Search for external organizations",
  permissions = related_organizations "view",
  query = {
    PAGE_SIZE, PAGE_NUMBER, Q, TRUSTOR_ID, SORT_ORGANIZATIONS, EXPAND_ORGANIZATIONS,
    INCLUDE_TRUSTORS,
  },
  returns = "ExternalOrganizationListing",
  paging = "page",
  iterator = "each_organization",
  instead = "scan_organizations",
}
op { "post_externalcontacts_organizations", "organizations.create", "POST", "/organizations",
  summary = "Create an external organization",
  permissions = related_organizations "add",
  body_model = "ExternalOrganization",
  returns = "ExternalOrganization",
  statuses = UNPROCESSABLE,
  check = CHECK_ORGANIZATION,
}
op { "put_externalcontacts_organization", "organizations.update", "PUT",
  "/organizations/{externalOrganizationId}",
  summary = "Update an external organization",
  permissions = related_organizations "edit",
  body_model = "ExternalOrganization",
  returns = "ExternalOrganization",
  statuses = UNPROCESSABLE,
}
op { "delete_externalcontacts_organization", "organizations.delete", "DELETE",
  "/organizations/{externalOrganizationId}",
  summary = "Delete an external organization",
  permissions = related_organizations "delete",
  returns = "Empty",
}
op { "get_externalcontacts_scan_organizations", "organizations.scan", "GET",
  "/scan/organizations",
  summary = "Scan for external organizations using paging",
  permissions = organizations "view",
  query = { LIMIT, CURSOR },
  returns = "CursorOrganizationListing",
  paging = "cursor",
  iterator = "scan_organizations",
}
op { "get_externalcontacts_organization_contacts", "organizations.contacts", "GET",
  "/organizations/{externalOrganizationId}/contacts",
  summary = "Search for external contacts in an external organization",
  permissions = contacts "view",
  query = { PAGE_SIZE, PAGE_NUMBER, Q, SORT_CONTACTS, EXPAND_CONTACT },
  returns = "ContactListing",
  paging = "page",
  iterator = "each_organization_contact",
  instead = "scan_contacts",
}
op { "get_externalcontacts_organization_relationships", "organizations.relationships", "GET",
  "/organizations/{externalOrganizationId}/relationships",
  summary = "Fetch a relationship for an external organization",
  permissions = related_organizations "view",
  query = { PAGE_SIZE, PAGE_NUMBER, EXPAND_ONE, SORT_RELATIONSHIPS },
  returns = "RelationshipListing",
  paging = "page",
  iterator = "each_organization_relationship",
  instead = "scan_relationships",
}

------------------------------------------------------ organization notes --

op { "get_externalcontacts_organization_note", "organizations.notes.get", "GET",
  "/organizations/{externalOrganizationId}/notes/{noteId}",
  summary = "Fetch a note for an external organization",
  permissions = organizations "view",
  query = { EXPAND_NOTE },
  returns = "Note",
}
op { "get_externalcontacts_organization_notes", "organizations.notes.list", "GET",
  "/organizations/{externalOrganizationId}/notes",
  summary = "List notes for an external organization",
  permissions = related_organizations "view",
  query = { PAGE_SIZE, PAGE_NUMBER, SORT_NOTES, EXPAND_NOTE },
  returns = "NoteListing",
  paging = "page",
  iterator = "each_organization_note",
  instead = "scan_notes",
}
op { "post_externalcontacts_organization_notes", "organizations.notes.create", "POST",
  "/organizations/{externalOrganizationId}/notes",
  summary = "Create a note for an external organization",
  permissions = related_organizations "edit",
  body_model = "Note",
  returns = "Note",
  statuses = UNPROCESSABLE,
  check = check_note("get_externalcontacts_organization_notes",
    "get_externalcontacts_organization_note", "external_organization_id"),
}
op { "put_externalcontacts_organization_note", "organizations.notes.update", "PUT",
  "/organizations/{externalOrganizationId}/notes/{noteId}",
  summary = "Update a note for an external organization",
  permissions = organizations "edit",
  body_model = "Note",
  returns = "Note",
  statuses = UNPROCESSABLE,
}
op { "delete_externalcontacts_organization_note", "organizations.notes.delete", "DELETE",
  "/organizations/{externalOrganizationId}/notes/{noteId}",
  summary = "Delete a note for an external organization",
  permissions = organizations "edit",
  returns = "Empty",
}

---------------------------------------------------- organization schemas --
-- There is no DELETE for these.

op { "get_externalcontacts_organizations_schema", "organizations.schemas.get", "GET",
  "/organizations/schemas/{schemaId}",
  summary = "Get a schema",
  permissions = custom_fields "view",
  returns = "DataSchema",
}
op { "get_externalcontacts_organizations_schemas", "organizations.schemas.list", "GET",
  "/organizations/schemas",
  summary = "Get a list of schemas.",
  permissions = custom_fields "view",
  returns = "DataSchemaListing",
}
op { "post_externalcontacts_organizations_schemas", "organizations.schemas.create", "POST",
  "/organizations/schemas",
  summary = "Create a schema",
  permissions = custom_fields "add",
  body_model = "DataSchema",
  returns = "DataSchema",
  statuses = CONFLICT,
  check = check_schema("get_externalcontacts_organizations_schemas",
    "get_externalcontacts_organizations_schema"),
}
op { "put_externalcontacts_organizations_schema", "organizations.schemas.update", "PUT",
  "/organizations/schemas/{schemaId}",
  summary = "Update a schema",
  permissions = custom_fields "edit",
  body_model = "DataSchema",
  returns = "DataSchema",
  statuses = CONFLICT,
  repeatable = false,
  check = check_version "get_externalcontacts_organizations_schema",
}
op { "get_externalcontacts_organizations_schema_version", "organizations.schemas.version", "GET",
  "/organizations/schemas/{schemaId}/versions/{versionId}",
  summary = "Get a specific version of a schema",
  permissions = custom_fields "view",
  returns = "DataSchema",
}
op { "get_externalcontacts_organizations_schema_versions", "organizations.schemas.versions",
  "GET", "/organizations/schemas/{schemaId}/versions",
  summary = "Get all versions of an external organization's schema",
  permissions = custom_fields "view",
  returns = "DataSchema",
}

---------------------------------------------------------------- trustors --

op { "put_externalcontacts_organization_trustor_trustor_id", "organizations.trustor.set", "PUT",
  "/organizations/{externalOrganizationId}/trustor/{trustorId}",
  summary = "Links a Trustor with an External Organization",
  permissions = organizations "edit",
  returns = "ExternalOrganizationTrustorLink",
  statuses = UNPROCESSABLE,
}
op { "delete_externalcontacts_organization_trustor", "organizations.trustor.clear", "DELETE",
  "/organizations/{externalOrganizationId}/trustor",
  summary = "Unlink the Trustor for this External Organization",
  permissions = organizations "edit",
  success_status = 204,
}

----------------------------------------------------------- relationships --

op { "get_externalcontacts_relationship", "relationships.get", "GET",
  "/relationships/{relationshipId}",
  summary = "Fetch a relationship",
  permissions = organizations "view",
  query = { EXPAND_ONE },
  returns = "Relationship",
}
op { "post_externalcontacts_relationships", "relationships.create", "POST", "/relationships",
  summary = "Create a relationship",
  permissions = organizations "edit",
  body_model = "Relationship",
  returns = "Relationship",
  statuses = UNPROCESSABLE,
  check = CHECK_RELATIONSHIP,
}
op { "put_externalcontacts_relationship", "relationships.update", "PUT",
  "/relationships/{relationshipId}",
  summary = "Update a relationship",
  permissions = organizations "edit",
  body_model = "Relationship",
  returns = "Relationship",
  statuses = UNPROCESSABLE,
}
op { "delete_externalcontacts_relationship", "relationships.delete", "DELETE",
  "/relationships/{relationshipId}",
  summary = "Delete a relationship",
  permissions = organizations "edit",
  returns = "Empty",
}
op { "get_externalcontacts_scan_relationships", "relationships.scan", "GET",
  "/scan/relationships",
  summary = "Scan for relationships",
  permissions = contacts "view",
  query = { LIMIT, CURSOR },
  returns = "CursorRelationshipListing",
  paging = "cursor",
  iterator = "scan_relationships",
}

----------------------------------------- notes, conversations and lookup --

op { "get_externalcontacts_scan_notes", "notes.scan", "GET", "/scan/notes",
  summary = "Scan for notes using paging",
  permissions = contacts "view",
  query = { LIMIT, CURSOR },
  returns = "CursorNoteListing",
  paging = "cursor",
  iterator = "scan_notes",
}
-- The body comes first, as specified; the answer is 202 and empty, also for a
-- conversation that does not exist.
op { "put_externalcontacts_conversation", "conversations.associate", "PUT",
  "/conversations/{conversationId}",
  summary = "Associate/disassociate an external contact with a conversation",
  permissions = { "externalContacts:conversation:associate" },
  body_model = "ConversationAssociation",
  positional = { "body", "conversation_id" },
  success_status = 202,
}
op { "get_externalcontacts_reversewhitepageslookup", "lookup.reverse", "GET",
  "/reversewhitepageslookup",
  summary = "Look up contacts and externalOrganizations based on an attribute. "
    .. "Maximum of 25 values returned.",
  permissions = contacts "view",
  query = { LOOKUP_VAL, EXPAND_LOOKUP },
  returns = "ReverseWhitepagesLookupResult",
  max_results = 25,
}

return {
  ---@type extcontacts.Operation[]
  list = operations,
  ---@type table<string, extcontacts.Operation>
  by_name = by_name,
  ---@type table<string, extcontacts.Operation>
  by_short = by_short,
  --- Most records a page listing can reach: page_number * page_size.
  page_window = 1000,
}
