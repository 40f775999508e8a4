--- Custom fields of a record beside the schema (a DataSchema) they are
-- described by.  Pure.

local core = require "extcontacts.core"
local json_schema = require "extcontacts.tidy.json_schema"

local custom_fields = {}

local null = core.json.null

-- What the platform's types, the ends of the fields' names, allow.
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

--- The type of a custom field, which its name ends in.
---@param name string
---@return string|nil
function custom_fields.type_of(name)
  local ending = name:match "_(%a+)$"
  return DEFINITIONS[ending] and ending or nil
end

local function document_of(schema)
  return type(schema.jsonSchema) == "table" and schema.jsonSchema or {}
end

--- The fields that a schema describes.
---@param schema extcontacts.DataSchema
---@return table<string, table>
function custom_fields.described(schema)
  local properties = document_of(schema).properties
  return type(properties) == "table" and properties or {}
end

--- What is wrong with the values of custom fields.
---@param schema extcontacts.DataSchema
---@param values table<string, any>
---@return string|nil a sentence with the field's name, without its value; nil where nothing is
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

--- What of a schema can't be judged here, such as a `pattern`.
---@param schema extcontacts.DataSchema
---@return string[] keywords with their fields
function custom_fields.unjudged(schema)
  return json_schema.unjudged(document_of(schema))
end

return custom_fields
