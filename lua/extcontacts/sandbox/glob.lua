--- Names with `*` for any characters, as Lua patterns.

--- The anchored pattern of a name such as `contacts.*`.
---@param text string
---@return string
local function glob(text)
  return "^" .. text:gsub("[%-%.%+%[%]%(%)%$%^%%%?]", "%%%0"):gsub("%*", ".*") .. "$"
end

return glob
