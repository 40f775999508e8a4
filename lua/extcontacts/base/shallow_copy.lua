--- Shallow copies.  Pure.

--- Returns a copy that shares the values with the table.  The metatable is kept, so that
-- arrays remain arrays.
---@generic T: table
---@param original T
---@return T
local function shallow_copy(original)
  local copy = setmetatable({}, getmetatable(original))
  for name, value in pairs(original) do
    copy[name] = value
  end
  return copy
end

return shallow_copy
