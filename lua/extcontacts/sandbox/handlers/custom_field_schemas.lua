--- Schemas of custom fields: the check of a schema, its versions, and the check
-- of a record's custom fields against its schema.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local equality = require "extcontacts.record.json_schema.equality"
local json = require "extcontacts.base.json"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local text = require "extcontacts.base.text"

local custom_field_schemas = {}

local function is_string(value)
  return type(value) == "string"
end

-- The decoder returns an integer that a double cannot hold as userdata.
local function is_number(value)
  return type(value) == "number" or (type(value) == "userdata" and value ~= json.null)
end

local function fits_range(value, property)
  local number = tonumber(tostring(value))
  return (type(property.minimum) ~= "number" or number >= property.minimum)
    and (type(property.maximum) ~= "number" or number <= property.maximum)
end

local function fits_length(value, property, most)
  local length = text.length(value)
  return length <= (type(property.maxLength) == "number" and property.maxLength or most)
    and length >= (type(property.minLength) == "number" and property.minLength or 0)
end

-- Suffix of a property's key → check of a value.
local CHECKS = {
  text = function(value, property)
    return is_string(value) and fits_length(value, property, 100)
  end,
  longtext = function(value, property)
    return is_string(value) and fits_length(value, property, 1000)
  end,
  url = function(value, property)
    return is_string(value) and value:find("^%a[%w+.-]*:%S+$") ~= nil and fits_length(value, property, 200)
  end,
  identifier = function(value, property)
    return is_string(value) and fits_length(value, property, 100)
  end,
  enum = function(value, property)
    for _, allowed in ipairs(type(property.enum) == "table" and property.enum or {}) do
      if value == allowed then
        return true
      end
    end
    return type(property._enumProperties) == "table" and is_string(value) and property._enumProperties[value] ~= nil
  end,
  date = function(value)
    return is_string(value) and value:find("^%d%d%d%d%-%d%d%-%d%d$") ~= nil
      and record_body.is_date(value .. "T00:00:00Z")
  end,
  datetime = function(value)
    return is_string(value) and record_body.is_date(value)
  end,
  integer = function(value, property)
    return equality.types.integer(value) and fits_range(value, property)
  end,
  number = function(value, property)
    return is_number(value) and fits_range(value, property)
  end,
  checkbox = function(value)
    return type(value) == "boolean"
  end,
  tag = function(value)
    if type(value) ~= "table" then
      return false
    end
    for _, element in ipairs(value) do
      if not is_string(element) then
        return false
      end
    end
    return #value > 0 or getmetatable(value) == json.array_mt
  end,
}

local function raise_invalid_schema(field, message)
  api_errors.raise("bad.request", nil, {
    message = message,
    details = { { errorCode = "invalid.schema", fieldName = field } },
  })
end

--- Checks a schema; ends the request if it is not valid.
---@param json_schema table the record's jsonSchema
function custom_field_schemas.check_schema(json_schema)
  local properties = json_schema.properties
  if properties == nil then
    return
  end
  for key, property in pairs(properties) do
    local path = "jsonSchema.properties." .. key
    local suffix = key:match("_(%a+)$")
    if not CHECKS[suffix] then
      raise_invalid_schema(path, ("The name of the property %s does not end in a known type."):format(key))
    end
    if type(property) ~= "table" then
      raise_invalid_schema(path, ("The property %s is not an object."):format(key))
    end
    local reference = type(property.allOf) == "table" and type(property.allOf[1]) == "table"
      and property.allOf[1]["$ref"]
    if reference ~= "#/definitions/" .. suffix then
      raise_invalid_schema(path, ("The property %s does not refer to #/definitions/%s."):format(key, suffix))
    end
    if suffix == "enum" and type(property._enumProperties) ~= "table" then
      raise_invalid_schema(path, ("The property %s has no _enumProperties."):format(key))
    end
  end
end

--- One version of a schema; nil if it does not exist.
---@param type_name string contact_schema, organization_schema
---@param index integer
---@param version integer
---@return string|nil text JSON
function custom_field_schemas.version(type_name, index, version)
  local schemas = dataset.collections[type_name]
  local old = dataset.old_schemas[type_name][index]
  if old and old[version] then
    return old[version]
  end
  local current = schemas:record(index)
  if current and current.version == version then
    return schemas:text(index)
  end
end

--- All versions of a schema, the newest first.
---@param type_name string
---@param index integer
---@return string[] texts JSON
function custom_field_schemas.versions(type_name, index)
  local texts = { dataset.collections[type_name]:text(index) }
  local old = dataset.old_schemas[type_name][index] or {}
  for version = #old, 1, -1 do
    texts[#texts + 1] = old[version]
  end
  return texts
end

--- Keeps the current version of a schema, which is about to be replaced.
---@param type_name string
---@param index integer
function custom_field_schemas.keep_version(type_name, index)
  local all = dataset.old_schemas[type_name]
  all[index] = all[index] or {}
  local versions = all[index]
  versions[#versions + 1] = dataset.collections[type_name]:text(index)
end

local function check_fields(ctx, fields, reference, type_name)
  local schemas = dataset.collections[type_name]
  local index = schemas:index(reference.id)
  local schema = index and schemas:exists(index)
    and custom_field_schemas.version(type_name, index, reference.version)
  if not schema then
    api_errors.invalid_field(ctx.settings, "schema", "the schema or its version does not exist", "invalid.schema")
  end
  local document = json.decode(schema).jsonSchema
  for _, name in ipairs(document.required or {}) do
    if fields[name] == nil or fields[name] == json.null then
      api_errors.invalid_field(ctx.settings, "customFields." .. name, "the field is required", "required")
    end
  end
  local properties = document.properties or {}
  for key, value in pairs(fields) do
    local path = "customFields." .. tostring(key)
    local property = properties[key]
    if not property then
      api_errors.invalid_field(ctx.settings, path, "the schema has no such field", "invalid.custom.field")
    end
    if value ~= json.null and not CHECKS[key:match("_(%a+)$")](value, property) then
      api_errors.invalid_field(ctx.settings, path, "the value does not match the schema", "invalid.custom.field")
    end
  end
end

--- Checks a record's custom fields against the schema it names, and removes
-- those that are null; ends the request if they do not match.
---@param ctx extcontacts.sandbox.Context
---@param record table changed in place
---@param type_name string contact_schema, organization_schema
function custom_field_schemas.apply(ctx, record, type_name)
  local reference = record.schema
  if reference == nil and next(record.customFields or {}) == nil then
    return
  end
  if not reference or type(reference.id) ~= "string" or type(reference.version) ~= "number" then
    api_errors.invalid_field(ctx.settings, "schema", "custom fields need the schema's id and version", "required")
  end
  record.schema = { id = reference.id, version = reference.version }
  if ctx.settings.field_rules ~= "ignore" then
    check_fields(ctx, record.customFields or {}, record.schema, type_name)
  end
  if record.customFields then
    local fields = {}
    for key, value in pairs(record.customFields) do
      if value ~= json.null then
        fields[key] = value
      end
    end
    record.customFields = fields
  end
end

return custom_field_schemas
