--- Checks custom fields against their schema (a DataSchema).  Pure.

local canonical = require "extcontacts.record.canonical"
local json = require "extcontacts.base.json"
local json_schema = require "extcontacts.tidy.json_schema"
local suggest = require "extcontacts.base.suggest"

local custom_fields = {}

local null = json.null

-- The platform's types, which are the suffixes of the fields' names.
local DEFINITIONS = {
  text = { type = "string", maxLength = 100 },
  longtext = { type = "string", maxLength = 1000 },
  url = { type = "string", format = "uri", maxLength = 200 },
  identifier = { type = "string", maxLength = 100 },
  enum = { type = "string" },
  date = { type = "string", format = "date" },
  datetime = { type = "string", format = "date-time" },
  integer = { type = "integer" },
  number = { type = "number" },
  checkbox = { type = "boolean" },
  tag = { type = "array", items = { type = "string" } },
}

--- Returns the type of a custom field, the suffix of its name.
---@param name string `tier_text`
---@return string|nil
function custom_fields.type_of(name)
  local suffix = name:match "_(%a+)$"
  return DEFINITIONS[suffix] and suffix or nil
end

--- Whether two values of a custom field are the same: composed and decomposed
-- letters, spellings of one moment, and equal lists are.
---@param name string
---@param a any
---@param b any
---@return boolean
function custom_fields.same(name, a, b)
  local field = canonical.OPEN.by_wire[name]
  return canonical.value_text(field, a) == canonical.value_text(field, b)
end

local function document_of(schema)
  return type(schema.jsonSchema) == "table" and schema.jsonSchema or {}
end

--- Returns the fields of a schema, by name.
---@param schema extcontacts.DataSchema
---@return table<string, table>
function custom_fields.described(schema)
  local properties = document_of(schema).properties
  return type(properties) == "table" and properties or {}
end

--- Checks that a schema has a field.
---@param schema extcontacts.DataSchema
---@param name string
---@return string|nil problem with the field that may have been meant
function custom_fields.unknown(schema, name)
  local known = custom_fields.described(schema)
  return not known[name] and suggest.unknown("field", name, suggest.keys(known)) or nil
end

--- Finds the first problem of custom fields.
---@param schema extcontacts.DataSchema
---@param values table<string, any>
---@return string|nil problem a sentence with the field's name, without its value; nil if all are valid
function custom_fields.problem(schema, values)
  local known, present, names = custom_fields.described(schema), {}, {}
  for name, value in pairs(values) do
    if value ~= null then
      present[name] = value
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    if not known[name] then
      return name .. " is not in the schema"
    end
  end
  return json_schema.problem(document_of(schema), present, DEFINITIONS)
end

--- Returns the keywords of a schema that are not checked, such as `pattern`.
---@param schema extcontacts.DataSchema
---@return string[] keywords with their fields, `name_text.pattern`
function custom_fields.unjudged(schema)
  return json_schema.unjudged(document_of(schema))
end

return custom_fields
