--- Helpers for records, which are plain tables with the wire's own names.

local core = require "extcontacts.core"
local models = require "extcontacts.api.models"
local suggest = require "extcontacts.base.suggest"

local records = {}

--- Whether only the server sets a field.  A record within another one is named
-- by its id, so that one may be sent.
---@param field extcontacts.Field
---@param nested boolean|nil whether the field is of a record within another one
---@return boolean
function records.is_owned(field, nested)
  return field.read_only and not (nested and field.wire == "id")
end

--- The first name of a path that the model does not have, and the model that
-- should; nil where all are known, or where nobody can know them.
---@param model extcontacts.Model
---@param path string[]
---@return string|nil name
---@return extcontacts.Model|nil
function records.unknown_part(model, path)
  for _, name in ipairs(path) do
    local field = model.by_wire[name]
    if not field then
      return name, model
    end
    model = models[field.type]
    if field.shape == "map" or not model then
      return nil
    end
  end
end

local copy_value

-- A copy of a record; `model` may be nil for a table of unknown make.
local function copy_record(record, model, nested)
  local out = setmetatable({}, getmetatable(record))
  for key, value in pairs(record) do
    local field = model and model.by_wire[key]
    if not (field and records.is_owned(field, nested)) then
      out[key] = copy_value(value, field and models[field.type])
    end
  end
  return out
end

function copy_value(value, model)
  if type(value) ~= "table" then
    return value
  elseif #value > 0 or getmetatable(value) == core.json.array_mt then
    local out = setmetatable({}, getmetatable(value))
    for index, item in ipairs(value) do
      out[index] = copy_value(item, model)
    end
    return out
  end
  return copy_record(value, model, true)
end

--- A deep copy of `record` without the fields the server owns, ready to be
-- sent.  Fields nobody has heard of are kept.
---@param model string name of the model, `ExternalContact`
---@param record table
---@return table
function records.writable(model, record)
  local known = models[model]
  if not known then
    error(suggest.unknown("model", model, suggest.keys(models)), 2)
  end
  if type(record) ~= "table" then
    error("the record must be a table, got " .. type(record), 2)
  end
  return copy_record(record, known, false)
end

return records
