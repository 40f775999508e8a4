--- Which records of its source a plan is about: those that the caller has chosen by their
-- ids, and for which the caller's condition holds, besides the fix's own filter.

local chosen = require "extcontacts.fix.plan.chosen"
local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"
local where = require "extcontacts.record.where"

local selection = {}

local function read(kind, condition)
  local found, err = where.read(kind, condition)
  if not found then
    error(err, 0)
  end
  return found
end

-- A function that reads the condition for each kind of records once.
local function reader(condition, read_for)
  local by_model = {}
  return function(kind)
    local model = types.by_name[kind].model
    if by_model[model] == nil then
      by_model[model] = read_for(kind, condition) or false
    end
    return by_model[model]
  end
end

--- Returns a function that tests records of several kinds.  One without the fields that
-- the condition names is not selected.  Raises an error object if no kind has them.
---@param condition string
---@return fun(kind: extcontacts.record.TypeName, record: table): boolean holds
---@return fun(kind: extcontacts.record.TypeName): boolean applies whether records of a kind have the fields
---@return fun(kind: extcontacts.record.TypeName): string[] fields those of a kind that the condition reads
function selection.of_any_kind(condition)
  local condition_of, is_known = reader(condition, where.read), false
  for kind in pairs(types.by_name) do
    is_known = condition_of(kind) and true or is_known
  end
  if not is_known then
    read("contact", condition)
  end
  return function(kind, record)
    local found = condition_of(kind)
    return found and found.test(record)
  end, function(kind)
    return condition_of(kind) and true or false
  end, function(kind)
    local found = condition_of(kind)
    return found and found.fields or {}
  end
end

---@class extcontacts.fix.Selection
---@field chosen extcontacts.fix.Chosen|nil
---@field described extcontacts.fix.Source
local Selection = {}
Selection.__index = Selection

--- Starts the selection of a plan.  Raises an error object for a mistake in the condition or
-- an id.
---@param described extcontacts.fix.Source
---@param condition string|nil
---@param ids string[]|nil
---@return extcontacts.fix.Selection
function selection.new(described, condition, ids)
  local self = setmetatable({ described = described, chosen = ids and chosen.new(ids) }, Selection)
  if condition then
    self.condition_of = reader(condition, read)
    -- The kinds of a scan of notes share a model.
    self.condition = self.condition_of(described.kind or "contact_note")
    self.kind = described.kind
  end
  return self
end

--- The test of the condition, if it alone selects the records of a listing and applies to all
-- of them.  `test` holds for what has passed it.
---@return (fun(record: table): boolean)|nil
function Selection:early_test()
  return not self.chosen and not self.described.members and self.described.kind and self.condition
    and self.condition.test or nil
end

--- Texts one of which is in the JSON of each record for which the early test holds.
---@return string[]|nil
function Selection:needles()
  return self.condition.needles
end

--- The fields that the condition reads; nil without one, or if it isn't tested on the records
-- of the source itself.
---@return string[]|nil
function Selection:fields()
  if not self.condition_of or self.described.members then
    return nil
  end
  return self.condition.fields
end

--- Opens the source if only the chosen records are to be read; nil otherwise.
---@param client extcontacts.Client
---@return (fun(): extcontacts.fix.Item|nil)|nil next_item
---@return fun()|nil close
function Selection:open(client)
  local next_item, close
  if self.chosen then
    next_item, close = self.chosen:open(client, self.described)
  end
  self.is_read_by_ids = next_item ~= nil
  return next_item, close
end

-- Whether the condition holds for an item; also why it can't be tested.
local function holds(self, item)
  if not self.condition_of or item.skipped or item.missing and self.described.missing ~= "change" then
    return true -- skipped for a reason of its own
  elseif not item.record then
    return false, "not tested by the condition: there is no record yet"
  end
  local condition = item.reference.kind == self.kind and self.condition or self.condition_of(item.reference.kind)
  return condition.test(item.record)
end

--- Whether an item is selected.
---@param item extcontacts.fix.Item
---@return boolean
---@return string|nil reason why the condition can't be tested
function Selection:test(item)
  if self.described.members then
    return true -- the members are tested
  elseif self.chosen and not self.is_read_by_ids
    and not self.chosen:has(item.reference and item.reference.id or item.id) then
    return false
  end
  return holds(self, item)
end

selection.NOT_ALL = "not all records of the cluster are selected"

--- An action of a source whose items stand for several records: it also checks that all of
-- them are selected.
---@param action extcontacts.fix.Action
---@param kind extcontacts.record.TypeName
---@return extcontacts.fix.Action
function Selection:guard(action, kind)
  if not self.described.members or not (self.chosen or self.condition_of) or not action.ids then
    return action
  end
  local guarded, options = shallow_copy(action), shallow_copy(action.options or {})
  local check = options.check
  function options.check(records)
    local are_selected = true
    for _, record in ipairs(records) do
      local is_chosen = not self.chosen or self.chosen:has(record.id)
      are_selected = are_selected and is_chosen and (not self.condition_of or self.condition_of(kind).test(record))
    end
    return not are_selected and selection.NOT_ALL or check and check(records) or nil
  end
  guarded.options = options
  return setmetatable(guarded, getmetatable(action))
end

--- Lists the chosen ids of which the source had no record.
---@param skipped extcontacts.fix.Skipped
---@return string[]|nil ids nil if none were chosen
function Selection:note_absent(skipped)
  if not self.chosen then
    return nil
  end
  local ids, reason = self.chosen:missing()
  for _, id in ipairs(ids) do
    skipped:add(reason, { id = id })
  end
  return ids
end

return selection
