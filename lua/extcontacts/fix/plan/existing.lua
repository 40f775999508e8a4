--- Finds a record that has everything a planned create would set, so that a second
-- run of a fix creates nothing.  Contacts are looked up by their addresses, notes
-- and relationships in the lists of their owners, organizations and the other
-- contacts by name, for which the listing is scanned once.  What plans in the same
-- folder created a moment ago is known from their journals.

local canonical = require "extcontacts.record.canonical"
local compat = require "extcontacts.base.compat"
local contact_fields = require "extcontacts.record.contact_fields"
local diff = require "extcontacts.record.diff"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local email = require "extcontacts.record.normalize.email"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local match = require "extcontacts.call.reconcile.match"
local name = require "extcontacts.record.normalize.name"
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"
local params = require "extcontacts.api.params"
local phone = require "extcontacts.record.normalize.phone"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local existing = {}

local NAMES = { contact = contact_fields.names, organization = { "name" } }
-- Lists of the records that belong to one.
local LISTS = { contact_note = "each_contact_note", organization_note = "each_organization_note",
  relationship = "each_organization_relationship" }
local SCANS = { contact = "scan_contacts", organization = "scan_organizations" }

-- Seconds after which searches find what was created.
local RECENT = 3600

---@class extcontacts.fix.Existing
local Existing = {}
Existing.__index = Existing

--- Starts a search for one plan.
---@param client extcontacts.Client
---@param output string|nil path of the plan
---@return extcontacts.fix.Existing
function existing.new(client, output)
  -- `claimed`: a record stands for one create only.
  return setmetatable({ client = client, output = output, by_name = {}, claimed = {} }, Existing)
end

local function key_of(kind, owner, body)
  return ("%s %s %s"):format(kind, owner or "", canonical.digest(kind, body))
end

