--- Equality of values.  Pure.

--- Whether two values are the same, or tables with equal fields.
---@param a any
---@param b any
---@return boolean
local function is_equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    local other = b[key]
    if value ~= other and not is_equal(value, other) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

return is_equal
