--- Small readings of words of the command line.

local exit = require "extcontacts.cli.exit"

local arg_values = {}

--- "a,b" given once or more as a list.
---@param texts string[]|nil
---@return string[]
function arg_values.list(texts)
  local list = {}
  for _, text in ipairs(texts or {}) do
    for item in text:gmatch("[^,]+") do
      list[#list + 1] = item:match("^%s*(.-)%s*$")
    end
  end
  return list
end

--- "a=1" given once or more; what is given again is a list.
---@param texts string[]|nil
---@param option string for messages
---@return table<string, string[]>|nil nil for none
function arg_values.pairs(texts, option)
  local found
  for _, text in ipairs(texts or {}) do
    local name, value = text:match "^([^=]+)=(.*)$"
    if not name then
      exit.usage(("%s %s: write it as NAME=VALUE"):format(option, text:match "^[%w_]*"))
    end
    found = found or {}
    found[name] = found[name] or {}
    table.insert(found[name], value)
  end
  return found
end

return arg_values
