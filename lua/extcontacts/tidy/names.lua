--- People's names in proper case.  Pure.
--
-- Only a name entirely in upper case (or, on request, entirely in lower case) is
-- rewritten: "McDonald" and "van der Berg" were typed on purpose.
--
-- The room `tidy` owns the rules that correct single values: names, e-mail
-- addresses, phone numbers and custom fields.  A rule returns the corrected value,
-- or nil and a reason.

local blank = require "extcontacts.record.normalize.blank"
local characters = require "extcontacts.record.normalize.characters"
local letters = require "extcontacts.base.letters"
local reader = require "extcontacts.record.normalize.name"
local texts = require "extcontacts.base.text"

local names = {}

local set = texts.set

-- Words before a family name that stay in lower case.  Others, such as La, Le, Di,
-- El and Al, are written both ways and get a capital.
local PARTICLES = set [[van von vom der den de del dem des dos das da do du ten ter te zu zum zur af av y e 't het
  bin binti bint ibn de']]
-- In lower case only after another particle: "de la Cruz".
local AFTER_PARTICLE = set "la las los le und"

-- Names in which a capital follows "Mac".  Others only start with these letters
-- (Machado, Mackie, Macy).
local MAC = set [[alister arthur askill aulay auley beth callum cormack donald donell dougall dowell duff
  ewan ewen fadyen farlane gillivray gregor innes intosh intyre iver kay kenna kenzie kinley kinnon lachlan laren
  laughlin lean lellan lennan leod manus michael millan murray nab nair namara naughton neice neil neill nicol phail
  phee pherson quarrie queen rae ritchie sween tavish vicar william]]

local SUFFIXES = { jr = "Jr", sr = "Sr", phd = "PhD", md = "MD", dds = "DDS", esq = "Esq", mba = "MBA",
  ii = "II", iii = "III", iv = "IV", vi = "VI", vii = "VII", viii = "VIII", ix = "IX" }

-- Parts after whose apostrophe a capital follows.
local BEFORE_APOSTROPHE = set "dell dall nell sull all"

local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"

-- A lower-case word without hyphens and apostrophes.
local function proper_plain(word)
  local rest = word:match "^mc([%l\194-\244][%l\128-\255]+)$"
  if rest then
    return "Mc" .. letters.capital(rest)
  end
  rest = word:match "^mac(%l+)$"
  if rest and MAC[rest] then
    return "Mac" .. letters.capital(rest)
  end
  rest = word:match "^ij([^aeiouy].*)$"
  if rest then
    return "IJ" .. rest
  end
  return letters.capital(word)
end

-- A lower-case word with apostrophes: O'Neil, D'Arcy, Dell'Acqua, but Sa'id and 't.
local function proper_apostrophes(word)
  for at, char in word:gmatch("()(" .. CHARACTER .. ")") do
    if characters.is_apostrophe(char) then
      local first, rest = word:sub(1, at - 1), word:sub(at + #char)
      local is_name = texts.length(rest) > 1
      if first == "" then
        return char .. (is_name and proper_apostrophes(rest) or rest)
      end
      local capital = is_name and (texts.length(first) == 1 or BEFORE_APOSTROPHE[first])
      return proper_plain(first) .. char .. (capital and proper_apostrophes(rest) or rest)
    end
  end
  return proper_plain(word)
end

-- Bytes of a name; the server allows 256 characters.  Words take linear time each.
local LONGEST = 2000

-- Letters that each stand for a name: a single one, or in a first name several
-- without a vowel (TJ).  "ST." is an abbreviation.
local function is_initials(word, after, family)
  local count = texts.length(word)
  return count == 1 or word:find("%.") ~= nil
    or (not family and count <= 3 and not word:find "[aeiouy%d\128-\255]" and not after:find "^%.")
end

-- A lower-case word.
local function proper_word(text, family)
  local before, rest = text:match "^([%(\"]*)(.*)$"
  local word, after = texts.split_end(rest, "^[%)\",.;]")
  if word == "" then
    return text
  elseif is_initials(word, after, family) then
    return letters.upper(text)
  end
  return before .. proper_apostrophes(word) .. after
end

------------------------------------------------------------------ the words --

---@class (private) extcontacts.tidy.Word
---@field text string
---@field before string what separates it from the previous word: a blank, a hyphen, a slash or nothing

-- The words of a text, between blanks, hyphens, dashes and slashes; those of `keep`
-- are not divided.
---@return extcontacts.tidy.Word[]
local function split(text, keep)
  local words = {}
  for chunk in text:gmatch "%S+" do
    local start, before = 1, #words > 0 and " " or ""
    for at, char in (keep[letters.upper(chunk)] and "" or chunk):gmatch("()(" .. CHARACTER .. ")") do
      if char == "/" or characters.is_dash(char) then
        words[#words + 1] = { text = chunk:sub(start, at - 1), before = before }
        start, before = at + #char, char
      end
    end
    words[#words + 1] = { text = chunk:sub(start), before = before }
  end
  return words
end

-- Whether all words from the one at `index` on are suffixes, such as "III PhD".
local function is_suffix(words, index)
  if not words.first_suffix then
    local first = #words + 1
    while first > 2 and words[first - 1].before == " "
      and SUFFIXES[texts.split_end(letters.lower(words[first - 1].text), "^[.,]")] do
      first = first - 1
    end
    words.first_suffix = first
  end
  return index > 1 and index >= words.first_suffix
end

-- Whether the word at `index` is a particle, which stays in lower case: within a
-- name, at the start of a family name, or at the end of what was split ("Maria do").
-- A slash separates two names; a word at either end that a hyphen joins to another is
-- a name ("Do-Hyun").  A single letter is an initial, unless it is within a family name.
local function is_particle(words, index, family)
  local word, following = words[index], words[index + 1]
  local key = characters.plain_marks(letters.lower(word.text))
  local is_known = PARTICLES[key]
    or AFTER_PARTICLE[key] and index > 1 and word.before ~= "/" and words[index - 1].is_particle
  local is_first = index == 1 or word.before == "/"
  local is_last = not following or following.before == "/"
  if not is_known or (is_first and is_last) or (#key == 1 and (is_last or not family)) then
    return false
  elseif is_first then
    return family and following.before == " " or false
  end
  return not is_last or word.before == " "
end

-- Spellings that Turkish does not have, besides Q, W and X.
local NOT_TURKISH = { "SCH", "CK", "TZ", "Ä", "ß", "ẞ" }

-- Whether a text in upper case may be Turkish or Azerbaijani: it has Ğ, Ş or Ə, or
-- Ç, Ö or Ü and nothing that Turkish does not have.
local function is_turkish(text)
  if text:find "[\196\197][\158\159]" or text:find("Ə", 1, true) then
    return true
  elseif not text:find "\195[\135\150\156]" or text:find "[QWX]" then
    return false
  end
  for _, letters_of in ipairs(NOT_TURKISH) do
    if text:find(letters_of, 1, true) then
      return false
    end
  end
  return true
end

-- Whether the lower case depends on the language: Turkish has an I without a dot,
-- Greek capitals have no accents.
local function is_ambiguous(text)
  return text:find("İ", 1, true) ~= nil or (text:find "I" and is_turkish(text))
    or text:find "[\206\207][\128-\191]" ~= nil
end

--- The form in which names are compared: case, blanks, invisible marks, and kinds of
-- apostrophes and dashes don't count; composed and decomposed letters are the same.
---@param text any
---@return string|nil key nil for what is no name: not a text, or nothing that can be seen
---@return string|nil reason
function names.key(text)
  local read, reason = reader.read(text)
  return read and reader.key(read), reason
end

--- Trims a text and reduces white space inside it to single spaces.  Every
-- kind of blank counts as white space; invisible marks are removed.
---@param text string
---@return string
function names.trimmed(text)
  return blank.squeezed(text)
end

---@class extcontacts.tidy.NameOptions
---@field lower boolean|nil also rewrite names entirely in lower case
---@field family boolean|nil a family name: a particle at its start stays in lower case
---@field keep table<string, boolean>|nil words in upper case that stay as they are

--- Returns a name in proper case.  A name in mixed case stays as it is.
---@param text string trimmed
---@param options extcontacts.tidy.NameOptions|nil
---@return string|nil nil if the lower case depends on the language
---@return string|nil reason without the name
function names.proper(text, options)
  options = options or {}
  if not letters.is_all_upper(text) and not (options.lower and letters.is_all_lower(text)) then
    return text
  elseif #text > LONGEST then
    return nil, "too long for a name"
  elseif is_ambiguous(reader.composed(text)) then
    return nil, "the lower case of this name depends on the language"
  end
  local keep = options.keep or {}
  local words, out = split(text, keep), {}
  for index, word in ipairs(words) do
    local lower, upper = letters.lower(word.text), letters.upper(word.text)
    local bare, after = texts.split_end(lower, "^[.,]")
    word.is_particle = is_particle(words, index, options.family)
    out[#out + 1] = word.before
    out[#out + 1] = keep[upper] and upper or word.is_particle and lower
      or is_suffix(words, index) and SUFFIXES[bare] .. after or proper_word(lower, options.family)
  end
  return table.concat(out)
end

return names
