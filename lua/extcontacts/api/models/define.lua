--- Reads the notation in which the models are written:
-- `name[!][*][:type][=A|B|…]`, separated by white space.  `!` marks a field that
-- a write must have, `*` one that only the server sets.  The type is `string`
-- unless given: a scalar, a model's name, `[T]` for an array or `{T}` for a map.
-- Known values follow `=`; the line may be broken after a `|`.

local define = {}

---@class extcontacts.Field
---@field wire string the field's name on the wire and in records
---@field type string `string`, `date` (with the time), `day`, `uri`, `int32`, `int64`, `integer`, `double`,
--- `boolean`, `object` (any value), `[string]` (an array within an array) or a model's name
---@field shape "value"|"array"|"map" one value, an array of them, or a map to them
---@field required boolean a create or update must have it
---@field read_only boolean the server sets it and ignores the value sent
---@field enum string[]|nil known values; the server may add others

---@class extcontacts.Model
---@field name string
---@field fields extcontacts.Field[] in the specified order
---@field by_wire table<string, extcontacts.Field>

local function parse_field(text)
  local wire, marks, rest = text:match("^([%w_$]+)([!*]*)(.*)$")
  local type_name, enum = rest:match("^:?([^=]*)=?(.*)$")
  local shape = "value"
  local element = type_name:match("^%[(.*)%]$")
  if element then
    shape, type_name = "array", element
  else
    element = type_name:match("^{(.*)}$")
    if element then
      shape, type_name = "map", element
    end
  end
  local values
  if enum ~= "" then
    values = {}
    for value in enum:gmatch("[^|]+") do
      values[#values + 1] = value
    end
  end
  return {
    wire = wire,
    type = type_name ~= "" and type_name or "string",
    shape = shape,
    required = marks:find("!", 1, true) ~= nil,
    read_only = marks:find("*", 1, true) ~= nil,
    enum = values,
  }
end

--- Reads a model.
---@param name string
---@param text string its fields
---@return extcontacts.Model
function define.model(name, text)
  local model = { name = name, fields = {}, by_wire = {} }
  for token in text:gsub("|%s+", "|"):gmatch "%S+" do
    local field = parse_field(token)
    model.fields[#model.fields + 1] = field
    model.by_wire[field.wire] = field
  end
  return model
end

return define
