--- Whether a value of this codec equals one of lua-cjson, as far as cjson can represent
-- it: its numbers are doubles, its arrays have no metatable.
local json = require "extcontacts.core".json

---@param ours any
---@param theirs any
---@param same_number fun(ours: number, theirs: number): boolean
---@return boolean
local function alike(ours, theirs, same_number)
  if json.is_number(ours) then
    ours = json.tonumber(ours)
  end
  if type(ours) ~= type(theirs) then
    return false
  elseif type(ours) == "number" then
    return same_number(ours, theirs)
  elseif type(ours) ~= "table" then
    return ours == theirs
  end
  for key, value in pairs(ours) do
    if not alike(value, theirs[key], same_number) then
      return false
    end
  end
  for key in pairs(theirs) do
    if ours[key] == nil then
      return false
    end
  end
  return true
end

return alike
