--- Finds out which of the records that were created since a snapshot are records
-- that were deleted since and exist again.  Deleted and created records of the
-- same content form a class; if it has as many of both, they exist again.

local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local likeness = require "extcontacts.snapshot.likeness"
local models = require "extcontacts.api.models"
local shallow_copy = require "extcontacts.base.shallow_copy"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local recreated = {}

-- A key that more deleted records share says nothing about one of them.
local MOST_ALIKE = 20

--- Why a deleted record is not restored, or a created one not deleted.
recreated.reasons = {
  alike = "a similar record was created since the snapshot; delete it to restore this one, or allow copies "
    .. "(--allow-copies)",
  uneven = "other records with the same content were deleted or created since; compare them, and delete or create "
    .. "the difference",
  copy = "may be a deleted record that was created again",
}

---@class extcontacts.snapshot.Class records of the same content
---@field offsets integer[] of the deleted records
---@field created integer[] their indexes in the spool
---@field other string|nil id of a created record that may be the deleted one

---@class extcontacts.snapshot.Recreated
---@field classes extcontacts.snapshot.Class[]
---@field suspects table<integer, string> index of a created record that may be a deleted one → its id
local Recreated = {}
Recreated.__index = Recreated

-- A copy of an object without phone numbers, which the server may have recognised
-- since.
local function without_phones(object, model)
  local out = {}
  for key, value in pairs(object) do
    local field = model.by_wire[key]
    local within = field and field.shape == "value" and models[field.type]
    if not (field and field.type == "PhoneNumber") then
      out[key] = within and type(value) == "table" and without_phones(value, within) or value
    end
  end
  return out
end

-- What the record's first phone number may be compared by.
local function phone_keys(model, record)
  for _, field in ipairs(model.fields) do
    local phone = record[field.wire]
    if field.type == "PhoneNumber" and field.shape == "value" and type(phone) == "table" then
      local keys = {}
      for _, name in ipairs { "e164", "userInput", "display" } do
        keys[#keys + 1] = type(phone[name]) == "string" and field.wire .. " " .. texts.trim(phone[name]) or nil
      end
      return keys
    end
  end
  return {}
end

-- With the ids that recreated records have in common with their old selves.
local function in_common(ids, record)
  local organization = record.externalOrganization
  if type(organization) ~= "table" or type(organization.id) ~= "string" then
    return record
  end
  local out = shallow_copy(record)
  out.externalOrganization = { id = ids:common(organization.id) }
  return out
end

-- The part of the content that storing a record leaves as it is.
local function content(self, kind, record, owner)
  local model = models[types.by_name[kind].model]
  local form = canonical.form(kind, without_phones(in_common(self.ids, record), model), true)
  return core.hash.sha256(("%s %s %s"):format(kind, owner and self.ids:common(owner) or "", canonical.text(form))),
    phone_keys(model, record)
end

local function list_at(map, key)
  map[key] = map[key] or {}
  return map[key]
end

-- Adds a deleted record to its class.
local function add(self, entry, offset)
  local base, phones = content(self, entry.kind, entry.record, entry.owner)
  local form = canonical.form(entry.kind, in_common(self.ids, entry.record), true)
  local exact = base .. core.hash.sha256(canonical.text(form))
  local class = self.by_content[exact]
  if not class then
    class = { offsets = {}, created = {} }
    self.by_content[exact] = class
    self.classes[#self.classes + 1] = class
    table.insert(list_at(self.by_key, base .. (phones[1] or "")), class)
  end
  class.offsets[#class.offsets + 1] = offset
end

-- Whether storing the records of a class makes them a created one.
local function is_stored_as(self, class, reference, record)
  local before = self.ids:restated(self.snapshot:at(class.offsets[1]), record, reference.owner)
  return #diff.remaining(reference.kind, before, record) == 0
end

local function class_of(self, reference, record)
  local base, phones = content(self, reference.kind, record, reference.owner)
  local tried = {}
  for _, key in ipairs(#phones > 0 and phones or { "" }) do
    for _, class in ipairs(self.by_key[base .. key] or {}) do
      if not tried[class] and is_stored_as(self, class, reference, record) then
        return class
      end
      tried[class] = true
    end
  end
end

-- Deleted records of which nothing was found, by what they are known by.
local function lost_by_key(self)
  local lost = {}
  for _, class in ipairs(self.classes) do
    if #class.created == 0 then
      local entry = self.snapshot:at(class.offsets[1])
      for _, key in ipairs(likeness.keys(entry.kind, entry.record, self.ids)) do
        table.insert(list_at(lost, key), class)
      end
    end
  end
  return lost
end

local function suspect(self, lost, index)
  local record = self.spool:at(index)
  local reference = types.reference(self.kind, record)
  for _, key in ipairs(likeness.keys(reference.kind, record, self.ids)) do
    local classes = lost[key] or {}
    for _, class in ipairs(#classes <= MOST_ALIKE and classes or {}) do
      local entry = self.snapshot:at(class.offsets[1])
      local before = self.ids:restated(entry, record, reference.owner)
      if likeness.is_alike(reference.kind, before, record) then
        class.other, self.suspects[index] = class.other or reference.id, entry.record.id
      end
    end
  end
end

local function match(self)
  local unmatched = {}
  for index = 1, self.spool.count do
    if not self.is_settled[index] then
      local record = self.spool:at(index)
      local class = class_of(self, types.reference(self.kind, record), record)
      table.insert(class and class.created or unmatched, index)
    end
  end
  local lost = #unmatched > 0 and lost_by_key(self) or {}
  if next(lost) then
    for _, index in ipairs(unmatched) do
      suspect(self, lost, index)
    end
  end
end

--- Matches the records of a listing.
---@param snapshot extcontacts.snapshot.Reader
---@param listing string
---@param offsets integer[] of the deleted records
---@param created extcontacts.snapshot.Spool
---@param ids extcontacts.snapshot.NewIds of the records that these refer to
---@param is_settled table<integer, boolean> created records to leave out, by index
---@return extcontacts.snapshot.Recreated
function recreated.match(snapshot, listing, offsets, created, ids, is_settled)
  local self = setmetatable({
    snapshot = snapshot, kind = types.listings[listing].kind, spool = created, ids = ids,
    is_settled = is_settled, classes = {}, suspects = {}, by_content = {}, by_key = {},
  }, Recreated)
  if #offsets > 0 and created.count > 0 then
    for _, offset in ipairs(offsets) do
      add(self, snapshot:at(offset), offset)
    end
    match(self)
  else
    for index, offset in ipairs(offsets) do
      self.classes[index] = { offsets = { offset }, created = {} }
    end
  end
  return self
end

return recreated
