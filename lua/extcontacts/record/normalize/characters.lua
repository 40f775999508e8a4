--- Characters that look alike or can't be seen: blanks, invisible marks,
-- apostrophes, dashes, full-width forms and digits of other scripts.  Pure; all
-- functions take linear time.

local texts = require "extcontacts.base.text"

local characters = {}

local function each(ranges, visit)
  for _, range in ipairs(ranges) do
    for code = range[1], range[2] or range[1] do
      visit(texts.char(code), code - range[1])
    end
  end
end

-- Characters to replace, by character.
local SPACED, WRITTEN, NARROW, APOSTROPHES, DASHES = {}, {}, {}, {}, {}

each({ { 0x85 }, { 0xA0 }, { 0x1680 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F }, { 0x205F }, { 0x3000 },
  -- The fillers of Hangul and the empty pattern of Braille look like blanks.
  { 0x115F, 0x1160 }, { 0x2800 }, { 0x3164 }, { 0xFFA0 } }, function(char)
  SPACED[char] = " "
end)
-- Soft hyphen, joiners, directional marks and isolates, byte order mark.
each({ { 0xAD }, { 0x34F }, { 0x61C }, { 0x180E }, { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x206F },
  { 0xFEFF } }, function(char)
  SPACED[char] = ""
end)
for char, replacement in pairs(SPACED) do
  WRITTEN[char] = replacement
end
-- Joiners, the Mongolian vowel separator and Hangul's fillers: Persian, Indic,
-- Mongolian and old Korean words need them.
each({ { 0x115F, 0x1160 }, { 0x180E }, { 0x200C, 0x200D } }, function(char)
  WRITTEN[char] = nil
end)
each({ { 0x60 }, { 0xB4 }, { 0x2B9 }, { 0x2BB, 0x2BF }, { 0x2C8 }, { 0x2CA, 0x2CB }, { 0x2018, 0x2019 }, { 0x201B },
  { 0x2032 }, { 0x2035 }, { 0x55A }, { 0x5F3 }, { 0x7F4 }, { 0x1FBD }, { 0x1FBF }, { 0x1FEF }, { 0x1FFD, 0x1FFE },
  { 0x275B, 0x275C }, { 0xA78B, 0xA78C }, { 0xFF07 }, { 0xFF40 } }, function(char)
  APOSTROPHES[char] = "'"
end)
each({ { 0x58A }, { 0x5BE }, { 0x1806 }, { 0x2010, 0x2015 }, { 0x2043 }, { 0x2212 }, { 0x2E3A, 0x2E3B },
  { 0xFE31, 0xFE32 }, { 0xFE58 }, { 0xFE63 }, { 0xFF0D } }, function(char)
  DASHES[char], NARROW[char] = "-", "-"
end)
each({ { 0xFF01, 0xFF5E } }, function(char, offset)
  NARROW[char] = NARROW[char] or string.char(0x21 + offset)
end)
-- Digits: Arabic, Persian, Devanagari, Bengali, Thai.
each({ { 0x660, 0x669 }, { 0x6F0, 0x6F9 }, { 0x966, 0x96F }, { 0x9E6, 0x9EF },
  { 0xE50, 0xE59 } }, function(char, offset)
  NARROW[char] = tostring(offset)
end)
-- Katakana's long vowel mark stands for a dash in Japanese numbers.
NARROW[texts.char(0x30FC)] = "-"

-- Full-width ASCII characters, and half-width katakana.
local ONE_WIDTH = {}
each({ { 0xFF01, 0xFF5E } }, function(char, offset)
  ONE_WIDTH[char] = string.char(0x21 + offset)
end)
local katakana = ("ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ"
  .. "ハヒフヘホマミムメモヤユヨラリルレロワン\227\130\153\227\130\154"):gmatch "\227[\128-\191]+"
each({ { 0xFF66, 0xFF9F } }, function(char)
  ONE_WIDTH[char] = katakana()
end)

local BEYOND = "[\194-\239][\128-\191]+"

local function replaced(text, map)
  return text:find "[\194-\239]" and (text:gsub(BEYOND, map)) or text
end

--- Replaces every kind of blank by a space and removes characters that can't be
-- seen.
---@param text string UTF-8
---@return string
function characters.spaced(text)
  return replaced(text, SPACED)
end

--- The same for a text that people read: keeps the joiners that belong to words.
---@param text string UTF-8
---@return string
function characters.readable(text)
  return replaced(text, WRITTEN)
end

--- The same as `spaced`, and replaces dashes, full-width forms and digits of other scripts
-- by their ASCII characters.
---@param text string UTF-8
---@return string
function characters.narrow(text)
  return replaced(characters.spaced(text), NARROW)
end

--- Whether a character is an apostrophe, or is used as one.
---@param char string one character
---@return boolean
function characters.is_apostrophe(char)
  return char == "'" or char == "`" or APOSTROPHES[char] ~= nil
end

--- Whether a character is a hyphen or a dash.
---@param char string one character
---@return boolean
function characters.is_dash(char)
  return char == "-" or DASHES[char] ~= nil
end

--- Replaces every kind of apostrophe by ' and every kind of dash by -.
---@param text string UTF-8
---@return string
function characters.plain_marks(text)
  return replaced(replaced(text:gsub("`", "'"), APOSTROPHES), DASHES)
end

--- Replaces full-width forms of ASCII characters and half-width katakana by the usual
-- characters.
---@param text string UTF-8
---@return string
function characters.one_width(text)
  return text:find "\239" and replaced(text, ONE_WIDTH) or text
end

------------------------------------------------------------------ wrapping --

local PAIRS = { ['"'] = '"', ["'"] = "'", ["“"] = "”", ["„"] = "“", ["‘"] = "’", ["‚"] = "‘", ["«"] = "»",
  ["»"] = "«", ["‹"] = "›", ["”"] = "”", ["’"] = "’", ["`"] = "`" }
-- Layers of quotes and the like around a value.
local MOST_LAYERS = 8

-- Removes one layer; returns a text without a layer unchanged.
local function without_layer(text, pairs_too)
  local formula = text:match '^="(.*)"$' -- with which an exporter keeps a spreadsheet from reading a number
  if formula then
    return formula
  end
  local first = text:match "^[%z\1-\127\194-\244][\128-\191]*"
  local closing = first and (PAIRS[first] or pairs_too and pairs_too[first])
  if closing and #text >= #first + #closing and text:sub(-#closing) == closing then
    return text:sub(#first + 1, -#closing - 1)
  end
  return (texts.split_end(text, "^[;,%s]"):match "^%s*(.*)$")
end

--- Removes matching quotes around a text, `="…"`, and trailing semicolons and
-- commas.
---@param text string at most some hundred bytes
---@param pairs_too table<string, string>|nil other characters that open, and those that close
---@return string
function characters.unwrapped(text, pairs_too)
  for _ = 1, MOST_LAYERS do
    local inner = without_layer(text, pairs_too)
    if inner == text then
      break
    end
    text = inner
  end
  return text
end

return characters
