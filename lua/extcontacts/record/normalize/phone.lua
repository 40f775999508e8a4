--- Phone numbers: from the spellings that people use to E.164, if there is one
-- reading only.  Pure.
--
-- It replaces prefixes and checks lengths.  Whether a number exists is for the
-- server to say, which knows all numbering plans.

local characters = require "extcontacts.record.normalize.characters"
local damage = require "extcontacts.record.normalize.damage"
local regions = require "extcontacts.record.normalize.phone_regions"
local texts = require "extcontacts.base.text"

local phone = {}

-- Bytes of a number with everything that may surround it.
local LONGEST = 100
-- Digits of a number with its country code: E.164's maximum; shorter numbers
-- work in one network only.
local MOST, LEAST = 15, 7
-- Digits of a number without its country code.
local LEAST_TYPED = 3
-- Most digits of short numbers, those of emergency calls and services, and one more.
local SHORT = 7
-- Digits of an extension that the server stores as a number.
local MOST_EXTENSION = 7

local EXTENSIONS = {
  "^(.-)%s*[,;]?%s*[eE][xX][tT][nN]?%.?:?%s*(%d+)$", "^(.-)%s*[,;]?%s*[eE]xtension%.?:?%s*(%d+)$",
  "^(.-%d)%s*[xX]%s*(%d+)$", "^(.-);ext=(%d+)$", "^(.-%d)%s*#%s*(%d+)$",
}

local function split_extension(text)
  for _, pattern in ipairs(EXTENSIONS) do
    local number, extension = text:match(pattern)
    if number then
      return number, extension
    end
  end
  return text
end

---@class extcontacts.record.normalize.Phone
---@field e164 string
---@field extension integer|nil

local NO_AMERICAN = "no North American number: it has ten digits, and the area code and the exchange start with 2 to 9"

-- In North America neither the area code nor the exchange starts with 0 or 1, and area
-- codes like 911 are numbers of services.  Many write a 0 where the country has no
-- national prefix, or no longer.
local function number_of(code, national, extension)
  if national:find "^0" and regions.without_prefix[code] and not regions.leading_zero[code] then
    return nil, "no number of the country starts with 0"
  end
  if code == "1" and (not national:find "^[2-9]%d%d[2-9]%d%d%d%d%d%d$" or national:find "^%d11") then
    return nil, NO_AMERICAN
  end
  return { e164 = "+" .. code .. national, extension = extension }
end

-- Why a number is one of an earlier numbering plan; nil if it is not.
local function old_form(code, national)
  for _, form in ipairs(regions.old_forms[code] or {}) do
    if national:find(form.pattern) then
      return form.reason
    end
  end
end

-- In place of national prefixes that depend on the number: none is removed.
local UNKNOWN = { "?" }

