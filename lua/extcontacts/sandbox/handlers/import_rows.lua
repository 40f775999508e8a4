--- The rows of an import: whether a row makes a valid contact, and the contact that
-- it creates or updates.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local identifiers = require "extcontacts.sandbox.state.identifiers"
local import_mapping = require "extcontacts.sandbox.handlers.import_mapping"
local json = require "extcontacts.base.json"
local merge = require "extcontacts.sandbox.handlers.merge"
local operations = require "extcontacts.api.operations"
local path = require "extcontacts.base.path"
local record_store = require "extcontacts.sandbox.handlers.record_store"
local resources = require "extcontacts.sandbox.handlers.resources"
local text = require "extcontacts.base.text"

local import_rows = {}

local LONGEST_ID = 255

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

local function fail(message)
  api_errors.raise("bad.request", nil, { message = message })
end

-- The context in which a contact of the job is written.  A number without a country
-- code is American.
local function context(job, body)
  return {
    settings = setmetatable({ region = "US" }, { __index = job.settings }),
    row = operations.by_short["contacts.create"],
    arguments = {},
    query = {},
    client = job.client,
    body = body,
    contact_type = "Curated",
  }
end

local function external_identifier(job, id)
  return { type = "ExternalId", value = id, externalSource = { id = job.import.externalSourceId } }
end

-- The contact of a row; ends the row if it is not valid.
local function read(job, row)
  if row.problem then
    fail(row.problem)
  end
  local body, external_id, organization_id, empty = import_mapping.body(job.mappings, row.cells)
  if external_id == "" then
    fail "The external id is empty."
  elseif external_id and text.length(external_id) > LONGEST_ID then
    fail(("The external id is longer than %d characters."):format(LONGEST_ID))
  elseif not external_id and next(body) == nil then
    fail "The row has no values."
  end
  if organization_id then
    local index = identifiers.owner(job.settings, "organization", external_identifier(job, organization_id))
    if not index then
      fail(("No organization has the external id '%s'."):format(organization_id))
    end
    body.externalOrganization = { id = dataset.collections.organization:id(index) }
  end
  -- As stored: with e164 of the phone numbers, by which contacts match.
  local prepared = resources.by_name.contacts.prepare(context(job, body), nil, nil)
  return { body = body, prepared = prepared, external_id = external_id, empty = empty }
end

-- The contacts that a row matches, in the order of the criteria.
local function matches_of(job, contact)
  local contacts, found, seen = dataset.collections.contact, {}, {}
  local function add(identifier)
    local index = identifiers.owner(job.settings, "contact", identifier)
    local division = index and contacts:record(index).division
    local is_other = job.division and (division and division.id) ~= job.division.id
    if index and not seen[index] and not is_other then
      seen[index] = true
      found[#found + 1] = index
    end
  end
  if contact.external_id then
    add(external_identifier(job, contact.external_id))
  end
  for _, criterion in ipairs(job.import.matchingCriteria or {}) do
    for _, field in ipairs(criterion == "Email" and EMAILS or PHONES) do
      local value = contact.prepared[field]
      value = type(value) == "table" and value.e164 or value
      if type(value) == "string" then
        add { type = criterion, value = value }
      end
    end
  end
  return found
end

-- Adds the row's key to the external ids of a contact.
local function add_external_id(job, body, id)
  if not id then
    return
  end
  local source = job.import.externalSourceId
  local ids = json.array {}
  for _, external in ipairs(body.externalIds or {}) do
    if external.externalSource.id == source and external.value == id then
      return
    end
    ids[#ids + 1] = external
  end
  ids[#ids + 1] = { externalSource = { id = source }, value = id }
  body.externalIds = ids
end

local function put_all(target, values)
  for field, value in pairs(values) do
    if type(value) == "table" and getmetatable(value) ~= json.array_mt then
      target[field] = type(target[field]) == "table" and target[field] or {}
      put_all(target[field], value)
    else
      target[field] = value
    end
  end
end

-- The value of the file takes precedence.
local function update(job, index, contact)
  local contacts = dataset.collections.contact
  local body = contacts:record(index)
  local aside = record_store.set_aside(body, contact.body)
  for field in pairs(contact.body) do
    if field:find "Phone$" then
      body[field] = nil
    end
  end
  put_all(body, contact.body)
  for _, names in ipairs(job.settings.import_empty == "clear" and contact.empty or {}) do
    path.put(body, names[1]:find "Phone$" and { names[1] } or names, nil)
  end
  add_external_id(job, body, contact.external_id)
  -- The platform identifies a contact on its own; a match by an import confirms it.
  aside.type = body.type and "Curated"
  record_store.replace(context(job, body), resources.by_name.contacts, index, nil, aside)
end

local function create(job, contact)
  local body = contact.body
  body.division = job.division and { id = job.division.id }
  add_external_id(job, body, contact.external_id)
  record_store.create(context(job, body), resources.by_name.contacts)
end

local function attempt(row, work)
  local ok, err = xpcall(work, function(err)
    return api_errors.is(err) and err or debug.traceback(tostring(err), 2)
  end)
  if not ok and not api_errors.is(err) then
    error(err, 0)
  end
  return { line = row.line, problem = not ok and api_errors.message(err) or nil }
end

--- Checks a row.
---@param job table settings, client, import, mappings
---@param row { line: integer, cells: table|nil, problem: string|nil }
---@return { line: integer, problem: string|nil, external_id: string|nil }
function import_rows.check(job, row)
  return attempt(row, function()
    read(job, row)
  end)
end

--- Carries a row out.
---@param job table settings, client, import, mappings, division
---@param row { line: integer, cells: table|nil, problem: string|nil }
---@return { line: integer, problem: string|nil }
function import_rows.carry_out(job, row)
  return attempt(row, function()
    local contact = read(job, row)
    local found = matches_of(job, contact)
    if found[2] and job.import.mergeContacts then
      local ctx = context(job, contact.body)
      local merged, latest = merge.preview(ctx, found)
      found = { merge.store(ctx, found, merged, latest, {}) }
    end
    if found[1] then
      update(job, found[1], contact)
    else
      create(job, contact)
    end
  end)
end

return import_rows
