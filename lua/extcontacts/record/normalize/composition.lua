--- Composed and decomposed letters: Unicode's forms NFC and NFD.  Pure; all
-- functions take linear time.

local texts = require "extcontacts.base.text"

local composition = {}

local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"
-- Marks of one letter that are sorted and composed; a longer run is not a name.
local MOST_MARKS = 8

-- The tables of `compositions`, loaded when a text may have marks.
local composed_of, parts_of, class_of, forms

local function load_compositions()
  if not composed_of then
    local compositions = require "extcontacts.record.normalize.compositions"
    composed_of, parts_of = compositions.composed, compositions.parts
    class_of, forms = compositions.class, compositions.forms
  end
end

------------------------------------------------------------------- hangul --

-- Hangul syllables are composed by a rule from two or three letters: counts, and the
-- code points before the first.
local SYLLABLES, LEADS, VOWELS, TAILS = 0xAC00, 0x1100, 0x1161, 0x11A7
local LEAD_COUNT, VOWEL_COUNT, TAIL_COUNT = 19, 21, 28

-- The syllable of two letters, or of a syllable and a letter; nil if they do not compose.
local function syllable_of(first, second)
  if not (second:find "^\225[\133-\135]" and (first:find "^\225\132" or first:find "^[\234-\237]")) then
    return nil
  end
  local lead, vowel = texts.code_point(first) - LEADS, texts.code_point(second) - VOWELS
  if lead >= 0 and lead < LEAD_COUNT and vowel >= 0 and vowel < VOWEL_COUNT then
    return texts.char(SYLLABLES + (lead * VOWEL_COUNT + vowel) * TAIL_COUNT)
  end
  local syllable, tail = lead + LEADS - SYLLABLES, vowel + VOWELS - TAILS
  if syllable >= 0 and syllable < LEAD_COUNT * VOWEL_COUNT * TAIL_COUNT and syllable % TAIL_COUNT == 0
    and tail > 0 and tail < TAIL_COUNT then
    return texts.char(SYLLABLES + syllable + tail)
  end
end

-- The letters of a syllable; nil for another character.
local function letters_of(char)
  local index = char:find "^[\234-\237]" and texts.code_point(char) - SYLLABLES or -1
  if index < 0 or index >= LEAD_COUNT * VOWEL_COUNT * TAIL_COUNT then
    return nil
  end
  local tail = index % TAIL_COUNT
  local vowel = (index - tail) / TAIL_COUNT % VOWEL_COUNT
  local lead = (index - tail - vowel * TAIL_COUNT) / (VOWEL_COUNT * TAIL_COUNT)
  return texts.char(LEADS + lead) .. texts.char(VOWELS + vowel) .. (tail > 0 and texts.char(TAILS + tail) or "")
end

-------------------------------------------------------------------- marks --

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
    local class = class_of[mark]
    while at > 1 and class_of[marks[at - 1]] > class do
      marks[at], at = marks[at - 1], at - 1
    end
    marks[at] = mark
  end
end

-- A letter with all its marks in order.
local function compose(letter, marks)
  letter = decompose(letter, marks)
  sort(marks)
  local rest, blocked = {}, {}
  for _, mark in ipairs(marks) do
    local class = class_of[mark]
    local whole = not blocked[class] and composed_of[letter .. mark]
    if whole then
      letter = whole
    else
      rest[#rest + 1], blocked[class] = mark, true
    end
  end
  return letter, rest
end

local function decomposed(letter, marks)
  letter = letters_of(letter) or decompose(letter, marks)
  sort(marks)
  return letter, marks
end

-- Calls `form` with each letter and its marks, and joins what it returns.
local function mapped(text, form)
  load_compositions()
  local out, letter, marks = {}, "", {}
  local function finish()
    local rest = marks
    if #marks <= MOST_MARKS then
      letter, rest = form(letter, marks)
    end
    out[#out + 1] = letter .. table.concat(rest)
  end
  for char in text:gsub("[\194-\239][\128-\191]+", forms):gmatch(CHARACTER) do
    local class = class_of[char]
    if class and class > 0 then
      marks[#marks + 1] = char
    else
      finish()
      letter, marks = char, {}
    end
  end
  finish()
  return table.concat(out)
end

-- Joins the characters that compose with the one before them only: vowel signs of
-- Indic scripts, and Hangul.
local function joined(text)
  local out = {}
  for char in text:gmatch(CHARACTER) do
    local last = out[#out]
    local whole = last and (syllable_of(last, char) or class_of[char] and composed_of[last .. char])
    out[whole and #out or #out + 1] = whole or char
  end
  return table.concat(out)
end

-- Whether a text may not be in composed form, by the first bytes of marks and of
-- characters that have another form.  Most texts are.
local function may_change(text)
  return text:find "[\204\205\210\214-\225\234\239]" or text:find "\226[\129-\191]"
    or text:find "\227[\128\130][\153\154\170-\175]"
end

--- Composes letters with the marks that follow them (NFC).
---@param text string UTF-8
---@return string
function composition.composed(text)
  if not text:find "[\194-\244]" or not may_change(text) then
    return text
  end
  return joined(mapped(text, compose))
end

--- Separates letters from their marks (NFD).
---@param text string UTF-8
---@return string
function composition.decomposed(text)
  return text:find "[\194-\244]" and mapped(text, decomposed) or text
end

--- Replaces letters with marks by their base letters: "É" by "E".
---@param text string UTF-8
---@return string
function composition.without_marks(text)
  return text:find "[\194-\244]" and mapped(text, function(letter, marks)
    return decompose(letter, marks), {}
  end) or text
end

return composition
