--- Countries that are given as free text: codes of ISO 3166, and names in English and
-- other languages of Europe.  Case, accents and punctuation do not count.  Pure.

local country_names = require "extcontacts.record.normalize.country_names"
local name = require "extcontacts.record.normalize.name"
local texts = require "extcontacts.base.text"

local country = {}

local LONGEST = 100 -- bytes of a country's name
local UNKNOWN = "unknown country"

-- Letters without an accent that can be separated.
local LETTERS = { ["ß"] = "ss", ["æ"] = "ae", ["œ"] = "oe", ["ø"] = "o", ["ł"] = "l", ["đ"] = "d", ["ð"] = "d",
  ["þ"] = "th" }
-- German letters as they are written without umlauts: "Oesterreich".
local UMLAUTS = { ["ä"] = "ae", ["ö"] = "oe", ["ü"] = "ue" }
local BEYOND = "[\195-\197][\128-\191]"

-- The letters and digits of a name in lower case.
local function folded(text)
  text = name.key(text):gsub("&", "and")
  if text:find "[\194-\244]" then
    text = name.without_marks(text):gsub(BEYOND, LETTERS)
  end
  return (text:gsub("[%p%s]", ""):gsub("^the(%a%a%a)", "%1"))
end

-- Names that several countries have, or a state of the United States: no guess.
local AMBIGUOUS = texts.set [[
  america amerika amerique georgia congo kongo korea coree corea coreia coreea guyane virginislands saintmartin samoas
  macedoniagreece ireland&northernireland antilles guineas]]

-- By folded name; false for a name of several countries.  nil until it is needed.
local codes

local function add(text, code)
  local key = folded(text)
  if not AMBIGUOUS[key] then
    codes[key] = (codes[key] == nil or codes[key] == code) and code
  end
end

local function load_codes()
  codes = {}
  for text, code in pairs(country_names.codes) do
    add(text, code)
  end
end

-- Names in other languages never replace those above.
local function add_translations()
  local known = codes
  codes = {}
  local rows = require "extcontacts.record.normalize.country_translations"
  for code, names in rows:gmatch "%s*(%u%u)%s+([^;]+)" do
    for text in names:gmatch "%s*([^,]+)" do
      add(text, code)
      local lower = name.key(text)
      if lower:find "[\195][\164\182\188]" then
        add(lower:gsub(BEYOND, UMLAUTS), code)
      end
    end
  end
  for key, code in pairs(known) do
    codes[key] = code
  end
end

-- What precedes a name in a country's official one; "Korea, Republic of" has it at
-- the end.
local TITLES = { "republicof", "federalrepublicof", "islamicrepublicof", "unitedrepublicof", "kingdomof",
  "grandduchyof", "principalityof", "republik", "bundesrepublik", "konigreich", "republiquede", "republiquedu",
  "republiqued", "royaumede", "royaumedu", "royaumed", "reinode", "republicade", "republicadel", "republicada",
  "republicado", "repubblicadi", "repubblicadel", "koninkrijk", "koninkrijkder" }

local function code_of(key)
  local code = codes[key]
  for _, title in ipairs(TITLES) do
    if code ~= nil then
      break
    elseif key:sub(1, #title) == title then
      code = codes[(key:sub(#title + 1):gsub("^the", ""))]
    end
  end
  return code
end

local is_complete = false

-- Whether punctuation separates two letters: "S.A." is a company, not Saudi Arabia.
local function is_abbreviation(text, key)
  return #key == 2 and key ~= "uk" and key ~= "us" and text:find "%a[^%a%s\128-\255]+%a" ~= nil
end

--- Reads a country: its two or three letters of ISO 3166, or a name.
---@param text any
---@return string|nil code two letters, `GB` for `UK` and `England`
---@return string|nil reason
function country.read(text)
  local exact = country_names.codes[text]
  if exact then
    return exact
  elseif type(text) ~= "string" or #text > LONGEST then
    return nil, UNKNOWN
  end
  local first, last = text:match "^(.-),%s*(.* [oO][fF]%s*[tT]?[hH]?[eE]?)%s*$"
  local key = folded(first and last .. first or text)
  if #key < 2 or AMBIGUOUS[key] or is_abbreviation(text, key) then
    return nil, UNKNOWN
  end
  if not codes then
    load_codes()
  end
  local code = code_of(key)
  if code == nil and #key > 3 and not is_complete then
    is_complete = true
    add_translations()
    code = code_of(key)
  end
  if code then
    return code
  end
  return nil, UNKNOWN
end

return country
