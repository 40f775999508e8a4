--- Checks a table of options against a table of rules.  Every function with
-- an options table uses it, so that all of them report a mistake alike.

local suggest = require "extcontacts.base.suggest"

local options = {}

---@class extcontacts.OptionRule
---@field [integer] string the types a value may have, three at most
---@field default any for the owner of the table; not applied here
---@field choices string[]|nil the values a string may have
---@field least number|nil lowest number; without it a number must be above 0
---@field below number|nil every number must be below this
---@field whole boolean|nil whether a number must be whole
---@field only boolean|nil the one boolean allowed beside numbers
---@field has string|nil a function that a table must have

local function names_of(kinds)
  return table.concat(kinds, " or ")
end

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
    return ("option '%s' must be a %s, got %s"):format(name, names_of(rule), kind)
  elseif kind == "number" then
    return number_problem(name, value, rule)
  elseif kind == "string" and rule.choices then
    return suggest.other("value of option '" .. name .. "'", value, rule.choices)
  elseif kind == "boolean" and rule.only ~= nil and value ~= rule.only then
    return ("option '%s' must be a number or %s"):format(name, tostring(rule.only))
  elseif kind == "table" and rule.has and type(value[rule.has]) ~= "function" then
    return ("option '%s' must be a table with a function '%s'"):format(name, rule.has)
  end
end

--- Checks the names and values of options.
---@param given any
---@param rules table<string, extcontacts.OptionRule>
---@param noun string|nil what `given` is called in the message; default "options"
---@return string|nil misuse a sentence for `error`; nil where all is well
function options.problem(given, rules, noun)
  if type(given) ~= "table" then
    return ("the %s must be a table, got %s"):format(noun or "options", type(given))
  end
  for name, value in pairs(given) do
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
