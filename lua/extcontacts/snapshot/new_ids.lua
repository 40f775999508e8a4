--- The new ids of recreated records, and the references of a snapshot's records
-- in terms of them.

local earlier_plans = require "extcontacts.fix.earlier_plans"
local types = require "extcontacts.record.types"

local new_ids = {}

---@class extcontacts.snapshot.NewIds
local NewIds = {}
NewIds.__index = NewIds

--- No record is known to be recreated.
---@return extcontacts.snapshot.NewIds
function new_ids.new()
  return setmetatable({
    group = {}, -- id, old or new → the id that stands for all records of this content
    new = {}, -- old id → new id, if there is only one
    missing = {}, -- old ids of deleted records that were not recreated
    suspects = {}, -- ids of created records that may be deleted ones
    restored = {}, -- old id → ids that earlier restores gave to the record
  }, NewIds)
end

--- Takes the new ids from the journals of earlier restores of the snapshot.
---@param digest string of the snapshot's header
---@param folders string[] each ends with `/`
function NewIds:read_journals(digest, folders)
  local function is_restore(header)
    return type(header.source) == "table" and header.source.snapshot == digest
  end
  for _, folder in ipairs(folders) do
    earlier_plans.each_recreated(folder, is_restore, function(old, new)
      self.restored[old] = self.restored[old] or {}
      self.restored[old][new] = true
    end)
  end
end

--- Deleted records, and the created ones of the same content.  If there are several,
-- nothing says which is which.
---@param old string[]
---@param new string[]
function NewIds:add(old, new)
  for _, ids in ipairs { old, new } do
    for _, id in ipairs(ids) do
      self.group[id] = old[1]
    end
  end
  if #old == 1 and #new == 1 then
    self.new[old[1]] = new[1]
  end
end

--- Deleted records that were not recreated.
---@param old string[]
function NewIds:add_missing(old)
  for _, id in ipairs(old) do
    self.missing[id] = true
  end
end

--- A created record that may be a deleted one.
---@param old string
---@param new string
function NewIds:add_suspect(old, new)
  self.group[old], self.group[new] = self.group[old] or old, self.group[old] or old
  self.suspects[new] = true
end

--- An id that the old and the new ids of a record have in common.
---@param id string
---@return string
function NewIds:common(id)
  return self.group[id] or id
end

-- The id by which a record of the snapshot goes today; nil if it is one of
-- several.
local function today(self, id, live_id)
  if live_id ~= nil and self:common(live_id) == self:common(id) then
    return live_id
  elseif self.group[id] then
    return self.new[id]
  end
  return id
end

--- The record that a record refers to: its organization, or the owner of a note.
---@param record table
---@param owner string|nil
---@return string|nil id
function new_ids.reference(record, owner)
  return owner or types.organization_of(record)
end

--- A record of the snapshot, with references as they are today.
---@param entry extcontacts.snapshot.Entry
---@param live table|nil the same record on the server: its references decide between equal records
---@param live_owner string|nil
---@return table record
---@return string|nil owner
---@return boolean uncertain whether a reference is to one of several equal records
function NewIds:restated(entry, live, live_owner)
  local record, owner, uncertain = entry.record, entry.owner, false
  local organization = types.organization_of(record)
  if organization then
    local id = today(self, organization, types.organization_of(live))
    uncertain = id == nil
    if id and id ~= organization then
      record = {}
      for name, value in pairs(entry.record) do
        record[name] = value
      end
      record.externalOrganization = { id = id }
    end
  end
  if owner then
    local id = today(self, owner, live_owner)
    uncertain, owner = uncertain or id == nil, id or owner
  end
  return record, owner, uncertain
end

return new_ids
