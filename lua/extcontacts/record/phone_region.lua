--- The region in which a record's national phone numbers, those without a country
-- code, are read: that of the record's own country.  Only a record without a country
-- takes another one.  Pure.

local country = require "extcontacts.record.normalize.country"
local regions = require "extcontacts.record.normalize.phone_regions"

local phone_region = {}

---@alias extcontacts.record.CountryProblem
---| "none" no field names a country
---| "unknown" a field has a text that is not a country
---| "conflict" two fields name countries with different country codes

-- The fields that name the country of a number: the record's address, and the number's
-- own; `countryCode` is the server's, of the numbers that it recognises.
local function each_text(record, phone, visit)
  local address = type(record) == "table" and record.address
  visit(type(address) == "table" and address.countryCode)
  if type(phone) == "table" then
    visit(phone.normalizationCountryCode)
    visit(phone.countryCode)
  end
end

local function dial_code(code)
  local region = regions.by_name[code]
  return region and region.code or code
end

--- The country of a record, or of one of its phone numbers.
---@param record table
---@param phone table|nil one of the record's phone numbers
---@return string|nil code ISO 3166, `GB` for `UK` and `England`
---@return extcontacts.record.CountryProblem|nil problem
---@return string|nil detail the texts of the fields
function phone_region.country(record, phone)
  local first, texts, problem = nil, {}, nil
  each_text(record, phone, function(text)
    if type(text) ~= "string" or not text:find "%S" then
      return
    end
    texts[#texts + 1] = text
    local code = country.read(text)
    if not code then
      problem = problem or "unknown"
    elseif first and dial_code(first) ~= dial_code(code) then
      problem = "conflict"
    end
    first = first or code
  end)
  problem = problem or (not first and "none" or nil)
  return not problem and first or nil, problem, texts[1] and table.concat(texts, ", ") or nil
end

--- The region of a record's national phone numbers: its country's, or the given one if
-- it has none.
---@param record table
---@param phone table|nil one of the record's phone numbers
---@param default string|nil region of a record without a country
---@return string|nil region one of the table of numbering plans
---@return extcontacts.record.CountryProblem|"assumed"|nil problem why it has no region; "assumed" with the default
---@return string|nil detail the texts of the fields
function phone_region.of(record, phone, default)
  local code, problem, detail = phone_region.country(record, phone)
  if code then
    local region = regions.by_name[code] and code or nil
    return region, not region and "unknown" or nil, detail
  elseif problem == "none" and default then
    return default, "assumed"
  end
  return nil, problem, detail
end

return phone_region
