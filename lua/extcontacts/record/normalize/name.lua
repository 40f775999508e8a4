--- Names: composed and decomposed letters, kinds of apostrophes and dashes.
-- Pure; all functions take linear time.

local blank = require "extcontacts.record.normalize.blank"
local characters = require "extcontacts.record.normalize.characters"
local damage = require "extcontacts.record.normalize.damage"
local letters = require "extcontacts.base.letters"

local name = {}

local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"
-- A letter and the combining marks that follow it (U+0300 to U+036F).
local MARK = "[\204\205][\128-\191]"
-- Marks of one letter that are composed; a longer run is not a name.
local MOST_MARKS = 8

-- The tables of `compositions`, loaded when a text has marks.
local composed_of, parts_of, class_of

local function load_compositions()
  if not composed_of then
    local compositions = require "extcontacts.record.normalize.compositions"
    composed_of, parts_of, class_of = compositions.composed, compositions.parts, compositions.class
  end
end

-- Adds a letter's own marks before those that follow it.
local function decompose(letter, marks)
  local parts = parts_of[letter]
  while parts do
    letter = parts[1]
    table.insert(marks, 1, parts[2])
    parts = parts_of[letter]
  end
  return letter
end

-- Marks of different classes are on different sides of the letter, so that their
-- order does not matter; those of one class keep it.
local function sort(marks)
  for last = 2, #marks do
    local mark, at = marks[last], last
    local class = class_of[mark] or 230
    while at > 1 and (class_of[marks[at - 1]] or 230) > class do
      marks[at], at = marks[at - 1], at - 1
    end
    marks[at] = mark
  end
end

local function compose(letter, marks)
  if #marks > MOST_MARKS then
    return letter .. table.concat(marks)
  end
  letter = decompose(letter, marks)
  sort(marks)
  local rest, blocked = {}, {}
  for _, mark in ipairs(marks) do
    local class = class_of[mark] or 230
    local whole = not blocked[class] and composed_of[letter .. mark]
    if whole then
      letter = whole
    else
      rest[#rest + 1], blocked[class] = mark, true
    end
  end
  return letter .. table.concat(rest)
end

--- Composes letters with the marks that follow them (Unicode's NFC for Latin,
-- Greek and Cyrillic).
---@param text string UTF-8
---@return string
function name.composed(text)
  if not text:find(MARK) then
    return text
  end
  load_compositions()
  local out, letter, marks = {}, "", {}
  local function finish()
    out[#out + 1] = #marks > 0 and compose(letter, marks) or letter
  end
  for char in text:gmatch(CHARACTER) do
    local is_mark = #char == 2 and (char:byte(1) == 204 or char:byte(1) == 205 and char:byte(2) < 176)
    if is_mark and letter ~= "" then
      marks[#marks + 1] = char
    else
      finish()
      letter, marks = char, {}
    end
  end
  finish()
  return table.concat(out)
end

--- Replaces letters with marks by their base letters: "É" by "E".
---@param text string UTF-8
---@return string
function name.without_marks(text)
  if not text:find "[\194-\244]" then
    return text
  end
  load_compositions()
  return (text:gsub("[\194-\244][\128-\191]+", function(char)
    return decompose(char, {})
  end):gsub(MARK, ""))
end

--- Reads a name: without blanks around it, with composed letters.
---@param text any
---@return string|nil
---@return string|nil reason
function name.read(text)
  if type(text) ~= "string" or blank.is(text) then
    return nil, "no name"
  elseif damage.is_error(text) then
    return nil, "a spreadsheet's error value"
  end
  return name.composed(blank.squeezed(text))
end

-- Letters that upper case does not distinguish in their own language: the Turkish
-- dotless i and dotted I, the Greek final sigma, and Greek accents.
local ONE_UPPER_CASE = {
  ["ı"] = "i", ["İ"] = "i", ["ς"] = "σ", ["ά"] = "α", ["έ"] = "ε", ["ή"] = "η", ["ί"] = "ι", ["ό"] = "ο", ["ύ"] = "υ",
  ["ώ"] = "ω",
}

--- The form in which names are compared: lower case, composed letters, one kind of
-- apostrophe and of dash, single spaces.
---@param text string
---@return string "" for a text that has nothing that can be seen
function name.key(text)
  local key = letters.lower(characters.plain_marks(name.composed(blank.squeezed(characters.spaced(text)))))
  return key:find "[\196\206\207]" and (key:gsub("[\196\206\207][\128-\191]", ONE_UPPER_CASE)) or key
end

return name
