--- A valid request of each operation, for specs that go through the whole table:
-- its path with the ids of records that exist, and its body.

local api = require "spec.support.api"

local NOBODY = api.NOBODY

local valid_request = {}

-- A name that no other record has.
local serial = 0
local function unique(text)
  serial = serial + 1
  return ("%s %d"):format(text, serial)
end

-- Body model → function(ids, row) that returns a body; `ids` are those of the path, and
-- may create further ones.  A short name instead of a model takes precedence.
local bodies = {
  ExternalContact = function()
    return { firstName = "Ada", lastName = "Lovelace" }
  end,
  ExternalOrganization = function()
    return { name = "Analytical Engines" }
  end,
  Note = function()
    return { noteText = "hello", createdBy = { id = NOBODY } }
  end,
  Relationship = function(ids)
    return {
      user = { id = NOBODY },
      externalOrganization = { id = ids.externalOrganizationId },
      relationship = "Sales",
    }
  end,
  DataSchema = function()
    return { version = 1, jsonSchema = { title = unique "New", properties = { size_text = {
      title = "Size", allOf = { { ["$ref"] = "#/definitions/text" } } } } } }
  end,
  ["contacts.schemas.create"] = function()
    return { version = 0, jsonSchema = { title = unique "New" } }
  end,
  ConversationAssociation = function()
    return { conversationId = NOBODY, communicationId = NOBODY, mediaType = "CALL" }
  end,
}
bodies["organizations.schemas.create"] = bodies["contacts.schemas.create"]
for _, kind in ipairs { "Contacts", "Notes", "Organizations", "Relationships" } do
  bodies[kind .. "Export"] = function()
    return { queryConditions = { limit = 10 } }
  end
end

------------------------------------------------------------ identities --

local FIELDS = { contacts = "title", organizations = "industry", relationships = "relationship" }

function bodies.ExternalContactsPatchRequest(_, row)
  local resource = row.short:match "^(.*)%.patch$"
  return { changes = { { field = "$." .. (FIELDS[resource] or "noteText"), action = "Update", value = "x" } } }
end

function bodies.ContactSearchRequest()
  return { operation = { simpleSearch = { query = "Ada" } } }
end

function bodies.MergeContactsRequest(ids)
  return { contactIds = { ids.contactId, ids.otherContactId } }
end

function bodies.MergeRequest(ids)
  return { sourceContactId = ids.observedContactId, targetContactId = ids.contactId }
end

function bodies.ContactEnrichRequest(ids)
  return {
    action = "Upsert", contact = bodies.ExternalContact(),
    matchingIdentifiers = { { type = "Email", value = ids.email } },
  }
end

function bodies.ExternalOrganizationEnrichRequest(ids)
  return {
    action = "Insert", externalOrganization = bodies.ExternalOrganization(),
    matchingIdentifiers = {
      { type = "ExternalId", value = unique "O", externalSource = { id = ids.externalSourceId } },
    },
  }
end

function bodies.IdentifierClaimRequest()
  return { operation = "Claim", identifier = { type = "Cookie", value = unique "c" } }
end

function bodies.ExternalOrganizationIdentifierClaimRequest(ids)
  return { operation = "Claim", identifier = {
    type = "ExternalId", value = unique "O", externalSource = { id = ids.externalSourceId } } }
end

function bodies.ContactIdentifier(ids)
  return { type = "Email", value = ids.email }
end

function bodies.ExternalOrganizationIdentifier(ids)
  return { type = "ExternalId", value = ids.organizationKey, externalSource = { id = ids.externalSourceId } }
end

------------------------------------------------------------------ bulk --

-- A record to create, by resource.
local function new_record(resource, ids)
  if resource == "contacts" then
    return bodies.ExternalContact()
  elseif resource == "organizations" then
    return bodies.ExternalOrganization()
  elseif resource == "relationships" then
    return bodies.Relationship(ids)
  end
  local note = bodies.Note()
  note.entityType, note.entityId = "contact", ids.contactId
  return note
end

local ARGUMENTS = { contacts = "contactId", organizations = "externalOrganizationId", relationships = "relationshipId",
  notes = "contactNoteId" }

-- The body of a bulk operation, with one item.
local function bulk_body(row, ids)
  local resource, verb = row.short:match "^(%a+)%.bulk%.(.*)$"
  local item
  if verb == "enrich" then
    item = (resource == "contacts" and bodies.ContactEnrichRequest or bodies.ExternalOrganizationEnrichRequest)(ids)
    item.id = "tracker"
  elseif verb == "create" then
    item = new_record(resource, ids)
  else
    item = verb == "update" and new_record(resource, ids) or {}
    item.id = ids[ARGUMENTS[resource]]
  end
  return { entities = { item } }
