--- A collection: the records of one type.  Seeded records are generated when
-- they are read; only changed, deleted and created ones are kept, as JSON text.
--
-- A record keeps its index permanently: seeded records first, then created ones.
-- Scans follow the indexes, so a write during a scan neither repeats nor hides
-- another record.

local buffer = require "string.buffer"
local json = require "extcontacts.base.json"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local collection = {}

---@class extcontacts.sandbox.Collection
---@field name string the type: "contact", "contact_note" …
---@field seeded integer number of seeded records
---@field next integer index of the next created record
---@field count integer number of records
---@field changed table<integer, string|false> JSON text, false if deleted
---@field written table<integer, { created: string|nil, modified: string }> dates of the writes
---@field lag number seconds for which `hidden` remembers writes
local Collection = {}
Collection.__index = Collection

local scratch = buffer.new()

local function no_owner() end
local function no_members()
  return {}
end

--- Creates a collection.
---@param row table type_number, name, seeded, emit(buf, index), owner_of(index)?, members_of(owner)?,
--- division_of(index)?
---@return extcontacts.sandbox.Collection
function collection.new(row)
  return setmetatable({
    type_number = row.type_number,
    name = row.name,
    seeded = row.seeded,
    seeded_emit = row.emit,
    seeded_owner = row.owner_of or no_owner,
    seeded_members = row.members_of or no_members,
    seeded_division = row.division_of or no_owner,
    -- index of a changed record → id of its division, or false
    divisions = {},
    next = row.seeded,
    count = row.seeded,
    changed = {},
    written = {},
    -- index of a changed record → owner's index, or false
    owners = {},
    -- owner's index → set of the indexes of its changed records
    belonging = {},
    -- the writes of the last `lag` seconds: { index, at, before }
    recent = {},
    lag = 0,
  }, Collection)
end

---@param index integer
---@return string
function Collection:id(index)
  return record_ids.make(self.type_number, index)
end

--- The index of an id, also of a deleted record; nil if no record had it.
---@param id string
---@return integer|nil
function Collection:index(id)
  local index = record_ids.index(self.type_number, id)
  if index and index < self.next then
    return index
  end
end

---@param index integer
---@return boolean
function Collection:exists(index)
  local text = self.changed[index]
  if text == nil then
    return index < self.seeded
  end
  return text ~= false
end

--- The record's JSON; false if it does not exist.
---@param index integer
---@return string|false
function Collection:text(index)
  local text = self.changed[index]
  if text ~= nil then
    return text
  end
  if index >= self.seeded then
    return false
  end
  scratch:reset()
  self.seeded_emit(scratch, index)
  return scratch:tostring()
end

--- The record as a new table; nil if it does not exist.
---@param index integer
---@return table|nil
function Collection:record(index)
  local text = self:text(index)
  return text and assert(json.decode(text)) or nil
end

--- The index of the record that owns this one.
---@param index integer
---@return integer|nil
function Collection:owner(index)
  local owner = self.owners[index]
  if owner ~= nil then
    return owner or nil
  end
  if index < self.seeded then
    return self.seeded_owner(index)
  end
end

--- The id of the record's division.
---@param index integer
---@return string|nil
function Collection:division(index)
  local id = self.divisions[index]
  if id ~= nil then
    return id or nil
  end
  if index < self.seeded then
    return self.seeded_division(index)
  end
end

--- The records of an owner, ascending.
---@param owner integer
---@return integer[]
function Collection:members(owner)
  local members = {}
  for _, index in ipairs(self.seeded_members(owner)) do
    if index < self.seeded and self.changed[index] == nil then
      members[#members + 1] = index
    end
  end
  local changed = self.belonging[owner]
  if changed then
    for index in pairs(changed) do
      members[#members + 1] = index
    end
    table.sort(members)
  end
  return members
end

local function link(self, index, owner)
  local before = self.owners[index]
  if before then
    self.belonging[before][index] = nil
  end
  self.owners[index] = owner or false
  if owner then
    local set = self.belonging[owner]
    if not set then
      set = {}
      self.belonging[owner] = set
    end
    set[index] = true
  end
end

-- Called after each write; a search index replaces it.
function Collection.on_write() end

local function write(self, index, record, owner)
  if self.lag > 0 then
    self.recent[#self.recent + 1] = { index = index, at = server_clock.now(), before = self:text(index) }
  end
  if record and not record.modifyDate then
    local before = self.written[index]
    local now = server_clock.iso()
    self.written[index] = { created = before and before.created or index >= self.seeded and now or nil, modified = now }
  end
  self.changed[index] = record and assert(json.encode(record)) or false
  self.divisions[index] = record and record.division and record.division.id or false
  link(self, index, owner)
  self:on_write(index, record)
end

--- Creates a record.
---@param make fun(id: string): table returns the record
---@param owner integer|nil
---@return integer index
function Collection:create(make, owner)
  local index = self.next
  local record = make(self:id(index))
  self.next = index + 1
  self.count = self.count + 1
  write(self, index, record, owner)
  return index
end

--- Replaces a record.
---@param index integer
---@param record table
---@param owner integer|nil
function Collection:put(index, record, owner)
  write(self, index, record, owner)
end

---@param index integer
function Collection:delete(index)
  self.count = self.count - 1
  write(self, index, false, nil)
end

--- The state of the records that were written in the last `lag` seconds, as it
-- was before these writes.
---@param lag number seconds
---@return table<integer, string|false>|nil before index → JSON text or false; nil if there were no writes
function Collection:hidden(lag)
  local recent = self.recent
  if lag <= 0 or #recent == 0 then
    return nil
  end
  local now = server_clock.now()
  local hidden, kept
  for _, entry in ipairs(recent) do
    if entry.at > now - self.lag then
      kept = kept or {}
      kept[#kept + 1] = entry
    end
    if entry.at > now - lag then
      hidden = hidden or {}
      if hidden[entry.index] == nil then
        hidden[entry.index] = entry.before
      end
    end
  end
  self.recent = kept or {}
  return hidden
end

return collection
