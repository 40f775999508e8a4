--- Countries that are given as free text.  Pure.

local country_names = require "extcontacts.record.normalize.country_names"
local name = require "extcontacts.record.normalize.name"

local country = {}

local LONGEST = 100 -- bytes of a country's name

local function key_of(text)
  return (name.key(text):gsub(" & ", " and "):gsub("^the ", ""))
end

local codes = {}
for text, code in pairs(country_names.codes) do
  codes[key_of(text)] = code
end

--- Reads a country: its two or three letters of ISO 3166, or a name.
---@param text any
---@return string|nil code two letters, `GB` for `UK` and `England`
---@return string|nil reason
function country.read(text)
  local code = type(text) == "string" and #text <= LONGEST and codes[key_of(text)]
  if code then
    return code
  end
  return nil, "unknown country"
end

return country
