--- Yes and no, as spreadsheets in English, German, French and Spanish write them.  Pure.

local characters = require "extcontacts.record.normalize.characters"
local letters = require "extcontacts.base.letters"
local texts = require "extcontacts.base.text"

local boolean = {}

local VALUES = {}
for word in ("true yes y 1 ja j wahr oui o vrai sí si s verdadero"):gmatch "%S+" do
  VALUES[word] = true
end
for word in ("false no n 0 nein falsch non faux falso"):gmatch "%S+" do
  VALUES[word] = false
end

--- Reads a cell.
---@param text any
---@return boolean|nil
---@return string|nil reason
function boolean.read(text)
  local value
  if type(text) == "string" and #text <= 40 then
    value = VALUES[letters.lower(texts.trim(characters.narrow(text)))]
  end
  return value, value == nil and "not yes, no, true or false" or nil
end

return boolean
