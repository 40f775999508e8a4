--- Whether a value is as a JSON Schema (draft 4) wants it.  Pure.
--
-- `pattern` is not judged, since its regular expressions are JavaScript's;
-- `unjudged` tells where a schema has it or a keyword that is not known.

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local json = require "extcontacts.base.json"
local texts = require "extcontacts.base.text"

local json_schema = {}

local null = core.json.null

local function is_number(value)
  return type(value) == "number" or json.is_number(value)
end

local function is_array(value)
  return type(value) == "table" and (getmetatable(value) == core.json.array_mt or #value > 0)
end

local function same(a, b)
  return core.json.encode(a, { sort_keys = true }) == core.json.encode(b, { sort_keys = true })
end

local TYPES = {
  string = function(value) return type(value) == "string" end,
  number = is_number,
  integer = function(value) return is_number(value) and not tostring(value):find "[.eEnN]" end,
  boolean = function(value) return type(value) == "boolean" end,
  array = is_array,
  object = function(value) return type(value) == "table" and not is_array(value) end,
  null = function(value) return value == null end,
}

local function is_date(text)
  local year, month, day = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if not year or month < 1 or month > 12 or day < 1 then
    return false
  end
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return day <= ({ 31, leap and 29 or 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 })[month]
end

local FORMATS = {
  ["date-time"] = function(text) return is_date(text:sub(1, 10)) and dates.iso(text) ~= nil end,
  date = is_date,
  uri = function(text) return text:find "^%a[%w+.-]*:%S+$" ~= nil end,
  email = function(text) return text:find "^[^%s@]+@[^%s@]+$" ~= nil end,
}

local problem

local function each_of(schemas, value, path, root)
  local held, first = 0, nil
  for _, one in ipairs(schemas) do
    local wrong = problem(one, value, path, root)
    held, first = wrong and held or held + 1, first or wrong
  end
  return held, first
end

local function at(path, key)
  return path == "" and tostring(key) or path .. "." .. tostring(key)
end

-- By keyword: what is wrong with a value; nil where nothing is, or where the
-- keyword is about values of another type.
local RULES = {}

function RULES.type(wanted, value)
  local any = {}
  for _, name in ipairs(type(wanted) == "table" and wanted or { wanted }) do
    if TYPES[name] and TYPES[name](value) then
      return nil
    end
    any[#any + 1] = tostring(name)
  end
  return "is not of the type " .. table.concat(any, " or ")
end

function RULES.enum(wanted, value)
  for _, one in ipairs(wanted) do
    if same(one, value) then
      return nil
    end
  end
  return "is none of the allowed values"
end

-- The platform's own form of an enum: the values are the keys.
function RULES._enumProperties(wanted, value)
  return (type(value) ~= "string" or wanted[value] == nil) and "is none of the allowed values" or nil
end

function RULES.minLength(wanted, value)
  return type(value) == "string" and texts.length(value) < wanted
    and ("has fewer than %d characters"):format(wanted) or nil
end

function RULES.maxLength(wanted, value)
  return type(value) == "string" and texts.length(value) > wanted
    and ("has more than %d characters"):format(wanted) or nil
end

function RULES.format(wanted, value)
  return type(value) == "string" and FORMATS[wanted] and not FORMATS[wanted](value) and "is no " .. wanted or nil
end

function RULES.minimum(wanted, value, _, _, schema)
  local number = is_number(value) and json.tonumber(value)
  return number and (number < wanted or (schema.exclusiveMinimum == true and number == wanted))
    and "is too small" or nil
end

function RULES.maximum(wanted, value, _, _, schema)
  local number = is_number(value) and json.tonumber(value)
  return number and (number > wanted or (schema.exclusiveMaximum == true and number == wanted))
    and "is too large" or nil
end

function RULES.multipleOf(wanted, value)
  local share = is_number(value) and json.tonumber(value) / wanted
  return share and share ~= math.floor(share) and ("is no multiple of %s"):format(tostring(wanted)) or nil
end

function RULES.minItems(wanted, value)
  return is_array(value) and #value < wanted and ("has fewer than %d entries"):format(wanted) or nil
end

function RULES.maxItems(wanted, value)
  return is_array(value) and #value > wanted and ("has more than %d entries"):format(wanted) or nil
end

function RULES.uniqueItems(wanted, value)
  for i = 1, wanted and is_array(value) and #value or 0 do
    for k = 1, i - 1 do
      if same(value[i], value[k]) then
        return "has an entry twice"
      end
    end
  end
end

function RULES.items(wanted, value, path, root, schema)
  for index, item in ipairs(is_array(value) and value or {}) do
    local one = wanted
    if is_array(wanted) then
      one = wanted[index] or (type(schema.additionalItems) == "table" and schema.additionalItems or {})
      if not wanted[index] and schema.additionalItems == false then
        return "has too many entries"
      end
    end
    local wrong = problem(one, item, at(path, index), root)
    if wrong then
      return nil, wrong
    end
  end
end

function RULES.required(wanted, value)
  for _, name in ipairs(TYPES.object(value) and wanted or {}) do
    if value[name] == nil then
      return "has no " .. tostring(name)
    end
  end
end

function RULES.properties(wanted, value, path, root)
  for name, one in pairs(TYPES.object(value) and wanted or {}) do
    local wrong = value[name] ~= nil and problem(one, value[name], at(path, name), root)
    if wrong then
      return nil, wrong
    end
  end
end

function RULES.additionalProperties(wanted, value, path, root, schema)
  local known = type(schema.properties) == "table" and schema.properties or {}
  for name, item in pairs(TYPES.object(value) and value or {}) do
    if not known[name] and wanted == false then
      return "has a field that the schema has not"
    end
    local wrong = not known[name] and type(wanted) == "table" and problem(wanted, item, at(path, name), root)
    if wrong then
      return nil, wrong
    end
  end
end

function RULES.allOf(wanted, value, path, root)
  return nil, select(2, each_of(wanted, value, path, root))
end

function RULES.anyOf(wanted, value, path, root)
  return each_of(wanted, value, path, root) == 0 and "is as none of the schemas wants it" or nil
end

function RULES.oneOf(wanted, value, path, root)
  return each_of(wanted, value, path, root) ~= 1 and "is not as exactly one of the schemas wants it" or nil
end

RULES["not"] = function(wanted, value, path, root)
  return not problem(wanted, value, path, root) and "is as the schema forbids" or nil
end

RULES["$ref"] = function(wanted, value, path, root)
  local name = tostring(wanted):match "^#/definitions/(.+)$"
  local found = name and root[name]
  if not found then
    return "is described by a definition that is not there"
  end
  return nil, problem(found, value, path, root)
end

local function sorted(schema)
  local keys = {}
  for key in pairs(schema) do
    if RULES[key] then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys)
  return keys
end

function problem(schema, value, path, root)
  for _, key in ipairs(sorted(schema)) do
    local here, within = RULES[key](schema[key], value, path, root, schema)
    if here then
      return (path == "" and "the value" or path) .. " " .. here
    elseif within then
      return within
    end
  end
end

--- What is wrong with a value.
---@param schema table
---@param value any
---@param definitions table<string, table>|nil besides the schema's own
---@return string|nil sentence with the field's name, never with its value; nil where nothing is
function json_schema.problem(schema, value, definitions)
  local root = {}
  for _, list in ipairs { definitions or {}, type(schema.definitions) == "table" and schema.definitions or {} } do
    for name, one in pairs(list) do
      root[name] = one
    end
  end
  return problem(schema, value, "", root)
end

-- Keywords without a meaning for whether a value is right.
local SILENT = { title = true, description = true, default = true, id = true, definitions = true, ["$schema"] = true,
  exclusiveMinimum = true, exclusiveMaximum = true, additionalItems = true }

local unjudged_in

local SINGLE = { items = true, additionalProperties = true, ["not"] = true }
local SEVERAL = { properties = true, definitions = true, allOf = true, anyOf = true, oneOf = true }

local function within(found, key, value, path)
  if SEVERAL[key] or is_array(value) then
    for name, one in pairs(value) do
      if type(one) == "table" then
        unjudged_in(found, one, SEVERAL[key] and not is_array(value) and at(path, name) or path)
      end
    end
  else
    unjudged_in(found, value, path)
  end
end

function unjudged_in(found, schema, path)
  for key, value in pairs(schema) do
    if not RULES[key] and not SILENT[key] and key:sub(1, 1) ~= "_" then
      found[#found + 1] = at(path, key)
    elseif (SINGLE[key] or SEVERAL[key]) and type(value) == "table" then
      within(found, key, value, path)
    end
  end
end

--- The keywords of a schema that `problem` does not judge, with their fields:
-- `name_text.pattern`.
---@param schema table
---@return string[] sorted
function json_schema.unjudged(schema)
  local found = {}
  unjudged_in(found, schema, "")
  table.sort(found)
  return found
end

return json_schema
