--- Ids: UUIDs in the form in which the API writes them.  Pure.

local characters = require "extcontacts.record.normalize.characters"
local texts = require "extcontacts.base.text"

local id = {}

-- Bytes of an id with everything that may surround it.
local LONGEST = 100
local BRACES = { ["{"] = "}", ["("] = ")", ["["] = "]", ["<"] = ">" }

-- Where the hyphens are.
local FORM = "^(%x%x%x%x%x%x%x%x)%-?(%x%x%x%x)%-?(%x%x%x%x)%-?(%x%x%x%x)%-?(%x%x%x%x%x%x%x%x%x%x%x%x)$"

--- Reads an id: braces, quotes, capital letters, blanks and invisible marks don't
-- matter, and all hyphens can be missing.
---@param text any
---@return string|nil id in lower case, with hyphens
---@return string|nil reason
function id.read(text)
  if type(text) ~= "string" then
    return nil, "not a valid id"
  end
  local plain = texts.trim(characters.narrow(text))
  if #plain > LONGEST then
    return nil, "not a valid id"
  end
  plain = characters.unwrapped(plain, BRACES):lower():gsub("^urn:uuid:", "")
  local a, b, c, d, e = plain:match(FORM)
  local hyphens = select(2, plain:gsub("%-", ""))
  if not a or (hyphens ~= 4 and hyphens ~= 0) then
    return nil, "not a valid id"
  end
  return table.concat({ a, b, c, d, e }, "-")
end

--- The form in which ids are compared: that of `read`, or the text itself if it
-- is no UUID.
---@param text string
---@return string
function id.key(text)
  if #text == 36 and not text:find "[^%l%d-]" then
    return text
  end
  return id.read(text) or text
end

return id
