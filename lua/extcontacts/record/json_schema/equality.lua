--- JSON values as JSON Schema sees them: types, formats and equality.  Pure.

local dates = require "extcontacts.base.dates"
local json = require "extcontacts.base.json"
local records = require "extcontacts.record"

local equality = {}

function equality.is_number(value)
  return type(value) == "number" or json.is_number(value)
end

function equality.is_array(value)
  return type(value) == "table" and records.is_array(value)
end

function equality.is_object(value)
  return type(value) == "table" and not records.is_array(value)
end

--- Whether two values have the same JSON.
---@return boolean
function equality.same(a, b)
  return json.encode(a, { sort_keys = true }) == json.encode(b, { sort_keys = true })
end

local HAS_INTEGERS = tostring(1.0) == "1.0"

-- LuaJIT writes 2^53 as 9.007199254741e+15.
local function is_integer(value)
  if type(value) == "number" and not HAS_INTEGERS then
    return value % 1 == 0
  end
  return equality.is_number(value) and not tostring(value):find "[.eEnN]"
end

--- By the name of a type: whether a value is of it.
---@type table<string, fun(value: any): boolean>
equality.types = {
  string = function(value) return type(value) == "string" end,
  number = equality.is_number,
  integer = is_integer,
  boolean = function(value) return type(value) == "boolean" end,
  array = equality.is_array,
  object = equality.is_object,
  null = function(value) return value == json.null end,
}

local function is_date(text)
  local year, month, day = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  return year ~= nil and dates.is_day(year, month, day)
end

--- By the name of a format: whether a text has it.
---@type table<string, fun(text: string): boolean>
equality.formats = {
  ["date-time"] = function(text) return dates.iso(text) ~= nil end,
  date = is_date,
  uri = function(text) return text:find "^%a[%w+.-]*:%S+$" ~= nil end,
  email = function(text) return text:find "^[^%s@]+@[^%s@]+$" ~= nil end,
}

return equality
