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