end

------------------------------------------------- sources, imports, others --

function bodies.ExternalSource()
  return { name = unique "CRM" }
end

function bodies.CsvUploadRequest()
  return { fileName = "people.csv", fileSize = 7 }
end

function bodies.ContactImportSettings(ids)
  return {
    name = "CRM", externalSourceId = ids.externalSourceId, mergeContacts = false,
    importFields = { { name = "firstName", included = true } },
  }
end

function bodies.CsvSettings(ids)
  return {
    externalSettingsId = ids.importSettingsId,
    mappings = { { sourceField = "Name", targetField = "$.firstName" } },
  }
end

function bodies.CsvJobRequest(ids)
  return { uploadId = ids.uploadId, settingsId = ids.csvSettingsId }
end

function bodies.ContactImportJobRequest(ids)
  return { settingsId = ids.importSettingsId }
end

function bodies.ContactImportJobStatusUpdateRequest(ids)
  return { jobId = ids.jobId, status = "Cancel" }
end

function bodies.ExternalContactsSettings()
  return { manuallyAssignDivisionsToContacts = true }
end

function bodies.GraphSettings()
  return { automaticMergingEnabled = false }
end

function bodies.UpdateSegmentAssignmentRequest()
  return { assign = { segments = { { id = NOBODY } } } }
end

-- Path argument → function(session, row, ids) that returns the id of a record.
local creators = {
  versionId = function()
    return "1"
  end,
  conversationId = function()
    return NOBODY
  end,
  trustorId = function()
    return NOBODY
  end,
  contactId = function(session)
    return session:must("POST", "/contacts", bodies.ExternalContact()).id
  end,
  externalOrganizationId = function(session)
    return session:must("POST", "/organizations", bodies.ExternalOrganization()).id
  end,
  relationshipId = function(session, _, ids)
    return session:must("POST", "/relationships", bodies.Relationship(ids)).id
  end,
  schemaId = function(session, row)
    return session:must("GET", row.path:match "externalcontacts(/%a+/schemas)").entities[1].id
  end,
  noteId = function(session, row, ids)
    local owner = row.path:match "externalcontacts(/.*/notes)/{noteId}":gsub("{(%w+)}", ids)
    return session:must("POST", owner, bodies.Note()).id
  end,
  exportId = function(session, row)
    return session:must("POST", row.path:match "externalcontacts(/%a+/exports)", {}).id
  end,
  otherContactId = function(session)
    return session:must("POST", "/contacts", bodies.ExternalContact()).id
  end,
  observedContactId = function(session)
    return session.server:control("POST", "/sandbox/contacts", {
      type = "Ephemeral", contact = bodies.ExternalContact() }).id
  end,
  email = function(session)
    local email = unique "ada":gsub(" ", "") .. "@engines.example"
    session:create { workEmail = email }
    return email
  end,
  organizationKey = function(session, _, ids)
    local key = unique "O"
    session:must("POST", "/organizations", { name = "Analytical Engines",
      externalIds = { { externalSource = { id = ids.externalSourceId }, value = key } } })
    return key
  end,
  contactNoteId = function(session, _, ids)
    return session:must("POST", ("/contacts/%s/notes"):format(ids.contactId), bodies.Note()).id
  end,
  externalSourceId = function(session)
    return session:must("POST", "/externalsources", bodies.ExternalSource()).id
  end,
  importSettingsId = function(session, _, ids)
    return session:must("POST", "/import/settings", bodies.ContactImportSettings(ids)).id
  end,
  csvSettingsId = function(session, _, ids)
    return session:must("POST", "/import/csv/settings", bodies.CsvSettings(ids)).id
  end,
  settingsId = function(_, row, ids)
    return row.path:find("/csv/", 1, true) and ids.csvSettingsId or ids.importSettingsId
  end,
  uploadId = function(session)
    local upload, headers = session:must("POST", "/import/csv/uploads", bodies.CsvUploadRequest()), {}
    for _, header in ipairs(upload.uploadHeaders) do
      headers[header.name] = header.value
    end
    local reply = api.request(upload.uploadUrl, { method = "PUT", headers = headers, body = "Name\nA\n" })
    assert(reply.status == 200, reply.text)
    return upload.uploadId
  end,
  jobId = function(session, _, ids)
    return session:must("POST", "/import/csv/jobs", bodies.CsvJobRequest(ids)).job.id
  end,
  coreTypeName = function()
    return "text"
  end,
  scanId = function(session)
    local email = { workEmail = unique "twin":gsub(" ", "") .. "@engines.example" }
    session:create(email)
    session:create(email)
    return session.server:control("POST", "/sandbox/clusterscans").id
  end,
  clusterId = function(session, _, ids)
    return session:must("GET", ("/graphs/clusterscans/%s/clusters"):format(ids.scanId)).entities[1].id
  end,
}

