--- What contacts and organizations draw alike: phones, addresses, dates.
-- Everything here reads the stream that `random.start` opened.

local countries = require "extcontacts.sandbox.countries"
local phones = require "extcontacts.sandbox.phones"
local plans = require "extcontacts.sandbox.phone_plans"
local random = require "extcontacts.sandbox.random"
local text = require "extcontacts.sandbox.text"

local below, pick = random.below, random.pick
local sub = string.sub

local draw = {}

-- "55@####" becomes its fixed start, whether a digit from 2 follows, and how
-- many random digits end it; and the spacing of such numbers.
local function compile_phone(country, pattern)
  local start, high, rest = pattern:match("^(%d*)(@?)(#*)$")
  local plan = plans.by_region[country.region]
  local sample = start .. (high ~= "" and "2" or "") .. rest:gsub("#", "5")
  local number = assert(phones.format(plan, sample), "no spacing for " .. country.region .. " " .. pattern)
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

-- "SE# #??" becomes parts: text, or the letters to choose from.
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

for _, country in ipairs(countries.list) do
  for _, kind in ipairs { "cell", "landline" } do
    for index, pattern in ipairs(country[kind]) do
      country[kind][index] = compile_phone(country, pattern)
    end
  end
  for _, city in ipairs(country.cities) do
    city.postal = compile_postal(city.postal)
  end
  country.first_slugs, country.last_slugs = {}, {}
  for index, name in ipairs(country.first) do
    country.first_slugs[index] = text.slug(name)
  end
  for index, name in ipairs(country.last) do
    country.last_slugs[index] = text.slug(name)
  end
end

local two_digits = {}
for number = 0, 99 do
  two_digits[number] = ("%02d"):format(number)
end
draw.two_digits = two_digits

--- `count` random digits.
function draw.digits(count)
  if count > 9 then
    return sub(tostring(1e9 + below(1e9)), 2) .. draw.digits(count - 9)
  end
  local range = 10 ^ count
  return sub(tostring(range + below(range)), 2)
end

--- A national number of one of the shapes.
---@return string digits
---@return table shape
function draw.number(shapes)
  local shape = pick(shapes)
  local digits = shape.start
  if shape.high then
    digits = digits .. (2 + below(8))
  end
  return digits .. draw.digits(shape.digits), shape
end

--- Digits in groups; `separator` for all of them, or the shape's own.
function draw.spaced(digits, shape, separator)
  local groups, separators = shape.groups, shape.separators
  local size = groups[1]
  local out = sub(digits, 1, size)
  local at = size + 1
  for index = 2, #groups do
    size = groups[index]
    out = out .. (separator or separators[index - 1]) .. sub(digits, at, at + size - 1)
    at = at + size
  end
  return out
end

--- The international spacing of a national number.
function draw.international(digits, shape)
  return "+" .. shape.plan.code .. " " .. draw.spaced(digits, shape)
end

--- Puts an `"address":{…},` of a country into a buffer.
function draw.put_address(buf, country)
  local street, number = pick(country.streets), 1 + below(240)
  local city = pick(country.cities)
  buf:put('"address":{"address1":"')
  if country.number_first then
    buf:put(number, " ", street)
  else
    buf:put(street, " ", number)
  end
  buf:put('","city":"', city.name, '",')
  if city.state then
    buf:put('"state":"', city.state, '",')
  end
  buf:put('"postalCode":"')
  local postal = city.postal
  for index = 1, #postal do
    local part = postal[index]
    if part.plain then
      buf:put(part.plain)
    else
      local at = 1 + below(#part.letters)
      buf:put(sub(part.letters, at, at))
    end
  end
  buf:put('","countryCode":"', country.region, '"},')
end

--- Puts a phone number into a buffer, without the closing brace.
---@param e164 string|nil of a number the server knows
function draw.put_phone(buf, slot, display, e164, region)
  buf:put('"', slot, '":{"display":"', display, '"')
  if e164 then
    buf:put(',"userInput":"', e164, '","e164":"', e164, '","countryCode":"', region, '"')
  end
end

--- Puts a `"twitterId":{…},` into a buffer.
function draw.put_twitter(buf, screen_name)
  buf:put('"twitterId":{"screenName":"', screen_name, '","verified":false,"profileUrl":"https://twitter.com/',
    screen_name, '"},')
end

--- Puts `"createDate":…,"modifyDate":…` into a buffer.
function draw.dates(buf)
  local year, month, day = 15 + below(9), 1 + below(12), 1 + below(28)
  local minute, second, millisecond = below(60), below(60), below(900)
  local later = below(3)
  buf:put(
    '"createDate":"20', two_digits[year], "-", two_digits[month], "-", two_digits[day], "T",
    two_digits[6 + below(14)], ":", two_digits[minute], ":", two_digits[second], ".", 100 + millisecond, 'Z",'
  )
  if later > 0 then
    year, month, day = year + 1, 1 + below(12), 1 + below(28)
    minute = below(60)
  end
  buf:put(
    '"modifyDate":"20', two_digits[year], "-", two_digits[month], "-", two_digits[day], "T",
    two_digits[20 + below(4)], ":", two_digits[minute], ":", two_digits[second], ".", 100 + millisecond, 'Z",'
  )
end

return draw