local function starts_with(text, prefix)
  return text:sub(1, #prefix) == prefix
end

-- The digits after a national prefix, if they then have one of the lengths.  Where
-- there is a national prefix, no number starts with 0.
local function without_prefix(digits, prefixes, lengths)
  for _, prefix in ipairs(prefixes) do
    local rest = starts_with(digits, prefix) and digits:sub(#prefix + 1)
    if rest and lengths[#rest] and not rest:find "^0" then
      return rest
    end
  end
end

-- Reads the digits after "+": a country code, and a number of a length it has.
-- Many write the national prefix as well, as in "+44 (0)118 …".
local function read_international(digits, extension)
  for size = 1, 3 do
    local code = digits:sub(1, size)
    local shared = regions.by_code[code]
    if shared then
      local national, prefixes = digits:sub(size + 1), shared.prefixes or UNKNOWN
      if shared.uncertain and starts_with(national, shared.uncertain) then
        return nil, "the number may or may not start with the national prefix"
      elseif old_form(code, national) then
        return nil, old_form(code, national)
      elseif not shared.lengths[#national] or (#prefixes > 0 and national:find "^0") then
        national = without_prefix(national, prefixes, shared.lengths)
      end
      if not national or size + #national > MOST then
        return nil, "the number's length is wrong for its country code"
      end
      return number_of(code, national, extension)
    end
  end
  return nil, "unknown country code"
end

local function is_single(lengths)
  local first = next(lengths)
  return first and next(lengths, first) == nil
end

-- Whether the digits may be those of a service that is dialled in the country only, where
-- no national prefix tells it from other numbers.
local function is_short(digits, region)
  local services = regions.services[region.name]
  return #digits < SHORT and not digits:find "^0" and region.longest >= SHORT
    or #digits == SHORT and services ~= nil and digits:find(services) ~= nil
end

-- Reads the digits of a number without a country code.
local function read_national(digits, region, extension)
  local prefixes, lengths = region.prefixes, region.lengths
  if not prefixes then
    return nil, "national number of a country whose national prefix depends on the number"
  end
  local rest = without_prefix(digits, prefixes, lengths)
  local has_prefix, prefix = rest ~= nil, prefixes[1]
  if not rest and lengths[#digits] and not (starts_with(digits, "0") and starts_with(prefix or "", "0")) then
    -- The prefix is missing, which is certain where all numbers are equally long.
    if prefix and prefix ~= "1" and not is_single(lengths) then
      return nil, "no country code and no leading " .. prefix
    end
    rest = digits
  end
  local reason = old_form(region.code, rest or digits)
  if reason then
    return nil, reason
  elseif not rest or #rest + #region.code < LEAST then
    return nil, "the number's length is wrong for the region"
  elseif not prefix and is_short(rest, region) then
    return nil, "may be a short number, which works in the country only"
  end
  -- The country code without "+", or a number that happens to start like it.
  if not has_prefix and starts_with(rest, region.code) and lengths[#rest - #region.code] then
    return nil, "the number may or may not start with the country code"
  end
  return number_of(region.code, rest, extension)
end

-- The digits of a text that has nothing else but separators.  A slash follows an
-- area code; elsewhere it may separate two numbers.
local function digits_of(text)
  local head, tail = text:match "^([^/]*)/([^/]*)$"
  if text:find "%d%s*[\r\n]%s*%d" then
    return nil, "may be two numbers"
  elseif head and (#head:gsub("%D", "") > 6 or head:find "%s$" or tail:find "^%s") then
    return nil, "may be two numbers"
  elseif text:find "[^%d%s%-%.%(%)/]" or text:find "/.*/" then
    return nil, "contains more than a phone number"
  end
  local digits = text:gsub("%D", "")
  return digits
end

-- The digits after the region's international prefix; nil without one.  People in
-- North America write 00 as well as 011.
local function without_idd(digits, region)
  local idd = region.idd
  if idd and starts_with(digits, idd) then
    return digits:sub(#idd + 1)
  end
  return region.code == "1" and digits:match "^00([1-9].*)$" or nil
end

-- Reads a number as it is dialled in an unknown region.  National numbers don't
-- start with 00, but some regions have a longer international prefix, such as
-- 001; the number is certain if only one prefix gives a valid length.
local function read_dialled(digits, extension)
  local found, reason
  for idd in pairs(regions.idds) do
    if idd:find "^00" and starts_with(digits, idd) then
      local number, why = read_international(digits:sub(#idd + 1), extension)
      if number and found then
        return nil, "the international prefix depends on the region"
      end
      found = found or number
      reason = idd == "00" and why or reason
    end
  end
  return found, not found and (reason or "no country code") or nil
end

-- The text without what surrounds a number.
local function without_shell(text)
  local inner = characters.unwrapped(text)
  -- Exporters put an apostrophe before + so that no formula is run.
  inner = inner:gsub("^'+%s*(%(?[+%d])", "%1")
  return (inner:gsub("^[tT][eE][lL]:/*%s*", ""):gsub("^'+%s*(%(?[+%d])", "%1"))
end

-- Whether a number looks like a date or has the separators of thousands.
local function is_other(number)
  return number:find "^%d%d?%.%d%d?%.%d%d%d%d$" or number:find "^%d%d%d%d%-%d%d%-%d%d$"
    or number:find "^%d%d?%d?,%d%d%d,%d%d%d" or number:find "^%d%d?/%d%d?/%d%d%d%d$"
end

-- Whether a trailing .0 or an exponent stands there because a spreadsheet took
-- the number for one.
local function is_spoilt(number)
  return damage.is_number((number:gsub("^(%+?)[%s()-]*", "%1"):gsub("[%s()-]", "")))
end

--- Splits a phone number into what was typed, without quotes, `tel:` and the like,
-- and its extension.
---@param text any
---@return string|nil number nil if the text can't be a phone number, or a spreadsheet damaged it
---@return integer|string|nil extension or reason
function phone.split(text)
  if type(text) ~= "string" then
    return nil, "not a phone number"
  end
  local plain = texts.trim(characters.narrow(text))
  if #plain > LONGEST then
    return nil, "contains more than a phone number"
  end
  plain = without_shell(plain)
  if damage.is_error(plain) then
    return nil, "a spreadsheet's error value"
  elseif is_spoilt(plain) then
    return nil, "a spreadsheet turned these digits into a number"
  end
  local number, extension = split_extension(plain)
  if extension and (extension:find "^0" or #extension > MOST_EXTENSION) then
    return nil, ("the extension starts with 0 or has more than %d digits"):format(MOST_EXTENSION)
  end
  return number, extension and tonumber(extension)
end

--- Why a text is not one number, whatever its region is.
---@param number string as `split` returns it
---@return string|nil reason
function phone.problem(number)
  local digits, reason = digits_of((number:gsub("^%(?%+", "")))
  if not number:find "%d" then
    return "not a phone number"
  elseif not digits then
    return reason
  elseif #digits < LEAST_TYPED then
    return "too few digits"
  end
  return is_other(number) and "may be a date or an amount" or nil
end

--- Reads a phone number.
---@param text any
---@param region string|nil ISO 3166 in upper case, `DE`, of a number without a country code; without it
--- such a number is not certain
---@return extcontacts.record.normalize.Phone|nil
---@return string|nil reason why the number is not certain; without the number
function phone.read(text, region)
  local number, extension = phone.split(text)
  if not number then
    return nil, extension
  end
  local after_plus = number:match "^%(?%+(.*)$"
  local digits, reason = digits_of(after_plus or number)
  if not digits then
    return nil, reason
  elseif #digits < 5 then
    return nil, "too few digits"
  elseif after_plus then
    return read_international(digits, extension)
  end
  local row = regions.by_name[region]
  if not row then
    return read_dialled(digits, extension)
  end
  local dialled = without_idd(digits, row)
  if dialled then
    return read_international(dialled, extension)
  end
  return read_national(digits, row, extension)
end

--- The number in a phone field, by which those of records are compared: its E.164 form,
-- with `;ext=` and the extension if it has one.
---@param value any of the field
---@param region string|nil of a number without a country code
---@return string|nil key nil if there is no reading
function phone.key(value, region)
  local typed = type(value) == "table" and value or {}
  local number = phone.read(type(typed.e164) == "string" and typed.e164 or typed.display, region)
  if not number then
    return nil
  end
  local extension = number.extension or typed.extension
  local has_one = type(extension) == "number" or type(extension) == "string"
  return number.e164 .. (has_one and ";ext=" .. extension or "")
end

return phone