-- Short name → function(session, row, ids) after which a listing is not empty.
local fillers = {
  ["contacts.search"] = function(session)
    session:create()
  end,
  ["contacts.identifiers.list"] = function(session, _, ids)
    ids.contactId = session:create({ workEmail = "ada@engines.example" }).id
  end,
  ["organizations.identifiers.list"] = function(session, _, ids)
    ids.externalOrganizationId = session:must("POST", "/organizations", { name = "Engines",
      externalIds = { { externalSource = { id = ids.externalSourceId }, value = "7" } } }).id
  end,
  ["contacts.notes.list"] = function(session, _, ids)
    session:must("POST", ("/contacts/%s/notes"):format(ids.contactId), bodies.Note())
  end,
  ["organizations.notes.list"] = function(session, _, ids)
    session:must("POST", ("/organizations/%s/notes"):format(ids.externalOrganizationId), bodies.Note())
  end,
  ["organizations.contacts"] = function(session, _, ids)
    session:create { externalOrganization = { id = ids.externalOrganizationId } }
  end,
  ["organizations.relationships"] = function(session, _, ids)
    session:must("POST", "/relationships", bodies.Relationship(ids))
  end,
  ["contacts.sessions.list"] = function(session, _, ids)
    for _, contact in ipairs(session:must("GET", "/contacts?pageSize=50").entities) do
      if session:must("GET", ("/contacts/%s/journey/sessions"):format(contact.id)).entities[1] then
        ids.contactId = contact.id
      end
    end
  end,
  ["contacts.segments.list"] = function(session, _, ids)
    session:must("POST", ("/contacts/%s/journey/segments"):format(ids.contactId),
      bodies.UpdateSegmentAssignmentRequest())
  end,
  ["external_sources.list"] = function(_, _, ids)
    return ids.externalSourceId
  end,
  ["imports.jobs.list"] = function(_, _, ids)
    return ids.jobId
  end,
  ["imports.settings.list"] = function(_, _, ids)
    return ids.importSettingsId
  end,
  ["imports.csv.settings.list"] = function(_, _, ids)
    return ids.csvSettingsId
  end,
}
for _, kind in ipairs { "contacts", "notes", "organizations", "relationships" } do
  fillers[kind .. ".exports.list"] = function(_, _, ids)
    return ids.exportId
  end
end

--- The ids of records that exist, by path argument; each is created when it is
-- first used.
---@param session table of `api.session`
---@param row extcontacts.Operation
---@return table<string, string>
function valid_request.ids(session, row)
  local ids = setmetatable({}, { __index = function(self, argument)
    local id = creators[argument](session, row, self)
    rawset(self, argument, id)
    return id
  end })
  if row.short == "organizations.trustor.clear" then
    session:must("PUT", ("/organizations/%s/trustor/%s"):format(ids.externalOrganizationId, NOBODY))
  end
  if fillers[row.short] then
    fillers[row.short](session, row, ids)
  end
  return ids
end

--- The ids of no record.
---@return table<string, string>
function valid_request.unknown_ids()
  return setmetatable({ versionId = "1" }, { __index = function()
    return NOBODY
  end })
end

--- The body of an operation; nil if it has none.
---@param row extcontacts.Operation
---@param ids table<string, string>
---@return table|nil
function valid_request.body(row, ids)
  if row.short:find(".bulk.", 1, true) then
    return bulk_body(row, ids)
  elseif row.body_model then
    local make = bodies[row.short] or bodies[row.body_model]
    return assert(make, "no body for " .. row.short)(ids, row)
  end
end

--- The path of an operation, from /contacts on.
---@param row extcontacts.Operation
---@param ids table<string, string>
---@return string
function valid_request.path(row, ids)
  local path = row.path:gsub("^" .. api.base, ""):gsub("{(%w+)}", ids)
  if row.short == "lookup.reverse" then
    path = path .. "?lookupVal=nobody%40example.com"
  end
  return path
end

return valid_request
