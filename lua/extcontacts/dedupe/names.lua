--- The forms of people's names in which they are compared and indexed.  A field is
-- the spellings of a name, then what makes it equivalent to others, one item a line.
-- Pure.

local given_names = require "extcontacts.dedupe.given_names"
local letters = require "extcontacts.base.letters"
local name = require "extcontacts.record.normalize.name"
local nicknames = require "extcontacts.dedupe.nicknames"
local romanization = require "extcontacts.dedupe.romanization"
local texts = require "extcontacts.base.text"

local names = {}

local set = texts.set

local TITLES = set "mr mrs ms miss mx dr prof professor sir dame herr frau mme mlle monsieur madame rev dipl ing mag"
local SUFFIXES = { jr = "jr", junior = "jr", sr = "sr", senior = "sr", ii = "ii", iii = "iii", iv = "iv",
  ["2nd"] = "ii", ["3rd"] = "iii" }
local LONGEST = 256 -- bytes of a name that count

-- Words without punctuation; "o'brien" is one word, "anne-marie" two.
local function words_of(text)
  return texts.trim((text:gsub("'", ""):gsub("[%c%p]", " "):gsub("%s+", " ")))
end

--- The Latin spelling of a text, and a second one if its letters have two.
---@param text string
---@return string
---@return string|nil
function names.folded(text)
  if not text:find "[\128-\255]" then
    return words_of(text:lower())
  end
  local key = name.key(text)
  local folded = words_of(romanization.latin(letters.lower(name.without_marks(key))))
  local wide = romanization.two_letters(key)
  if wide == key then
    return folded
  end
  return folded, words_of(romanization.latin(letters.lower(name.without_marks(wide))))
end

-- The spelling that stands for those of one pronunciation at the end and the start of
-- romanized names: "georgiy", "georgi", "georgy"; "iuliia", "yulia".
local function pronounced(text)
  if #text < 5 then
    return text
  end
  return (text:gsub("[iyj]+$", "y"):gsub("[iyj]+a$", "ia"):gsub("^[ij]([aeu])", "y%1"):gsub("kh", "h"))
end

-- Removes titles at the start and suffixes at the end.  Returns the rest and the suffix.
local function plain_words(text)
  local words, suffix = {}, nil
  for word in text:gmatch "%S+" do
    words[#words + 1] = word
  end
  while #words > 1 and TITLES[words[1]] do
    table.remove(words, 1)
  end
  while #words > 1 and SUFFIXES[words[#words]] do
    suffix = SUFFIXES[table.remove(words)]
  end
  return table.concat(words, " "), suffix
end

---@class extcontacts.dedupe.Name
---@field main string the spelling that keys are made of; "" if unknown
---@field field string for comparisons
---@field suffix string|nil
---@field rows integer[] of nicknames that have it

local NONE = { main = "", field = "", rows = {} }

local function read_given(text)
  local folded, wide = names.folded(text)
  local main, suffix = plain_words(folded)
  if main == "" then
    return NONE
  end
  local first = main:match "^%S+"
  local form = pronounced(first)
  local rows = nicknames.rows_of[main] or nicknames.rows_of[first] or nicknames.rows_of[form] or NONE.rows
  local items = { main }
  items[#items + 1] = wide and wide ~= main and plain_words(wide) or nil
  if main:find(" ", 1, true) then
    items[#items + 1] = main:gsub(" ", "")
  end
  for _, row in ipairs(rows) do
    items[#items + 1] = "~" .. row
  end
  if #form >= 5 then
    items[#items + 1] = "~" .. form
  end
  if given_names.has(first) then
    items[#items + 1] = "!"
  end
  return { main = main, field = table.concat(items, "\n"), suffix = suffix, rows = rows }
end

local function read_family(text)
  local folded, wide = names.folded(text)
  local main, suffix = plain_words(folded)
  if main == "" then
    return NONE
  end
  local items = { main }
  items[#items + 1] = wide and wide ~= main and plain_words(wide) or nil
  if main:find(" ", 1, true) then
    items[#items + 1] = main:gsub(" ", "")
  end
  if text:find "[\128-\255]" or #main >= 5 then
    items[#items + 1] = "~" .. pronounced(main)
  end
  return { main = main, field = table.concat(items, "\n"), suffix = suffix, rows = NONE.rows }
end

-- Names repeat; the last ones read are kept, by their text.
local MOST_KEPT = 20000

local function remembering(read)
  local kept, count = {}, 0
  return function(text)
    if type(text) ~= "string" or text == "" then
      return NONE
    end
    local found = kept[text]
    if not found then
      found = read(text:sub(1, LONGEST))
      if count >= MOST_KEPT then
        kept, count = {}, 0
      end
      kept[text], count = found, count + 1
    end
    return found
  end
end

--- Reads a given name.
---@type fun(text: any): extcontacts.dedupe.Name
names.given = remembering(read_given)

--- Reads a family name.
---@type fun(text: any): extcontacts.dedupe.Name
names.family = remembering(read_family)

return names
