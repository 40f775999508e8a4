--- Which records of its source a plan is about: those for which a condition holds, besides
-- the fix's own filter.

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
---@return fun(kind: extcontacts.record.TypeName, record: table): boolean
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
  end
end

--- Returns a function that says whether a record is selected; nil without a condition.
-- Raises an error object for a mistake in the condition.
---@param source extcontacts.fix.Source
---@param condition string|nil
---@return (fun(item: table): boolean, string|nil)|nil is_selected returns also why an item can't be tested
function selection.new(source, condition)
  if not condition then
    return nil
  end
  local condition_of = reader(condition, read)
  -- The kinds of a scan of notes share a model.
  condition_of(source.kind or "contact_note")
  return function(item)
    if not item.record then
      return false, "not tested by the condition: there is no record yet"
    end
    return condition_of(item.reference.kind).test(item.record)
  end
end

return selection
