--- Texts for a shell.  Pure.

local shell = {}

--- A text as one word, whatever is in it.
---@param text string
---@return string
function shell.quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

return shell
