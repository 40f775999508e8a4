--- Checks a table of options against rules.  Every function that takes options
-- uses it, so that all of them report a mistake in the same words.

local suggest = require "extcontacts.base.suggest"

local options = {}

---@class extcontacts.OptionRule
---@field [integer] string the types a value may have, at most three
---@field default any for the function that has the option; not applied here
---@field choices string[]|nil the values a string may have
---@field least number|nil the lowest number; without it a number must be above 0
---@field below number|nil every number must be below this
---@field whole boolean|nil whether a number must be whole
---@field only boolean|nil the one boolean that is allowed beside values of the first type
---@field has string|nil a function that a table must have

local function number_problem(name, value, rule)
  local least = rule.least
  if value ~= value or (least and value < least) or (not least and value <= 0) then
    return least and ("option '%s' must be at least %g"):format(name, least)
      or ("option '%s' must be above 0"):format(name)
  elseif rule.below and value >= rule.below then
    return ("option '%s' must be below %g"):format(name, rule.below)
  elseif rule.whole and value ~= math.floor(value) then
    return ("option '%s' must be a whole number"):format(name)
  end
end

local function problem_of(name, value, rule)
  local kind = type(value)
  if kind ~= rule[1] and kind ~= rule[2] and kind ~= rule[3] then
    return ("option '%s' must be a %s, got %s"):format(name, table.concat(rule, " or "), kind)
  elseif kind == "number" then
    return number_problem(name, value, rule)
  elseif kind == "string" and rule.choices then
    return suggest.other("value of option '" .. name .. "'", value, rule.choices)
  elseif kind == "boolean" and rule.only ~= nil and value ~= rule.only then
    return ("option '%s' must be a %s or %s"):format(name, rule[1], tostring(rule.only))
  elseif kind == "table" and rule.has and type(value[rule.has]) ~= "function" then
    return ("option '%s' must be a table with a function '%s'"):format(name, rule.has)
  end
end

--- Checks the names and values of options.
---@param values any the caller's options
---@param rules table<string, extcontacts.OptionRule>
---@param noun string|nil the name of `values` in the message; default "options"
---@return string|nil misuse a message for `error`; nil if all options are right
function options.problem(values, rules, noun)
  if type(values) ~= "table" then
    return ("the %s must be a table, got %s"):format(noun or "options", type(values))
  end
  for name, value in pairs(values) do
    local rule = rules[name]
    if not rule then
      return suggest.unknown("option", name, suggest.keys(rules))
    end
    local problem = problem_of(name, value, rule)
    if problem then
      return problem
    end
  end
end

return options
