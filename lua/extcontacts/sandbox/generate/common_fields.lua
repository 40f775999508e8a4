--- Fields that contacts and organizations share: phone numbers, addresses,
-- dates.  The functions take random words (see `random.fill`) and make few
-- calls: they run once per record of a scan.

local countries = require "extcontacts.sandbox.generate.countries"
local latin_text = require "extcontacts.sandbox.latin_text"
local numbering_plans = require "extcontacts.sandbox.numbering_plans"
local phone_numbers = require "extcontacts.sandbox.phone_numbers"

local floor, sub = math.floor, string.sub

local common_fields = {}

-- Splits "55@####" into its fixed first digits, whether a digit from 2 to 9
-- follows, and the number of random digits; adds the spacing of such numbers.
local function compile_phone(country, pattern)
  local start, high, rest = pattern:match("^(%d*)(@?)(#*)$")
  local plan = numbering_plans.by_region[country.region]
  local sample = start .. (high ~= "" and "2" or "") .. rest:gsub("#", "5")
  local number = phone_numbers.format(plan, sample)
  assert(number, "no numbering plan for " .. country.region .. " " .. pattern)
  -- The spacing is read back from the sample.
  local groups, separators = {}, {}
  for run, separator in number.display:sub(#plan.code + 3):gmatch("(%d+)(%D?)") do
    groups[#groups + 1], separators[#separators + 1] = #run, separator
  end
  return {
    start = start,
    high = high ~= "",
    digits = #rest,
    groups = groups,
    separators = separators,
    plan = plan,
  }
end

-- Splits "SE# #??" into parts: plain text, or the characters to choose from.
local function compile_postal(pattern)
  local parts = {}
  for plain, wild in pattern:gmatch("([^#?]*)([#?]?)") do
    if plain ~= "" then
      parts[#parts + 1] = { plain = plain }
    end
    if wild ~= "" then
      parts[#parts + 1] = { letters = wild == "#" and "0123456789" or "ABCDEFGHJKLMNPRSTUVWXY" }
    end
  end
  return parts
end

-- Each country's patterns are compiled in place.
for _, country in ipairs(countries.list) do
  for _, line in ipairs { "cell", "landline" } do
    for index, pattern in ipairs(country[line]) do
      country[line][index] = compile_phone(country, pattern)
    end
  end
  for _, city in ipairs(country.cities) do
    city.postal = compile_postal(city.postal)
  end
  country.first_slugs, country.last_slugs = {}, {}
  for index, name in ipairs(country.first) do
    country.first_slugs[index] = latin_text.slug(name)
  end
  for index, name in ipairs(country.last) do
    country.last_slugs[index] = latin_text.slug(name)
  end
end

local two_digits = {}
for number = 0, 99 do
  two_digits[number] = ("%02d"):format(number)
end

local POWERS = {}
for exponent = 0, 9 do
  POWERS[exponent] = 10 ^ exponent
end

--- A random national number.
---@param shapes table[] a country's `cell` or `landline`
---@param x integer a random word
---@param y integer a random word
---@return string digits
---@return table shape
function common_fields.number(shapes, x, y)
  local shape = shapes[x % #shapes + 1]
  local power = POWERS[shape.digits]
  local rest = sub(power + y % power, 2)
  if shape.high then
    return shape.start .. (2 + floor(x / 64) % 8) .. rest, shape
  end
  return shape.start .. rest, shape
end

--- Puts digits in groups into a buffer, separated by `separator` or, without
-- one, by the separators of the shape.
function common_fields.put_spaced(buf, digits, shape, separator)
  local groups, separators = shape.groups, shape.separators
  local at = groups[1]
  buf:put(sub(digits, 1, at))
  for index = 2, #groups do
    local size = groups[index]
    buf:put(separator or separators[index - 1], sub(digits, at + 1, at + size))
    at = at + size
  end
end
local put_spaced = common_fields.put_spaced

--- Puts a phone number that the server recognises into a buffer, without the
-- closing brace.
function common_fields.put_known_phone(buf, slot, digits, shape)
  local plan = shape.plan
  local code = plan.code
  buf:put('"', slot, '":{"display":"+', code, " ")
  put_spaced(buf, digits, shape)
  buf:put('","userInput":"+', code, digits, '","e164":"+', code, digits, '","countryCode":"', plan.region, '"')
end

--- Puts `"address":{…},` into a buffer; uses four words from words[at] on.
function common_fields.put_address(buf, country, words, at)
  local streets, cities = country.streets, country.cities
  local street, number = streets[words[at] % #streets + 1], 1 + words[at + 1] % 240
  local city = cities[words[at + 2] % #cities + 1]
  if country.number_first then
    buf:put('"address":{"address1":"', number, " ", street)
  else
    buf:put('"address":{"address1":"', street, " ", number)
  end
  buf:put('","city":"', city.name, '",')
  if city.state then
    buf:put('"state":"', city.state, '",')
  end
  buf:put('"postalCode":"')
  local postal, word = city.postal, words[at + 3]
  for index = 1, #postal do
    local part = postal[index]
    if part.plain then
      buf:put(part.plain)
    else
      local letters = part.letters
      local letter = word % #letters + 1
      word = floor(word / #letters)
      buf:put(sub(letters, letter, letter))
    end
  end
  buf:put('","countryCode":"', country.region, '"},')
end

--- Puts `"twitterId":{…},` into a buffer.
function common_fields.put_twitter(buf, screen_name)
  buf:put('"twitterId":{"screenName":"', screen_name, '","verified":false,"profileUrl":"https://twitter.com/',
    screen_name, '"},')
end

--- Puts `"createDate":…,"modifyDate":…,` into a buffer; uses four words from
-- words[at] on.
function common_fields.put_dates(buf, words, at)
  local a, b, c, d = words[at], words[at + 1], words[at + 2], words[at + 3]
  local year, month, day = 15 + a % 9, 1 + floor(a / 16) % 12, 1 + floor(a / 256) % 28
  buf:put(
    '"createDate":"20', two_digits[year], "-", two_digits[month], "-", two_digits[day], "T",
    two_digits[6 + b % 14], ":", two_digits[floor(b / 16) % 60], ":", two_digits[floor(b / 1024) % 60], ".",
    100 + c % 900, 'Z",'
  )
  if d % 3 > 0 then
    year, month, day = year + 1, 1 + floor(d / 4) % 12, 1 + floor(d / 64) % 28
  end
  buf:put(
    '"modifyDate":"20', two_digits[year], "-", two_digits[month], "-", two_digits[day], "T",
    two_digits[20 + d % 4], ":", two_digits[floor(d / 16) % 60], ":", two_digits[floor(c / 1024) % 60], ".",
    100 + floor(c / 2048) % 900, 'Z",'
  )
end

return common_fields
