--- People's names in proper case.  Pure.
--
-- Only a name entirely in upper case (or, on request, entirely in lower case) is
-- rewritten: "McDonald" and "van der Berg" were typed on purpose.
--
-- The room `tidy` owns the rules that correct single values: names, e-mail
-- addresses, phone numbers and custom fields.  A rule returns the corrected value,
-- or nil and a reason.

local blank = require "extcontacts.record.normalize.blank"
local letters = require "extcontacts.base.letters"
local texts = require "extcontacts.base.text"

local names = {}

local function set(words)
  local out = {}
  for word in words:gmatch "%S+" do
    out[word] = true
  end
  return out
end

-- Words in a family name that stay in lower case.  Others, such as La, Le, Di,
-- El and Al, are written both ways and get a capital.
local PARTICLES = set "van von der den de del dem des dos das da do du ten ter te zu zum zur af av y e 't"
-- In lower case only after another particle: "de la Cruz".
local AFTER_PARTICLE = set "la las los le und"

-- Names in which a capital follows "Mac".  Others only start with these letters
-- (Machado, Mackie, Macy).
local MAC = set [[alister arthur askill aulay auley beth callum cormack donald donell dougall dowell duff
  ewan ewen fadyen farlane gillivray gregor innes intosh intyre iver kay kenna kenzie kinley kinnon lachlan laren
  laughlin lean lellan lennan leod manus michael millan murray nab nair namara naughton neice neil neill nicol phail
  phee pherson quarrie queen rae ritchie sween tavish vicar william]]

local SUFFIXES = { jr = "Jr", sr = "Sr", phd = "PhD", md = "MD", dds = "DDS", esq = "Esq", mba = "MBA",
  ii = "II", iii = "III", iv = "IV", vi = "VI", vii = "VII", viii = "VIII" }

-- Parts after whose apostrophe a capital follows.
local BEFORE_APOSTROPHE = set "dell dall nell sull all"

-- ' ’ ‘ ‛ ʼ ʻ ´ ` ′ ＇
local APOSTROPHES = { "'", "\226\128\153", "\226\128\152", "\226\128\155", "\202\188", "\202\187", "\194\180", "`",
  "\226\128\178", "\239\188\135" }
-- Hyphens and dashes beyond ASCII; and a byte of no text, with which they are set apart.
local DASHES, APART = "\226\128[\144-\149]", "\1"

-- A lower-case word without hyphens and apostrophes.
local function proper_plain(word)
  local rest = word:match "^mc(%l[%l\128-\255]+)$"
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
  for _, apostrophe in ipairs(APOSTROPHES) do
    local first, rest = word:match("^(.-)" .. apostrophe .. "(.*)$")
    if first == "" then
      return apostrophe .. (texts.length(rest) < 2 and rest or proper_apostrophes(rest))
    elseif first then
      local capital = texts.length(rest) > 1 and (texts.length(first) == 1 or BEFORE_APOSTROPHE[first])
      return proper_plain(first) .. apostrophe .. (capital and proper_apostrophes(rest) or rest)
    end
  end
  return proper_plain(word)
end

-- Letters that each stand for a name: a single one, or in a first name several
-- without a vowel (TJ).  "ST." is an abbreviation.
local function is_initials(word, after, family)
  local count = texts.length(word)
  return count == 1 or word:find("%.") ~= nil
    or (not family and count <= 3 and not word:find "[aeiouy\128-\255]" and not after:find "^%.")
end

-- A lower-case word between hyphens.
local function proper_part(part, family)
  local before, word, after = part:match "^([%(\"]*)(.-)([%)\",.;]*)$"
  if word == "" then
    return part
  elseif is_initials(word, after, family) then
    return letters.upper(part)
  end
  return before .. proper_apostrophes(word) .. after
end

local function proper_word(word, is_last, family)
  local bare, after = word:match "^(.-)([.,]*)$"
  if is_last and SUFFIXES[bare] then
    return SUFFIXES[bare] .. after
  end
  local parts = word:gsub(DASHES, APART .. "%0" .. APART):gsub("[^%-/" .. APART .. "]+", function(part)
    return proper_part(part, family)
  end)
  return (parts:gsub(APART, ""))
end

-- Spellings that Turkish does not have, besides Q, W and X.
local NOT_TURKISH = { "SCH", "CK", "TZ", "\195\132", "\195\159", "\225\186\158" }

-- Whether a text in upper case may be Turkish: it has Ğ or Ş, or Ç, Ö or Ü and
-- nothing that Turkish does not have.
local function is_turkish(text)
  if text:find "[\196\197][\158\159]" then
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
  return text:find "\196\176" ~= nil or (text:find "I" and is_turkish(text)) or text:find "[\206\207][\128-\191]" ~= nil
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
  elseif is_ambiguous(text) then
    return nil, "the lower case of this name depends on the language"
  end
  local words = {}
  for word in text:gmatch "%S+" do
    words[#words + 1] = word
  end
  for index, word in ipairs(words) do
    local lower = letters.lower(word)
    local within = index < #words and (options.family or index > 1)
    if options.keep and options.keep[letters.upper(word)] then
      words[index] = letters.upper(word)
    elseif within and (PARTICLES[lower] or (AFTER_PARTICLE[lower] and PARTICLES[words[index - 1]])) then
      words[index] = lower
    else
      words[index] = proper_word(lower, index > 1 and index == #words, options.family)
    end
  end
  return table.concat(words, " ")
end

return names
