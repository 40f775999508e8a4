--- Plans to restore what depended on the records that a plan deleted: recreates their
-- notes and relationships, and links contacts to recreated organizations.

local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local dependents = require "extcontacts.fix.dependents"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local id_map = require "extcontacts.fix.id_map"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local undo_dependents = {}

--- Reasons for skipping a record.
undo_dependents.RECREATED = "the deleted record was recreated"
undo_dependents.RECEIVED = "the created record has since received notes, relationships or linked contacts"
local GONE = "the contact that was linked to the deleted organization no longer exists"
local RELINKED = "someone else has linked the contact to another organization since"

---@class extcontacts.fix.UndoDependents
---@field links { contact: string, organization: string, target: string|nil }[]
---@field recreated table<string, boolean> old ids of the records that the plan recreates
local Restorer = {}
Restorer.__index = Restorer

--- Starts with the undo of one plan.
---@param client extcontacts.Client
---@param path string of the plan to undo
---@param plan extcontacts.fix.Draft
---@param earlier extcontacts.fix.Recreated
---@param own table<string, string> old id → new id, of the records that the plan itself recreated or copied
---@return extcontacts.fix.UndoDependents
function undo_dependents.new(client, path, plan, earlier, own)
  return setmetatable({
    client = client, path = path, plan = plan, earlier = earlier, own = own, links = {}, recreated = {},
  }, Restorer)
end

-- What became of records, by the journals beside the plan.  The ids that the plan itself
-- gave do not count: its undo takes them away.
local function read_successors(self)
  local successors = earlier_plans.successors(earlier_plans.folders(self.path, self.plan.output))
  for old_id, new_id in pairs(self.own) do
    local ids = successors[old_id] or {}
    for index = #ids, 1, -1 do
      if ids[index] == new_id then
        table.remove(ids, index)
      end
    end
  end
  return successors
end

-- The ids that a record got when it was recreated, by the journals beside the plan.
local function later_ids(self, id)
  self.successors = self.successors or read_successors(self)
  return earlier_plans.later_ids(self.successors, id)
end

-- The id that a deleted record has today.
local function later_id(self, id, accepts)
  local ids = later_ids(self, id)
  for index = #ids, 1, -1 do
    if not accepts or accepts(ids[index]) then
      return ids[index]
    end
  end
end

--- The record under the id that the undo of another plan gave it when it recreated it.
---@param reference extcontacts.record.Reference of a record that does not exist
---@return table|nil record
---@return extcontacts.record.Reference reference
function Restorer:successor(reference)
  local owner = reference.owner and (later_id(self, reference.owner) or reference.owner)
  local record, found
  later_id(self, reference.id, function(id)
    found = { kind = reference.kind, id = id, owner = owner }
    record = record_api.read(self.client, found)
    return record
  end)
  return record, record and found or reference
end

--- A reference to a record, with the id that the undo of another plan gave it.
---@param value any of a field
---@return any
function Restorer:renewed(value)
  local id = type(value) == "table" and value.id
  local new_id = type(id) == "string" and not self.recreated[id] and later_id(self, id)
  return new_id and { id = new_id } or value
end

--- A create that recreates a record.  A contact or relationship is linked to the
-- organization that the undo of another plan has recreated, and a note belongs to such an
-- owner.
---@param reference extcontacts.record.Reference
---@param record table
---@return extcontacts.fix.Change
function Restorer:create(reference, record)
  local change = changes.create(reference.kind, reference.owner, record)
  change.old_id = reference.id
  if self.own[reference.id] then
    self.earlier:exclude(self.own[reference.id]) -- the copy of a move
  end
  local target = reference.owner or types.organization_of(change.after)
  local new_id = target and not self.recreated[target] and later_id(self, target)
  return new_id and id_map.translate({ [target] = new_id }, change) or change
end

--- Adds a create to the plan.
---@param change extcontacts.fix.Change
function Restorer:add(change)
  self.recreated[change.old_id] = true
  self.plan:add(change)
end

--- Plans the dependents of a deleted record.
---@param reference extcontacts.record.Reference of the deleted record
---@param found extcontacts.fix.Dependents as the journal has them
---@param deleted_at string|nil by the server's clock
---@param records table<string, table|false>|nil records that were just read, by id
function Restorer:restore(reference, found, deleted_at, records)
  -- Unless the plan recreates the owner, an earlier undo has; it may have stopped before
  -- these.
  local is_new = self.recreated[reference.id]
  local target = not is_new and (self.earlier.ids[reference.id] or later_id(self, reference.id)) or nil
  if not is_new and not target then
    return
  end
  dependents.each(reference, found, function(dependent, record)
    local change = self:create(dependent, record)
    if is_new or not self.earlier:find(change, deleted_at, records) then
      self:add(is_new and change or id_map.translate({ [reference.id] = target }, change))
    else
      self.plan.skipped:add(undo_dependents.RECREATED, { reference = dependent })
    end
  end)
  for _, contact in ipairs(found.contacts or {}) do
    self.links[#self.links + 1] = { contact = contact, organization = reference.id, target = target }
  end
end

-- The update that links a contact.  The server may have kept the id of the deleted
-- organization.
local function link_of(reference, record, link)
  return changes.link(reference, record, link.target or link.organization)
end

function Restorer:link(link, record)
  local reference = { kind = "contact", id = link.contact }
  if not record and self.recreated[link.contact] then
    return self.plan:add(link_of(reference, {}, link))
  elseif not record then
    later_id(self, link.contact, function(id)
      reference.id, record = id, record_api.read(self.client, { kind = "contact", id = id })
      return record
    end)
  end
  if not record then
    return self.plan.skipped:add(GONE, { reference = reference })
  end
  local current = types.organization_of(record)
  if current == nil or current == link.organization then
    self.plan:add(link_of(reference, record, link))
  elseif current ~= link.target then
    self.plan.skipped:add(RELINKED, { reference = reference })
  end
end

--- Plans the links, which come last: by then the organizations exist.
function Restorer:finish()
  local index = 0
  for link, record in bulk_api.reader(self.client, function()
    index = index + 1
    return self.links[index]
  end, function(link)
    return { kind = "contact", id = link.contact }
  end) do
    self:link(link, record)
  end
end

return undo_dependents
