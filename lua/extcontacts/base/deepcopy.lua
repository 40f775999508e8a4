--- Deep copies.  Pure.

--- A copy that shares no table with the value; arrays stay marked.
---@param value any
---@return any
local function deepcopy(value)
  if type(value) ~= "table" then
    return value
  end
  local out = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    out[key] = deepcopy(item)
  end
  return out
end

return deepcopy
