--- Upper and lower case of Latin, Greek, Cyrillic and Armenian letters in UTF-8.
-- Other scripts have no case.  Pure.

local texts = require "extcontacts.base.text"

local letters = {}

local lower_of, upper_of = {}, {}

local function pair(upper, lower)
  lower_of[texts.char(upper)], upper_of[texts.char(lower)] = texts.char(lower), texts.char(upper)
end

-- Ranges of upper-case letters and the distance to their lower-case letters;
-- then ranges in which both alternate.
for _, range in ipairs {
  { 0xC0, 0xD6, 32 }, { 0xD8, 0xDE, 32 }, { 0x388, 0x38A, 37 }, { 0x391, 0x3A1, 32 }, { 0x3A3, 0x3AB, 32 },
  { 0x400, 0x40F, 80 }, { 0x410, 0x42F, 32 }, { 0x531, 0x556, 48 },
} do
  for value = range[1], range[2] do
    pair(value, value + range[3])
  end
end
for _, range in ipairs {
  { 0x100, 0x12E }, { 0x132, 0x136 }, { 0x139, 0x147 }, { 0x14A, 0x176 }, { 0x179, 0x17D },
  { 0x1CD, 0x1DB }, { 0x1DE, 0x1EE }, { 0x1F8, 0x21E }, { 0x222, 0x232 }, { 0x460, 0x480 }, { 0x48A, 0x4BE },
  { 0x4D0, 0x52E }, { 0x1E00, 0x1E94 }, { 0x1EA0, 0x1EFE },
} do
  for value = range[1], range[2], 2 do
    pair(value, value + 1)
  end
end
for _, letter in ipairs { { 0x178, 0xFF }, { 0x386, 0x3AC }, { 0x38C, 0x3CC }, { 0x38E, 0x3CD }, { 0x38F, 0x3CE },
  { 0x18F, 0x259 }, { 0x1A0, 0x1A1 }, { 0x1AF, 0x1B0 } } do
  pair(letter[1], letter[2])
end
-- A capital ß exists, but the upper case of ß is usually written SS.
lower_of[texts.char(0x1E9E)] = texts.char(0xDF)
-- The Turkish dotless i and dotted I have ASCII counterparts and are not mapped.
upper_of[texts.char(0x131)], lower_of[texts.char(0x130)] = nil, nil

local BEYOND = "[\195-\225][\128-\191]+"

local function mapped(text, ascii, map)
  text = ascii(text)
  if not text:find "[\195-\225]" then
    return text
  end
  return (text:gsub(BEYOND, map))
end

--- Converts to lower case.
---@param text string UTF-8
---@return string
function letters.lower(text)
  return mapped(text, string.lower, lower_of)
end

--- Converts to upper case.  A letter without an upper case, such as ß, stays.
---@param text string UTF-8
---@return string
function letters.upper(text)
  return mapped(text, string.upper, upper_of)
end

--- Converts the first letter to upper case.
---@param text string UTF-8
---@return string
function letters.capital(text)
  local first, rest = text:match "^([%z\1-\127\194-\244][\128-\191]*)(.*)$"
  return first and letters.upper(first) .. rest or text
end

--- Whether a text has a letter in upper case and none in lower case.
---@param text string UTF-8
---@return boolean
function letters.is_all_upper(text)
  return text ~= letters.lower(text) and text == letters.upper(text)
end

--- Whether a text has a letter in lower case and none in upper case.
---@param text string UTF-8
---@return boolean
function letters.is_all_lower(text)
  return text ~= letters.upper(text) and text == letters.lower(text)
end

return letters
