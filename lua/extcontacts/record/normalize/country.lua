--- Countries that are given as free text.  Pure.

local country_names = require "extcontacts.record.normalize.country_names"
local name = require "extcontacts.record.normalize.name"

local country = {}

local LONGEST = 100 -- bytes of a country's name

-- A dot at the end does not matter.
local function key_of(text)
  return (name.key(text):gsub("%.$", ""):gsub(" & ", " and "):gsub("^the ", ""))
end

local codes = {}
for text, code in pairs(country_names.codes) do
  codes[key_of(text)] = code
end

-- The codes by the names without marks ("Cote d'Ivoire"); false for a name that
-- several countries would have.
local plain_codes

local function plain_code(key)
  if not plain_codes then
    plain_codes = {}
    for text, code in pairs(codes) do
      local plain = name.without_marks(text)
      plain_codes[plain] = (plain_codes[plain] == nil or plain_codes[plain] == code) and code
    end
  end
  return plain_codes[name.without_marks(key)]
end

--- Reads a country: its two or three letters of ISO 3166, or a name.
---@param text any
---@return string|nil code two letters, `GB` for `UK` and `England`
---@return string|nil reason
function country.read(text)
  local key = type(text) == "string" and #text <= LONGEST and key_of(text)
  local code = key and (codes[key] or plain_code(key))
  if code then
    return code
  end
  return nil, "unknown country"
end

return country
