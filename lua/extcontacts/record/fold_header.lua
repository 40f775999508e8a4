--- The form in which names of columns are compared: without case, accents, blanks and
-- punctuation.  Pure.

local name = require "extcontacts.record.normalize.name"

---@param text string
---@return string
return function(text)
  local key = name.without_marks(name.key(text)):gsub("ß", "ss")
  local plain = key:gsub("[%s%p%c]", "")
  -- A name of punctuation alone stays as it is.
  return plain ~= "" and plain or text
end
