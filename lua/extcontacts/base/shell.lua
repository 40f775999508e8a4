--- Shell quoting.  Pure.

local shell = {}

--- Quotes a text so that a POSIX shell reads it as one word.
---@param text string
---@return string
function shell.quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- A text as one word, quoted only if it needs to be.
---@param text string
---@return string
function shell.word(text)
  return text:find "^[%w%-_./:@%%+=,]+$" and text or shell.quoted(text)
end

return shell
