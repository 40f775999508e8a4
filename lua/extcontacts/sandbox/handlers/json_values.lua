--- Compares JSON values.

local json = require "extcontacts.base.json"

local json_values = {}

local SORTED = { sort_keys = true }

--- Whether two values have the same JSON; nil equals nothing.
---@param left any
---@param right any
---@return boolean
function json_values.equal(left, right)
  return left ~= nil and right ~= nil and json.encode(left, SORTED) == json.encode(right, SORTED)
end

--- Whether a list has a value.
---@param list any[]
---@param value any
---@return boolean
function json_values.contains(list, value)
  for _, element in ipairs(list) do
    if json_values.equal(element, value) then
      return true
    end
  end
  return false
end

return json_values
