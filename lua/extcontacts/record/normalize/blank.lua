--- Whether a cell is blank.  Pure.

local characters = require "extcontacts.record.normalize.characters"
local texts = require "extcontacts.base.text"

local blank = {}

--- Whether a text has nothing that can be seen: any kind of blank, invisible
-- marks, or the formula `=""`.
---@param text string
---@return boolean
function blank.is(text)
  local visible = characters.spaced(text)
  return not visible:find "%S" or #visible < 16 and texts.trim(visible) == '=""'
end

-- Whether the bytes from `first` to `last` are a blank or an invisible mark.
local function is_blank_char(text, first, last)
  return not characters.spaced(text:sub(first, last)):find "%S"
end

--- Removes blanks and invisible marks from both ends; leaves the inner text as it is.
---@param text string UTF-8
---@return string
function blank.trimmed(text)
  local first, last = 1, #text
  while first <= last do
    local stop = text:match("^[%z\1-\127\194-\244][\128-\191]*()", first)
    if not stop or not is_blank_char(text, first, stop - 1) then
      break
    end
    first = stop
  end
  while last >= first do
    local start = last
    while start > first and text:find("^[\128-\191]", start) do
      start = start - 1
    end
    if not is_blank_char(text, start, last) then
      break
    end
    last = start - 1
  end
  return text:sub(first, last)
end

--- Removes blanks and invisible marks from both ends; inside, reduces blanks to
-- single spaces and removes invisible marks but the joiners of some scripts.
---@param text string
---@return string
function blank.squeezed(text)
  if blank.is(text) then
    return ""
  end
  return (texts.trim(characters.readable(text)):gsub("%s+", " "))
end

return blank
