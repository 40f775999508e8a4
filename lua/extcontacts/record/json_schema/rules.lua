--- The keywords of JSON Schema (draft 4), each as a rule about a value.  Pure.

local equality = require "extcontacts.record.json_schema.equality"
local json = require "extcontacts.base.json"
local texts = require "extcontacts.base.text"

local is_number, is_array, is_object, same = equality.is_number, equality.is_array, equality.is_object, equality.same

local rules = {}

--- Rules by keyword.  A rule gets the keyword's value in the schema (`expected`),
-- the value, its path, the definitions and the schema.  It returns what is wrong
-- with the value, or nil and the whole sentence about a value inside it.  A rule
-- about values of another type returns nothing.
rules.by_keyword = {}

local RULES = rules.by_keyword

--- Extends a path with a key.
---@param path string "" for the value itself
---@param key string|integer
---@return string
function rules.extended(path, key)
  return path == "" and tostring(key) or path .. "." .. tostring(key)
end

-- Lua's type of a keyword's value; a keyword with another value is ignored.
local EXPECTED = {}
for expected, keys in pairs {
  number = "minLength maxLength minimum maximum multipleOf minItems maxItems",
  table = "enum _enumProperties items required properties allOf anyOf oneOf not",
} do
  for key in keys:gmatch "%S+" do
    EXPECTED[key] = expected
  end
end

local function sorted_keywords(schema)
  local keys = {}
  for key, value in pairs(type(schema) == "table" and schema or {}) do
    if RULES[key] and (not EXPECTED[key] or type(value) == EXPECTED[key]) then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys)
  return keys
end

--- Checks a value against a schema.
---@param schema table
---@param value any
---@param path string of the value, "" for the whole
---@param definitions table<string, table>
---@return string|nil problem a sentence with the path
function rules.problem(schema, value, path, definitions)
  for _, key in ipairs(sorted_keywords(schema)) do
    local problem, inner = RULES[key](schema[key], value, path, definitions, schema)
    if problem then
      return (path == "" and "the value" or path) .. " " .. problem
    elseif inner then
      return inner
    end
  end
end

-- How many schemas a value matches, and the first problem.
local function count_matches(schemas, value, path, definitions)
  local count, first = 0, nil
  for _, schema in ipairs(schemas) do
    local problem = rules.problem(schema, value, path, definitions)
    count, first = problem and count or count + 1, first or problem
  end
  return count, first
end

-------------------------------------------------------------- single values --

function RULES.type(expected, value)
  local names = {}
  for _, name in ipairs(type(expected) == "table" and expected or { expected }) do
    if equality.types[name] and equality.types[name](value) then
      return nil
    end
    names[#names + 1] = tostring(name)
  end
  return "is not of type " .. table.concat(names, " or ")
end

local NOT_ALLOWED = "is not one of the allowed values"

function RULES.enum(expected, value)
  for _, allowed in ipairs(expected) do
    if same(allowed, value) then
      return nil
    end
  end
  return NOT_ALLOWED
end

-- The platform's own form of an enum: the values are the keys.
function RULES._enumProperties(expected, value)
  return (type(value) ~= "string" or expected[value] == nil) and NOT_ALLOWED or nil
end

function RULES.minLength(expected, value)
  return type(value) == "string" and texts.length(value) < expected
    and "has fewer than " .. texts.plural(expected, "character") or nil
end

function RULES.maxLength(expected, value)
  return type(value) == "string" and texts.length(value) > expected
    and "has more than " .. texts.plural(expected, "character") or nil
end

function RULES.format(expected, value)
  local is_valid = equality.formats[expected]
  return type(value) == "string" and is_valid and not is_valid(value) and "is not a valid " .. expected or nil
end

function RULES.minimum(expected, value, _, _, schema)
  local number = is_number(value) and json.tonumber(value)
  return number and (number < expected or (schema.exclusiveMinimum == true and number == expected))
    and "is too small" or nil
end

function RULES.maximum(expected, value, _, _, schema)
  local number = is_number(value) and json.tonumber(value)
  return number and (number > expected or (schema.exclusiveMaximum == true and number == expected))
    and "is too large" or nil
end

function RULES.multipleOf(expected, value)
  local share = is_number(value) and json.tonumber(value) / expected
  return share and share ~= math.floor(share) and ("is not a multiple of %s"):format(tostring(expected)) or nil
end

--------------------------------------------------------------------- arrays --

function RULES.minItems(expected, value)
  return is_array(value) and #value < expected
    and "has fewer than " .. texts.plural(expected, "entry", "entries") or nil
end

function RULES.maxItems(expected, value)
  return is_array(value) and #value > expected
    and "has more than " .. texts.plural(expected, "entry", "entries") or nil
end

function RULES.uniqueItems(expected, value)
  for i = 1, expected and is_array(value) and #value or 0 do
    for k = 1, i - 1 do
      if same(value[i], value[k]) then
        return "has a duplicate entry"
      end
    end
  end
end

function RULES.items(expected, value, path, definitions, schema)
  for index, item in ipairs(is_array(value) and value or {}) do
    local item_schema = expected
    if is_array(expected) then
      item_schema = expected[index] or (type(schema.additionalItems) == "table" and schema.additionalItems or {})
      if not expected[index] and schema.additionalItems == false then
        return "has too many entries"
      end
    end
    local problem = rules.problem(item_schema, item, rules.extended(path, index), definitions)
    if problem then
      return nil, problem
    end
  end
end

-------------------------------------------------------------------- objects --

function RULES.required(expected, value)
  for _, name in ipairs(is_object(value) and expected or {}) do
    if value[name] == nil then
      return "lacks the required field " .. tostring(name)
    end
  end
end

function RULES.properties(expected, value, path, definitions)
  for name, schema in pairs(is_object(value) and expected or {}) do
    local problem = value[name] ~= nil
      and rules.problem(schema, value[name], rules.extended(path, name), definitions)
    if problem then
      return nil, problem
    end
  end
end

function RULES.additionalProperties(expected, value, path, definitions, schema)
  local known = type(schema.properties) == "table" and schema.properties or {}
  for name, item in pairs(is_object(value) and value or {}) do
    if not known[name] and expected == false then
      return "has a field that is not in the schema"
    end
    local problem = not known[name] and type(expected) == "table"
      and rules.problem(expected, item, rules.extended(path, name), definitions)
    if problem then
      return nil, problem
    end
  end
end

-------------------------------------------------------------- other schemas --

function RULES.allOf(expected, value, path, definitions)
  return nil, select(2, count_matches(expected, value, path, definitions))
end

function RULES.anyOf(expected, value, path, definitions)
  return count_matches(expected, value, path, definitions) == 0 and "matches none of the allowed schemas" or nil
end

function RULES.oneOf(expected, value, path, definitions)
  return count_matches(expected, value, path, definitions) ~= 1
    and "does not match exactly one of the allowed schemas" or nil
end

RULES["not"] = function(expected, value, path, definitions)
  return not rules.problem(expected, value, path, definitions) and "matches a schema that is not allowed" or nil
end

RULES["$ref"] = function(expected, value, path, definitions)
  local name = tostring(expected):match "^#/definitions/(.+)$"
  local schema = name and definitions[name]
  if not schema then
    return "refers to a definition that the schema lacks"
  end
  return nil, rules.problem(schema, value, path, definitions)
end

return rules