-- The addresses of a contact, as `normalize.address` writes them.
local function addresses_of(body)
  local out = {}
  for _, field in ipairs(contact_fields.emails) do
    out[#out + 1] = email.key(body[field])
  end
  for _, field in ipairs(contact_fields.phones) do
    out[#out + 1] = phone.key(body[field])
  end
  return out
end

-- What plans beside this one created lately, ids by key and by address: searches may
-- not find them yet.
local function recent(self)
  if self.recent then
    return self.recent
  end
  local found = {}
  local function add(key, id)
    found[key] = found[key] or {}
    table.insert(found[key], id)
  end
  self.recent = found
  if self.output then
    earlier_plans.each_create(earlier_plans.folder(self.output), os.time() - RECENT, function(intent, id)
      add(key_of(intent.kind, intent.owner, intent.body), id)
      for _, address in ipairs(intent.kind == "contact" and addresses_of(intent.body) or {}) do
        add(address, id)
      end
    end)
  end
  return found
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

-- The records that one read returns, and whether there may be more.
local function answers(self, read)
  local answer, err = self.client:call(read.operation, compat.unpack(read.arguments))
  if answer then
    local records = type(answer[read.records]) == "table" and answer[read.records] or {}
    return records, #records >= (operations.find(read.operation).max_results or math.huge)
  elseif outcome.is_absent(err) then
    return {}, false
  end
  error(err, 0)
end

-- The records of a list, read once for the creates that follow each other.
local function listed(self, kind, owner)
  local list = self.list
  if not list or list.kind ~= kind or list.owner ~= owner then
    list = { kind = kind, owner = owner, records = {} }
    local options = { page_size = 100, allow_partial = true }
    local ok, err = errors.catch(function()
      for record in self.client[LISTS[kind]](self.client, owner, options) do
        list.records[#list.records + 1] = record
      end
      return true
    end)
    if not ok and not outcome.is_absent(err) then
      error(err, 0)
    end
    self.list = list
  end
  return list.records
end

-- The records that may be the one to create; and whether there may be others, which
-- a scan finds.
local function looked_up(self, change, may_scan)
  local kind = change.kind
  if LISTS[kind] then
    local owner = change.owner or field_path.at(change.after, { "externalOrganization", "id" })
    return type(owner) == "string" and listed(self, kind, owner) or {}, false
  elseif kind == "organization" and may_scan then
    return {}, true
  end
  local row = operations.find(types.by_name[kind].create)
  local args = params.bind(row, 1, { change.after })
  local found, reads = {}, args and match.reads(row, args) or {}
  local is_cut = #reads == 0
  for _, read in ipairs(reads) do
    local records, more = answers(self, read)
    is_cut = is_cut or more
    for _, record in ipairs(records) do
      found[#found + 1] = record
    end
  end
  return found, is_cut
end

-- Whether two values are spellings of one address.
local function is_same_address(field, wanted, found)
  if type(wanted) == "string" and field:find "Email$" then
    return email.key(wanted) ~= nil and email.key(wanted) == email.key(found)
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

--- The search for a record, in stages: each returns ids of candidates, and the next one
-- takes requests only if none of them is the record.
---@class extcontacts.fix.Search
---@field change extcontacts.fix.Change
---@field accepts fun(record: table): boolean
---@field next_ids fun(): string[]|nil raises an error object if a read fails
---@field is_shared boolean|nil whether the record may stand for several creates

-- The ids of search results that are the record, as far as the index knows.
local function accepted(found, accepts)
  local ids = {}
  for _, candidate in ipairs(found) do
    ids[#ids + 1] = accepts(candidate) and candidate.id or nil
  end
  return ids
end

--- Starts the search for the record that a create would make.
---@param change extcontacts.fix.Change a create
---@param accepts (fun(record: table): boolean)|nil instead of whether the record has all values; nothing is
--- scanned then
---@return extcontacts.fix.Search
function Existing:search(change, accepts)
  local is_it = accepts or function(record)
    return has_all(change, record)
  end
  local stage, is_cut = 0, false
  return { change = change, accepts = is_it, next_ids = function()
    stage = stage + 1
    if stage == 1 then
      return not accepts and recent(self)[key_of(change.kind, change.owner, change.after)] or {}
    elseif stage == 2 then
      local found
      found, is_cut = looked_up(self, change, accepts == nil)
      return accepted(found, is_it)
    end
    local key = stage == 3 and is_cut and not accepts and name_of(change.kind, change.after)
    return key and ids_by_name(self, change.kind, key) or nil
  end }
end

--- Starts the search for a contact that a plan in the same folder created lately with the
-- address of a create.
---@param change extcontacts.fix.Change a create with `unless_exists`
---@return extcontacts.fix.Search
function Existing:search_recent(change)
  local ids = recent(self)[change.unless_exists]
  return { change = change, is_shared = true, accepts = function() return true end, next_ids = function()
    local list = ids
    ids = nil
    return list
  end }
end

--- Claims the first candidate that is the record.  Indexes lag behind writes, so the record
-- itself decides.
---@param search extcontacts.fix.Search
---@param ids string[]
---@param read (fun(id: string): table|nil)|nil default: with a request for each; raises an error object if it fails
---@return string|nil id
function Existing:claim(search, ids, read)
  local change = search.change
  for _, id in ipairs(ids) do
    local record
    if self.claimed[id] then
      record = nil
    elseif read then
      record = read(id)
    else
      record = record_api.read(self.client, { kind = change.kind, id = id, owner = change.owner })
    end
    if record and search.accepts(record) then
      self.claimed[id] = not search.is_shared or nil
      return id
    end
  end
end

--- Claims the record in what remains of a search; raises an error object if a read fails.
---@param search extcontacts.fix.Search
---@return string|nil id
function Existing:resolve(search)
  for ids in search.next_ids do
    local id = self:claim(search, ids)
    if id then
      return id
    end
  end
end

--- Finds the record; raises an error object if a read fails.
---@param change extcontacts.fix.Change a create
---@param accepts (fun(record: table): boolean)|nil as for `search`
---@return string|nil id
function Existing:find(change, accepts)
  return self:resolve(self:search(change, accepts))
end

return existing
