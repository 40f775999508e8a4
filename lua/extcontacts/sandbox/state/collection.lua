--- Records of one kind: seeded ones are made when they are read, only what was
-- changed, deleted or created is kept (as JSON text).
--
-- A record's index is its place for ever: seeded ones first, created ones
-- after them.  Scans go by it, so writes in between neither repeat nor hide
-- another record.

local buffer = require "string.buffer"
local server_clock = require "extcontacts.sandbox.state.server_clock"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local json = require "extcontacts.base.json"

local collection = {}

local Kind = {}
Kind.__index = Kind

local scratch = buffer.new()

local function nobody() end
local function none()
  return {}
end

--- A kind of records.
---@param row table code, name, seeded (how many), emit(buf, index), owner_of(index)?, members_of(owner)?
function collection.new(row)
  return setmetatable({
    code = row.code,
    name = row.name,
    seeded = row.seeded,
    seeded_emit = row.emit,
    seeded_owner = row.owner_of or nobody,
    seeded_members = row.members_of or none,
    next = row.seeded,
    count = row.seeded,
    -- index -> JSON text, or false when deleted
    changed = {},
    -- index -> owner's index or false, of changed records
    owners = {},
    -- owner's index -> set of changed records' indexes
    belonging = {},
    -- writes whose effect the lag options still hide: { index, at, before }
    recent = {},
    version = 0,
    lag = 0,
  }, Kind)
end

function Kind:id(index)
  return record_ids.make(self.code, index)
end

--- The index of an id, also of a deleted record; nil for what never was.
function Kind:index(id)
  local index = record_ids.index(self.code, id)
  if index and index < self.next then
    return index
  end
end

function Kind:exists(index)
  local text = self.changed[index]
  if text == nil then
    return index < self.seeded
  end
  return text ~= false
end

--- Puts the record's JSON into a buffer.
function Kind:emit(buf, index)
  local text = self.changed[index]
  if text then
    buf:put(text)
  else
    self.seeded_emit(buf, index)
  end
end

--- The record's JSON, or false when there is none.
function Kind:text(index)
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

--- The record as a table of its own, or nil.
function Kind:record(index)
  local text = self:text(index)
  return text and assert(json.decode(text)) or nil
end

--- The index of the record it belongs to.
function Kind:owner(index)
  local owner = self.owners[index]
  if owner ~= nil then
    return owner or nil
  end
  if index < self.seeded then
    return self.seeded_owner(index)
  end
end

--- The records that belong to an owner, ascending.
---@return integer[]
function Kind:members(owner)
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

-- Called after each write; the search replaces it.
function Kind.on_write() end

local function write(self, index, record, owner)
  if self.lag > 0 then
    self.recent[#self.recent + 1] = { index = index, at = server_clock.now(), before = self:text(index) }
  end
  self.changed[index] = record and assert(json.encode(record)) or false
  link(self, index, owner)
  self.version = self.version + 1
  self:on_write(index, record)
end

--- Adds a record; `make(id)` returns it.
---@return integer index
function Kind:create(make, owner)
  local index = self.next
  local record = make(self:id(index))
  self.next = index + 1
  self.count = self.count + 1
  write(self, index, record, owner)
  return index
end

--- Replaces a record.
function Kind:put(index, record, owner)
  write(self, index, record, owner)
end

function Kind:delete(index)
  self.count = self.count - 1
  write(self, index, false, nil)
end

--- The writes of the last `lag` seconds, as what was there before them.
---@param lag number seconds
---@return table<integer, string|false>|nil index -> text before, or nil when there are none
function Kind:hidden(lag)
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