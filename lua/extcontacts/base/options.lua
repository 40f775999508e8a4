--- Checks a table of options against rules.  Every function that takes options
-- uses it, so that all of them report a mistake in the same words.

local suggest = require "extcontacts.base.suggest"

local options = {}

---@class extcontacts.OptionRule
---@field [integer] string the types a value may have, at most three
---@field default any for the function that has the option; not applied here
---@field choices (string|number)[]|nil the values a string or a number may have
---@field least number|nil the lowest number; without it a number must be above 0
---@field most number|nil the highest number
---@field below number|nil every number must be below this
---@field whole boolean|nil whether a number must be whole
---@field only boolean|nil the one boolean that is allowed in addition to values of the first type
---@field has string|nil a function that a table must have
---@field word string|nil the one string that is allowed in addition to numbers
---@field one_line boolean|nil whether a string must be without control characters, since it becomes part of a
--- header or URL

-- In the functions below `item` is the noun for an option.

local function number_problem(item, name, value, rule)
  local least = rule.least
  if value ~= value or (least and value < least) or (not least and value <= 0) then
    return least and ("%s '%s' must be at least %g"):format(item, name, least)
      or ("%s '%s' must be above 0"):format(item, name)
  elseif rule.most and value > rule.most then
    return ("%s '%s' must be at most %.10g"):format(item, name, rule.most)
  elseif rule.below and value >= rule.below then
    return ("%s '%s' must be below %g"):format(item, name, rule.below)
  elseif rule.whole and value ~= math.floor(value) then
    return ("%s '%s' must be a whole number"):format(item, name)
  end
end

local function choice_problem(item, name, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then
      return nil
    end
  end
  if type(value) == "string" then
    return ("%s '%s': %s"):format(item, name, suggest.unknown("value", value, choices))
  end
  return ("%s '%s' must be one of %s"):format(item, name, table.concat(choices, ", "))
end

local function problem_of(item, name, value, rule)
  local kind = type(value)
  if kind ~= rule[1] and kind ~= rule[2] and kind ~= rule[3] then
    return ("%s '%s' must be a %s, got %s"):format(item, name, table.concat(rule, " or "), kind)
  elseif kind == "string" and rule.word and value ~= rule.word then
    return ("%s '%s' must be a number or \"%s\""):format(item, name, rule.word)
  elseif kind == "string" and rule.one_line and value:find "%c" then
    return ("%s '%s' contains a line end or another control character; remove it"):format(item, name)
  elseif (kind == "string" or kind == "number") and rule.choices then
    return choice_problem(item, name, value, rule.choices)
  elseif kind == "number" then
    return number_problem(item, name, value, rule)
  elseif kind == "boolean" and rule.only ~= nil and value ~= rule.only then
    return ("%s '%s' must be a %s or %s"):format(item, name, rule[1], tostring(rule.only))
  elseif kind == "table" and rule.has and type(value[rule.has]) ~= "function" then
    return ("%s '%s' must be a table with a function '%s'"):format(item, name, rule.has)
  end
end

--- Checks the names and values of options.
---@param values any the caller's options
---@param rules table<string, extcontacts.OptionRule>
---@param noun string|nil the name of `values` in the message; default "options"
---@param item string|nil the name of one of them in the message; default "option"
---@return string|nil misuse a message for `error`; nil if all options are right
function options.problem(values, rules, noun, item)
  if type(values) ~= "table" then
    return ("the %s must be a table, got %s"):format(noun or "options", type(values))
  end
  item = item or "option"
  for name, value in pairs(values) do
    local rule = rules[name]
    if not rule then
      return suggest.unknown(item, name, suggest.keys(rules))
    end
    local problem = problem_of(item, name, value, rule)
    if problem then
      return problem
    end
  end
end

return options
