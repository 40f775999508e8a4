--- Records: plain tables with the wire's field names.  This room owns the rules
-- that need no server: types, read-only fields, the canonical form, differences,
-- values that the server may reject, rows of spreadsheets, and (in `normalize`)
-- whether two spellings are the same value.  Everything here is pure.

local core = require "extcontacts.core"
local models = require "extcontacts.api.models"
local sources = require "extcontacts.api.models.sources"
local suggest = require "extcontacts.base.suggest"

local record = {}

--- Whether only the server sets a field.  The id of a record inside another
-- record may be sent: it names that record.
---@param field extcontacts.Field
---@param nested boolean|nil whether the field belongs to a record inside another one
---@return boolean
function record.is_owned(field, nested)
  return field.read_only and not (nested and field.wire == "id")
end

--- Finds the first name of a path that the model doesn't have.
---@param model extcontacts.Model
---@param path string[]
---@return string|nil name nil if all names are known, or belong to an object without a model
---@return extcontacts.Model|nil model the one that lacks it
function record.unknown_part(model, path)
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

--- Whether a table is an array: it has items, or was decoded or marked as one.
---@param value table
---@return boolean
function record.is_array(value)
  return #value > 0 or getmetatable(value) == core.json.array_mt
end

local copy_value

-- `model`: nil for an object whose fields are not known.
local function copy_object(object, model, nested)
  local out = setmetatable({}, getmetatable(object))
  for key, value in pairs(object) do
    local field = model and model.by_wire[key]
    if not (field and field.read_only and record.is_owned(field, nested)) then
      if type(value) == "table" then
        value = copy_value(value, field and models[field.type])
      end
      out[key] = value
    end
  end
  return out
end

function copy_value(value, model)
  if type(value) ~= "table" then
    return value
  elseif record.is_array(value) then
    local out = setmetatable({}, getmetatable(value))
    for index, item in ipairs(value) do
      out[index] = copy_value(item, model)
    end
    return out
  end
  return copy_object(value, model, true)
end

--- Whether a record has only the fields that were selected when it was read (the option
-- `fields`).
---@param value table
---@return boolean
function record.is_partial(value)
  return getmetatable(value) == core.json.partial_mt
end

--- Returns a deep copy of a record without its read-only fields, ready to be
-- sent.  Fields that the model doesn't have are kept.  Raises for a partial record.
---@param model string name of the model, `ExternalContact`
---@param source table the record
---@return table
function record.writable(model, source)
  local known = models[model]
  if not known then
    error(suggest.unknown("model", model, sources.names()), 2)
  end
  if type(source) ~= "table" then
    error("the record must be a table, got " .. type(source), 2)
  end
  if getmetatable(source) == core.json.partial_mt then
    error("the record has only the fields that were selected when it was read; read the whole record first", 2)
  end
  return copy_object(source, known, false)
end

return record
