--- Reads phone numbers as people type them into E.164, if the region decides the
-- number.  It never guesses.  Pure.  docs/tidy.md explains.

local country = require "extcontacts.record.normalize.country"
local phone_region = require "extcontacts.record.phone_region"
local reader = require "extcontacts.record.normalize.phone"
local regions = require "extcontacts.record.normalize.phone_regions"
local suggest = require "extcontacts.base.suggest"

local phones = {}

--- The package, version and date of the numbering plans.
phones.source = regions.source

--- Reads a number as it is dialled in a region.
---@param text string
---@param region string|nil ISO 3166, `DE`; see `phones.is_region`; without it only numbers with a country
--- code are read
---@return extcontacts.record.normalize.Phone|nil
---@return string|nil reason why the number is not certain; without the number
function phones.parse(text, region)
  if region ~= nil and not regions.by_name[region] then
    error(phones.unknown_region(region), 2)
  end
  local number, reason = reader.read(text, region)
  return number, reason
end

--- Whether a text is one number that lacks a country code, as far as it can be known
-- without a region.
---@param text string
---@return boolean
function phones.is_national(text)
  local number = reader.split(text)
  return number ~= nil and not number:find "^%(?%+" and not reader.problem(number) and not reader.read(text)
end

--- The region in which a record's numbers without a country code are read: that of its
-- country, `address.countryCode` and the number's `normalizationCountryCode`, or the
-- given one if the record has none.
---@param record table
---@param phone table|nil one of its phone numbers
---@param default string|nil region of a record without a country
---@return string|nil region
---@return extcontacts.record.CountryProblem|"assumed"|nil problem "none", "unknown" or "conflict" without a region;
--- "assumed" with the default
---@return string|nil detail the texts of the fields
function phones.region_of(record, phone, default)
  local region, problem, detail = phone_region.of(record, phone, default)
  return region, problem, detail
end

--- The country code of a number in E.164: `49`.
---@param number string
---@return string|nil
function phones.country_code(number)
  for size = 2, 4 do
    if regions.by_code[number:sub(2, size)] then
      return number:sub(2, size)
    end
  end
end

--- The region of a country that is given as free text: `GB` for `UK`, `GBR` and
-- `England`.
---@param text any
---@return string|nil region ISO 3166; nil if the country is unknown
---@return string|nil reason
function phones.country(text)
  local code, reason = country.read(text)
  return code, reason
end

--- Whether a region is known.
---@param name any
---@return boolean
function phones.is_region(name)
  return regions.by_name[name] ~= nil
end

--- The message for an unknown region.
---@param name any
---@return string
function phones.unknown_region(name)
  local upper = type(name) == "string" and name:upper()
  if upper and regions.by_name[upper] then
    return ("region '%s' must be in upper case: %s"):format(name, upper)
  end
  return ("unknown region '%s'; use a country's two letters from ISO 3166, such as US, DE or GB")
    :format(tostring(name)) .. (upper and #upper ~= 2 and #upper > 0
      and "; " .. suggest.unknown("region", upper, suggest.keys(regions.by_name)) or "")
end

return phones
