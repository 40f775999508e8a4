--- Finds a record that has everything a planned create would set, so that a second
-- run of a fix creates nothing.  Contacts are looked up by their addresses, notes
-- and relationships in the lists of their owners; the others by name, for which
-- the listing is scanned once.

local compat = require "extcontacts.base.compat"
local diff = require "extcontacts.record.diff"
local email = require "extcontacts.record.normalize.email"
local match = require "extcontacts.call.reconcile.match"
local name = require "extcontacts.record.normalize.name"
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"
local params = require "extcontacts.api.params"
local phone = require "extcontacts.record.normalize.phone"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local existing = {}

local NAMES = { contact = { "firstName", "middleName", "lastName" }, organization = { "name" } }
local SCANS = { contact = "scan_contacts", organization = "scan_organizations" }

---@class extcontacts.fix.Existing
local Existing = {}
Existing.__index = Existing

--- Starts a search for one plan.
---@param client extcontacts.Client
---@return extcontacts.fix.Existing
function existing.new(client)
  -- `claimed`: a record stands for one create only.
  return setmetatable({ client = client, by_name = {}, claimed = {} }, Existing)
end

local function name_of(kind, record)
  local parts = {}
  for index, field in ipairs(NAMES[kind]) do
    parts[index] = type(record[field]) == "string" and name.key(record[field]) or ""
  end
  local key = table.concat(parts, "\n")
  return key:find "[^\n]" and key or nil
end

-- The ids of the records that have a name.  An id that is alone takes no table:
-- about 150 bytes per record.
local function ids_by_name(self, kind, key)
  local ids = self.by_name[kind]
  if not ids then
    ids = {}
    for record in self.client[SCANS[kind]](self.client, { limit = 200 }) do
      local name_key = name_of(kind, record)
      local others = name_key and ids[name_key]
      if type(others) == "table" then
        others[#others + 1] = record.id
      elseif name_key then
        ids[name_key] = others and { others, record.id } or record.id
      end
    end
    self.by_name[kind] = ids
  end
  local found = ids[key]
  return type(found) == "table" and found or { found }
end

-- The records that one read returns.
local function answers(self, read)
  local answer, err = self.client:call(read.operation, compat.unpack(read.arguments))
  if answer then
    return type(answer[read.records]) == "table" and answer[read.records] or {}
  elseif outcome.is_absent(err) then
    return {}
  end
  error(err, 0)
end

-- Iterates over the records that may be the one to create.
local function candidates(self, change, row, args, may_scan)
  local found = {}
  local reads = NAMES[change.kind] and change.kind ~= "contact" and {} or match.reads(row, args)
  if #reads == 0 and NAMES[change.kind] and may_scan then
    local key = name_of(change.kind, change.after)
    for index, id in ipairs(key and ids_by_name(self, change.kind, key) or {}) do
      found[index] = { id = id }
    end
    return found, true
  end
  for _, read in ipairs(reads) do
    for _, record in ipairs(answers(self, read)) do
      found[#found + 1] = record
    end
  end
  return found, false
end

local EMAILS = { workEmail = true, personalEmail = true, otherEmail = true }

-- Whether two values are spellings of one address.
local function is_same_address(field, wanted, found)
  if EMAILS[field] then
    return email.read(wanted) ~= nil and email.read(wanted) == email.read(found)
  elseif type(wanted) ~= "table" or type(found) ~= "table" then
    return false
  end
  local number = phone.read(wanted.display)
  return number ~= nil and number.e164 == found.e164 and (number.extension or wanted.extension) == found.extension
end

-- Whether a record has all values of a create; it may have more.  The server may
-- set the author of a note itself.
local function has_all(change, record)
  for _, difference in ipairs(diff.remaining(change.kind, change.after, record)) do
    local field, wanted = difference.path[1], difference.before
    if wanted ~= nil and field ~= "createdBy" and not is_same_address(field, wanted, difference.after) then
      return false
    end
  end
  return true
end

--- Finds the record; raises an error object if a read fails.
---@param change extcontacts.fix.Change a create
---@param accepts (fun(record: table): boolean)|nil instead of whether the record has all values; nothing is
--- scanned then
---@return string|nil id
function Existing:find(change, accepts)
  local row = operations.by_short[types.by_name[change.kind].create]
  local arguments = types.arguments({ kind = change.kind, owner = change.owner }, change.after)
  local args = params.bind(row, #arguments, arguments)
  if not args then
    return nil -- apply reports what is wrong with it
  end
  local is_it = accepts or function(record)
    return has_all(change, record)
  end
  local found, are_ids = candidates(self, change, row, args, accepts == nil)
  for _, candidate in ipairs(found) do
    if not self.claimed[candidate.id] and (are_ids or is_it(candidate)) then
      -- Indexes lag behind writes, so the record itself decides.
      local record = record_api.read(self.client, { kind = change.kind, id = candidate.id, owner = change.owner })
      if record and is_it(record) then
        self.claimed[candidate.id] = true
        return candidate.id
      end
    end
  end
end

return existing
