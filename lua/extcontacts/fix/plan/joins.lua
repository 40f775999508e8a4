--- The merges and consolidations of a plan, in the order in which the fix asks for them.
-- They wait until the records of many can be read with one bulk request.

local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local consolidations = require "extcontacts.fix.plan.consolidations"
local merges = require "extcontacts.fix.plan.merges"

local joins = {}

---@class extcontacts.fix.Joins
---@field merges extcontacts.fix.Merges
---@field existing extcontacts.fix.Existing
---@field draft extcontacts.fix.Draft
---@field is_open fun(): boolean whether the plan's limit allows further changes
---@field waiting { action: extcontacts.fix.Action, item: extcontacts.fix.Item|nil, warnings: table }[]
---@field size integer records of those
local Joins = {}
Joins.__index = Joins

--- Starts the merges and consolidations of a plan.
---@param client extcontacts.Client
---@param existing extcontacts.fix.Existing
---@param draft extcontacts.fix.Draft
---@param is_open fun(): boolean
---@return extcontacts.fix.Joins
function joins.new(client, existing, draft, is_open)
  return setmetatable({ merges = merges.new(client), existing = existing, draft = draft, is_open = is_open,
    waiting = {}, size = 0 }, Joins)
end

--- Gathers a merge of one record with a contact, to which others may come.
---@param action extcontacts.fix.Action
function Joins:gather(action)
  self.merges:gather(action)
end

--- Takes a merge or consolidation.
---@param action extcontacts.fix.Action
---@param item extcontacts.fix.Item|nil the record or row that asks for it
---@param warnings extcontacts.record.Warning[] of the fix
---@return boolean goes_on false once the plan's limit is reached
function Joins:take(action, item, warnings)
  self.waiting[#self.waiting + 1] = { action = action, item = item, warnings = warnings }
  self.size = self.size + #action.ids
  return self.size < bulk_api.MOST or self:flush()
end

local PLAN = {}

function PLAN.merge(self, entry)
  local change, reason, detail = self.merges:plan(entry.action)
  return change and { change }, reason, detail
end

-- The changes need each other in their order.
function PLAN.consolidate(self, entry)
  return consolidations.plan(self.merges, entry.action, self.existing)
end

-- Adds all changes of one, even at the limit, or skips it.
local function carry_out(self, entry)
  local action, draft = entry.action, self.draft
  local list, reason, detail = PLAN[action.op](self, entry)
  if not list then
    return draft.skipped:add(reason, entry.item or { id = action.ids[1] }, nil, detail)
  end
  if action.op == "consolidate" then
    draft.totals.records = draft.totals.records + #action.ids - 1 -- the source has returned one of them
  end
  for index, change in ipairs(list) do
    change.needs = index > 1 and list[index - 1].n or nil
    if index == 1 then
      changes.warn(change, entry.warnings)
    end
    draft:add(change)
  end
end

--- Carries out those that wait.  Raises an error object if a record can't be read.
---@return boolean goes_on false once the plan's limit is reached
function Joins:flush()
  local waiting, actions = self.waiting, {}
  self.waiting, self.size = {}, 0
  for index, entry in ipairs(waiting) do
    actions[index] = entry.action
  end
  self.merges:read_ahead(actions)
  for _, entry in ipairs(waiting) do
    if self.is_open() then
      carry_out(self, entry)
    end
  end
  return self.is_open()
end

--- Carries out the merges that several records asked for.
function Joins:flush_gathered()
  for _, action in ipairs(self.merges.gathered) do
    if not self:take(action, nil, {}) then
      return
    end
  end
  self:flush()
end

return joins
