--- The fields that conditions name: what they are, and how they are read.  Pure.

local core = require "extcontacts.core"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local name_reader = require "extcontacts.record.normalize.name"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local fields = {}

local null = core.json.null

-- By the type of a field; every other one with a model is an object.
local KINDS = {
  string = "text", uri = "text", date = "date", boolean = "boolean", int32 = "number", int64 = "number",
  integer = "number", double = "number", float = "number", number = "number", object = "any",
}

--- The model of a kind of record.
---@param kind extcontacts.record.TypeName|string or the name of a model
---@return extcontacts.Model
function fields.model(kind)
  local row = types.by_name[kind]
  return models[row and row.model or kind]
end

--- A text in the form in which texts are compared: composed and decomposed letters are
-- equal.
---@param value any
---@return any
function fields.comparable(value)
  if type(value) == "string" and value:find "[\128-\255]" then
    return name_reader.composed(value)
  end
  return value
end

--- What a path leads to.
---@param model extcontacts.Model
---@param path string[]
---@return string|nil kind nil for an unknown field
---@return string|nil problem
function fields.kind(model, path)
  local is_list, inner, field = false, model, nil
  for index, name in ipairs(path) do
    if not inner then
      return nil, ("%s has no fields; remove .%s"):format(table.concat(path, ".", 1, index - 1), name)
    end
    field = inner.by_wire[name]
    if not field then
      return nil, suggest.unknown("field", name, suggest.keys(inner.by_wire))
    end
    is_list = is_list or field.shape == "array"
    if field.shape == "map" or field.type == "object" then
      return (is_list and "list") or (index == #path and "object") or "any"
    end
    inner = models[field.type]
  end
  if is_list then
    return inner and "objects" or "list"
  end
  return inner and "object" or KINDS[field.type] or "any"
end

--- Which fields an object has, as a message.
---@param model extcontacts.Model
---@param path string[]
---@return string
function fields.inside(model, path)
  local name, inner = table.concat(path, "."), model
  for _, part in ipairs(path) do
    inner = models[inner.by_wire[part].type]
  end
  local names = inner and suggest.keys(inner.by_wire) or { "…" }
  table.sort(names)
  return ("%s has several values; name one: %s.%s"):format(name, name, table.concat(names, ", " .. name .. "."))
end

local function is_list(value)
  return #value > 0 or getmetatable(value) == core.json.array_mt
end

-- Adds what a path leads to, of each item of a list, to `out`.
local function collect(out, value, path, from)
  for index = from, #path + 1 do
    if type(value) ~= "table" then
      break
    elseif is_list(value) then
      for _, item in ipairs(value) do
        collect(out, item, path, index)
      end
      return
    elseif index <= #path then
      value = value[path[index]]
    end
  end
  if value ~= nil and value ~= null then
    out[#out + 1] = fields.comparable(value)
  end
end

--- Returns a function that reads a path of a record: its value, nil for a missing one or
-- null; of a path through a list, the values of all items.
---@param model extcontacts.Model
---@param path string[]
---@return fun(record: table): any
function fields.reader(model, path)
  local kind = fields.kind(model, path)
  if kind == "list" or kind == "objects" then
    return function(record)
      local out = {}
      collect(out, record, path, 1)
      return out
    end
  end
  local first, second, third = path[1], path[2], path[3]
  if third then
    return function(record)
      return fields.comparable(field_path.at(record, path))
    end
  end
  -- Tested for each record of a plan.
  return function(record)
    local value = record[first]
    if second then
      value = type(value) == "table" and value[second] or nil
    end
    if value == null then
      return nil
    end
    return fields.comparable(value)
  end
end

return fields
