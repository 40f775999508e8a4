--- Fields of records as the command line names them: `id,workPhone.e164`.  Their
-- names, the columns of a model, and records with only some of their fields.

local arg_values = require "extcontacts.cli.arg_values"
local columns = require "extcontacts.record.columns"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local record = require "extcontacts.record"
local selections = require "extcontacts.api.selections"
local suggest = require "extcontacts.base.suggest"

local field_selection = {}

---@alias extcontacts.cli.Field { name: string, path: string[] }

--- The names of a model's fields, including those of nested objects.
---@param model extcontacts.Model|nil
---@return string[]
function field_selection.names(model)
  local names = {}
  for _, field in ipairs(model and model.fields or {}) do
    local inner = field.shape == "value" and models[field.type]
    names[#names + 1] = field.wire
    for _, nested in ipairs(inner and inner.fields or {}) do
      names[#names + 1] = field.wire .. "." .. nested.wire
    end
  end
  return names
end

--- Parses lists of names.  `customFields.*` is the same as `customFields`, as in the option
-- `fields` of a call.
---@param lists string[]
---@return extcontacts.cli.Field[]
function field_selection.parse(lists)
  local parsed = {}
  for index, text in ipairs(arg_values.list(lists)) do
    local name = text:match "^(.+)%.%*$" or text
    parsed[index] = { name = name, path = field_path.split(name) }
  end
  return parsed
end

--- Warns about fields that a model does not have.  Only a warning, because the
-- API may have fields that the table lacks.
---@param ctx table
---@param model extcontacts.Model
---@param selected extcontacts.cli.Field[]
function field_selection.warn_of_unknown(ctx, model, selected)
  for _, field in ipairs(selected) do
    local part, owner = record.unknown_part(model, field.path)
    if part then
      local near = suggest.nearest(part, suggest.keys(owner.by_wire))
      ctx:say("warning: %s has no field '%s'%s", owner.name, part,
        near and (", did you mean '" .. near .. "'?") or " that is known here")
    end
  end
end

--- The option `fields` of a call whose records are only shown and tested: these fields
-- and those that the test reads; nil if a name is not known here, so that all are decoded.
---@param row extcontacts.Operation
---@param lists string[]|nil of --fields
---@param tested string[]|nil
---@param is_raw boolean|nil whether records are shown by their texts
---@return string[]|nil
function field_selection.decoded(row, lists, tested, is_raw)
  local names = arg_values.list(lists or {})
  if #names == 0 and not (is_raw and tested and #tested > 0) then
    return nil
  end
  for _, name in ipairs(tested or {}) do
    names[#names + 1] = name
  end
  return selections.of(row, names) and names or nil
end

--- The option `fields` of a call whose records are shown as a whole if a test accepts them:
-- the fields that it reads; nil without a test.
---@param row extcontacts.Operation
---@param tested string[]|nil the fields of the condition; nil without one
---@param by_id boolean|nil whether the id is tested, too
---@return string[]|nil
function field_selection.deciding(row, tested, by_id)
  local names = { "id" }
  for _, name in ipairs(tested or {}) do
    names[#names + 1] = name
  end
  return (tested or by_id) and selections.of(row, names) and names or nil
end

-- The values in the elements of an array, from a part of a path on.
local function values_in(list, path, index)
  local found = core.json.array {}
  for _, item in ipairs(list) do
    found[#found + 1] = field_selection.value(item, path, index)
  end
  return found
end

--- A field's value; of a path through an array, those of its elements.  Null stays null,
-- unlike in `base/path`.
---@param value table the record
---@param path string[]
---@param first integer|nil the part of the path to begin with; default 1
---@return any
function field_selection.value(value, path, first)
  for index = first or 1, #path do
    if type(value) ~= "table" then
      return nil
    end
    local part = value[path[index]]
    if part == nil then -- of each record shown, so an array is the rare case
      return index > 1 and record.is_array(value) and values_in(value, path, index) or nil
    end
    value = part
  end
  return value
end

-- Adds to a copy of a value what a path selects of it, from one of its parts on; nil stands
-- for a copy without fields.
local function add(copy, value, path, index)
  if index > #path then
    return deepcopy(value)
  elseif type(value) ~= "table" then
    return copy
  elseif record.is_array(value) then
    copy = copy or core.json.array {}
    for position, item in ipairs(value) do
      copy[position] = type(item) ~= "table" and item or add(copy[position], item, path, index) or {}
    end
    return copy
  end
  local name = path[index]
  local part = value[name]
  if part ~= nil then
    part = add(copy and copy[name], part, path, index + 1)
  end
  if part ~= nil then
    copy = copy or {}
    copy[name] = part
  end
  return copy
end

--- A record with only the selected fields.  The arrays on a path keep their lengths.
---@param whole table
---@param selected extcontacts.cli.Field[]
---@return table
function field_selection.project(whole, selected)
  local out = {}
  for _, field in ipairs(selected) do
    add(out, whole, field.path, 1)
  end
  return out
end

--- The CSV columns of a model.
---@param model extcontacts.Model
---@return extcontacts.cli.Field[]
function field_selection.columns(model)
  return field_selection.parse(columns.of_model(model))
end

return field_selection
