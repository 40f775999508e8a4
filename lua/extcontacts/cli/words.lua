--- Small readings of words of the command line.

local words = {}

--- "a,b" given once or more as a list.
---@param texts string[]|nil
---@return string[]
function words.list(texts)
  local list = {}
  for _, text in ipairs(texts or {}) do
    for item in text:gmatch("[^,]+") do
      list[#list + 1] = item:match("^%s*(.-)%s*$")
    end
  end
  return list
end

return words
