--- Values of options that can be repeated, as lists and tables.

local exit = require "extcontacts.cli.exit"

local arg_values = {}

--- "a,b", once or repeated, as a list; blanks separate items, too.
---@param values string[]|nil
---@return string[]
function arg_values.list(values)
  local list = {}
  for _, value in ipairs(values or {}) do
    for item in value:gmatch("[^,%s]+") do
      list[#list + 1] = item
    end
  end
  return list
end

--- "name=value", once or repeated, as a table of lists.
---@param values string[]|nil
---@param option string the option's name, for messages
---@return table<string, string[]>|nil nil for no value
function arg_values.pairs(values, option)
  local found
  for _, text in ipairs(values or {}) do
    local name, value = text:match "^([^=]+)=(.*)$"
    if not name then
      exit.usage(("%s %s: expected NAME=VALUE"):format(option, text:match "^[%w_]*"))
    end
    found = found or {}
    found[name] = found[name] or {}
    table.insert(found[name], value)
  end
  return found
end

return arg_values
