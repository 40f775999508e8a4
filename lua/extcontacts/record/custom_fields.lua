--- Checks custom fields against their schema (a DataSchema).  Pure.

local canonical = require "extcontacts.record.canonical"
local json = require "extcontacts.base.json"
local json_schema = require "extcontacts.record.json_schema"
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

-- What the schema says of a record, without its fields.
local function without_fields(document)
  local out = {}
  for key, value in pairs(document) do
    out[key] = key ~= "properties" and value or nil
  end
  return out
end

-- The fields that have a value, and their names in order.
local function present(values)
  local out, names = {}, {}
  for name, value in pairs(values) do
    if value ~= null then
      out[name] = value
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return out, names
end

--- Finds the problem of one field.
---@param schema extcontacts.DataSchema
---@param name string
---@param value any
---@return string|nil problem a sentence with the field's name, without its value; nil if it is valid
function custom_fields.field_problem(schema, name, value)
  local known = custom_fields.described(schema)
  local property = known[name]
  if not property then
    local near = suggest.nearest(name, suggest.keys(known))
    return ("%s is not in the schema%s"):format(name, near and (", did you mean '%s'?"):format(near) or "")
  end
  return json_schema.problem({ properties = { [name] = property }, definitions = document_of(schema).definitions },
    { [name] = value }, DEFINITIONS)
end

---@class extcontacts.record.FieldProblem
---@field name string|nil of the field; nil for a problem of all
---@field text string a sentence without a value

--- Finds the problems of a record's custom fields: at most one of each field.
---@param schema extcontacts.DataSchema
---@param values table<string, any>
---@return extcontacts.record.FieldProblem[] problems empty if all are valid
function custom_fields.problems(schema, values)
  local out, fields, names = {}, present(values)
  for _, name in ipairs(names) do
    local text = custom_fields.field_problem(schema, name, fields[name])
    out[#out + 1] = text and { name = name, text = text } or nil
  end
  local text = json_schema.problem(without_fields(document_of(schema)), fields, DEFINITIONS)
  out[#out + 1] = text and #out == 0 and { text = (text:gsub("^the value ", "the record ")) } or nil
  return out
end

--- Finds the first problem of custom fields.
---@param schema extcontacts.DataSchema
---@param values table<string, any>
---@return string|nil problem a sentence with the field's name, without its value; nil if all are valid
function custom_fields.problem(schema, values)
  local first = custom_fields.problems(schema, values)[1]
  return first and first.text
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

--- Returns the keywords of a schema that are not checked, such as `pattern`.
---@param schema extcontacts.DataSchema
---@return string[] keywords with their fields, `name_text.pattern`
function custom_fields.unjudged(schema)
  return json_schema.unjudged(document_of(schema))
end

return custom_fields
