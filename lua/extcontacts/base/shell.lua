--- Shell quoting.  Pure.

local shell = {}

--- Quotes a text so that a POSIX shell reads it as one word.
---@param text string
---@return string
function shell.quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

return shell
