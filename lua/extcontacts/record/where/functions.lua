--- The functions of conditions.  A row has what each argument may be, what the result is,
-- and the function itself, which gets nil for missing values.  Pure.

local core = require "extcontacts.core"
local letters = require "extcontacts.base.letters"

local patterns = require "extcontacts.record.where.pattern"

local null = core.json.null

local TEXT = { name = "a text", text = true, date = true }
local LIST = { name = "a list of values", list = true }
local DATE = { name = "a date", text = true, date = true, time = true }
local VALUE = { name = "a value", text = true, number = true, boolean = true }
local ANYTHING = {
  name = "a field", text = true, number = true, boolean = true, date = true, object = true, list = true,
  objects = true,
}

local function both_texts(a, b)
  return type(a) == "string" and type(b) == "string"
end

local function is_empty(value)
  if value == nil or value == null then
    return true
  elseif type(value) == "table" then
    for _, item in pairs(value) do
      if not is_empty(item) then
        return false
      end
    end
    return true
  end
  return type(value) == "string" and not value:find "%S"
end
-- Patterns that were read, so that a condition reads its own once; those of fields can be many.
local MOST_KEPT = 50
local kept, count = {}, 0

-- The compiled pattern; false if the text is not a pattern.
local function pattern_of(source)
  if kept[source] == nil then
    if count >= MOST_KEPT then
      kept, count = {}, 0
    end
    kept[source], count = patterns.read(source) or false, count + 1
  end
  return kept[source]
end

return {
  lower = { TEXT, kind = "text", usage = "lower(lastName)", apply = function(value)
    return type(value) == "string" and letters.lower(value) or nil
  end },
  contains = { TEXT, TEXT, kind = "boolean", usage = 'contains(lower(title), "sales")', apply = function(value, part)
    return both_texts(value, part) and value:find(part, 1, true) ~= nil
  end },
  starts = { TEXT, TEXT, kind = "boolean", usage = 'starts(workPhone.e164, "+44")', apply = function(value, start)
    return both_texts(value, start) and value:sub(1, #start) == start
  end },
  match = { TEXT, TEXT, kind = "boolean", usage = 'match(externalSystemUrl, "^https://")',
    check = function(source)
      return select(2, patterns.read(source))
    end,
    apply = function(value, source)
      local found = both_texts(value, source) and pattern_of(source)
      return found and found:matches(value)
    end },
  empty = { ANYTHING, kind = "boolean", usage = "empty(workEmail)", apply = is_empty },
  has = { LIST, VALUE, kind = "boolean", usage = 'has(externalIds.value, "4711")', apply = function(list, value)
    for _, item in ipairs(type(list) == "table" and list or {}) do -- a custom field can be anything
      if item == value then
        return true
      end
    end
    return false
  end },
  date = { DATE, kind = "time", usage = 'date("2026-01-31")' },
}
