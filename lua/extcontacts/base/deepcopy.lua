--- Deep copies.  Pure.

--- Returns a copy that shares no table with the value.  Metatables are kept, so
-- that arrays remain arrays.
---@param value any
---@return any
local function deepcopy(value)
  if type(value) ~= "table" then
    return value
  end
  local out = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    out[key] = type(item) == "table" and deepcopy(item) or item
  end
  return out
end

return deepcopy
