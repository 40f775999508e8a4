--- Schemas of custom fields: what a valid one is, its versions, and the check
-- of a record's custom fields.

local dataset = require "extcontacts.sandbox.state.dataset"
local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local latin_text = require "extcontacts.sandbox.latin_text"
local record_body = require "extcontacts.sandbox.handlers.record_body"

local custom_field_schemas = {}

local function is_text(value)
  return type(value) == "string"
end

local function is_number(value)
  return type(value) == "number" or (type(value) == "userdata" and value ~= json.null)
end

local function within(value, property)
  local number = tonumber(tostring(value))
  return (type(property.minimum) ~= "number" or number >= property.minimum)
    and (type(property.maximum) ~= "number" or number <= property.maximum)
end

local function fits_length(value, property, most)
  local length = latin_text.length(value)
  return length <= (type(property.maxLength) == "number" and property.maxLength or most)
    and length >= (type(property.minLength) == "number" and property.minLength or 0)
end

-- By the ending of a property's key: whether a value fits.
local TYPES = {
  text = function(value, property)
    return is_text(value) and fits_length(value, property, 100)
  end,
  longtext = function(value, property)
    return is_text(value) and fits_length(value, property, 1000)
  end,
  url = function(value, property)
    return is_text(value) and value:find("^%a[%w+.-]*://%S+$") ~= nil and fits_length(value, property, 200)
  end,
  identifier = function(value, property)
    return is_text(value) and fits_length(value, property, 100)
  end,
  enum = function(value, property)
    for _, allowed in ipairs(type(property.enum) == "table" and property.enum or {}) do
      if value == allowed then
        return true
      end
    end
    return type(property._enumProperties) == "table" and is_text(value) and property._enumProperties[value] ~= nil
  end,
  date = function(value)
    return is_text(value) and value:find("^%d%d%d%d%-%d%d%-%d%d$") ~= nil
      and record_body.is_date(value .. "T00:00:00Z")
  end,
  datetime = function(value)
    return is_text(value) and record_body.is_date(value)
  end,
  integer = function(value, property)
    return is_number(value) and not tostring(value):find("[.eE]") and within(value, property)
  end,
  number = function(value, property)
    return is_number(value) and within(value, property)
  end,
  checkbox = function(value)
    return type(value) == "boolean"
  end,
  tag = function(value)
    if type(value) ~= "table" then
      return false
    end
    for _, element in ipairs(value) do
      if not is_text(element) then
        return false
      end
    end
    return #value > 0 or getmetatable(value) == json.array_mt
  end,
}

local function refuse(field, message)
  api_errors.raise("bad.request", nil, {
    message = message,
    details = { { errorCode = "invalid.schema", fieldName = field } },
  })
end

--- Checks the document of a schema.
function custom_field_schemas.check_document(document)
  local properties = document.properties
  if properties == nil then
    return
  end
  for key, property in pairs(properties) do
    local path = "jsonSchema.properties." .. key
    local kind = key:match("_(%a+)$")
    if not TYPES[kind] then
      refuse(path, ("The name of the property %s does not end in a known type."):format(key))
    end
    if type(property) ~= "table" then
      refuse(path, ("The property %s is not an object."):format(key))
    end
    local reference = type(property.allOf) == "table" and type(property.allOf[1]) == "table"
      and property.allOf[1]["$ref"]
    if reference ~= "#/definitions/" .. kind then
      refuse(path, ("The property %s does not refer to #/definitions/%s."):format(key, kind))
    end
    if kind == "enum" and type(property._enumProperties) ~= "table" then
      refuse(path, ("The property %s has no _enumProperties."):format(key))
    end
  end
end

--- The text of one version of a schema, or nil.
function custom_field_schemas.version(kind_name, index, version)
  local kind = dataset.kinds[kind_name]
  local old = dataset.old_schemas[kind_name][index]
  if old and old[version] then
    return old[version]
  end
  local current = kind:record(index)
  if current and current.version == version then
    return kind:text(index)
  end
end

--- All versions of a schema, the newest first.
---@return string[] texts
function custom_field_schemas.versions(kind_name, index)
  local texts = { dataset.kinds[kind_name]:text(index) }
  local old = dataset.old_schemas[kind_name][index] or {}
  for version = #old, 1, -1 do
    texts[#texts + 1] = old[version]
  end
  return texts
end

--- Keeps the current version as an old one.
function custom_field_schemas.retire(kind_name, index)
  local all = dataset.old_schemas[kind_name]
  all[index] = all[index] or {}
  local kept = all[index]
  kept[#kept + 1] = dataset.kinds[kind_name]:text(index)
end

--- Checks a record's custom fields against the schema it names.
---@param ctx table
---@param fields table
---@param reference { id: string, version: integer }
---@param kind_name string
function custom_field_schemas.check_fields(ctx, fields, reference, kind_name)
  local kind = dataset.kinds[kind_name]
  local index = kind:index(reference.id)
  local document = index and kind:exists(index) and custom_field_schemas.version(kind_name, index, reference.version)
  if not document then
    api_errors.invalid_field(ctx.settings, "schema", "there is no such schema and version", "invalid.schema")
  end
  local properties = json.decode(document).jsonSchema.properties or {}
  for key, value in pairs(fields) do
    local path = "customFields." .. tostring(key)
    local property = properties[key]
    if not property then
      api_errors.invalid_field(ctx.settings, path, "the schema has no such field", "invalid.custom.field")
    end
    if value ~= json.null and not TYPES[key:match("_(%a+)$")](value, property) then
      api_errors.invalid_field(ctx.settings, path, "the value does not fit the schema", "invalid.custom.field")
    end
  end
end

return custom_field_schemas