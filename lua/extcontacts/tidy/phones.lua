--- Reads phone numbers as people type them into E.164, if the region decides the
-- number.  It never guesses.  Pure.
--
-- It replaces prefixes and checks lengths.  Whether a number exists is for the
-- server to say, which knows all numbering plans.  docs/tidy.md explains.

local regions = require "extcontacts.tidy.phone_regions"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local phones = {}

-- Digits of a number with its country code: E.164's maximum; shorter numbers
-- work in one network only.
local MOST, LEAST = 15, 7
-- Digits of an extension that the server stores as a number.
local MOST_EXTENSION = 7

-- Spaces and dashes beyond ASCII that word processors insert.
local LOOKALIKES = {
  ["\194\160"] = " ", ["\226\128\175"] = " ", ["\226\128\137"] = " ",
  ["\226\128\144"] = "-", ["\226\128\145"] = "-", ["\226\128\146"] = "-", ["\226\128\147"] = "-",
  ["\226\136\146"] = "-",
}

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

---@class extcontacts.tidy.Phone
---@field e164 string
---@field extension integer|nil

local function phone(code, national, extension)
  return { e164 = "+" .. code .. national, extension = extension }
end

-- Reads the digits after "+": a country code, and a number of a length it has.
local function read_international(digits, extension)
  for size = 1, 3 do
    local code = digits:sub(1, size)
    local shared = regions.by_code[code]
    if shared then
      local national = digits:sub(size + 1)
      local trunk = shared.trunk
      -- "+44 (0)118 …" for "+44 118 …": where 0 is the national prefix, no number
      -- starts with 0.
      if trunk == "0" then
        national = national:gsub("^0", "")
      end
      if national:find "^0" and trunk ~= "" or not shared.lengths[#national] or #digits > MOST then
        return nil, "the number's length is wrong for its country code"
      end
      return phone(code, national, extension)
    end
  end
  return nil, "unknown country code"
end

local function is_single(lengths)
  local first = next(lengths)
  return first and next(lengths, first) == nil
end

local WRONG_LENGTH = "the number's length is wrong for the region"

-- Reads the digits of a number without a country code.
local function read_national(digits, region, extension)
  local trunk = region.trunk
  if not trunk then
    return nil, "national number of a country whose national prefix depends on the number"
  end
  local rest = digits
  if trunk ~= "" and digits:sub(1, #trunk) == trunk then
    rest = digits:sub(#trunk + 1)
    if trunk == "0" and rest:sub(1, 1) == "0" then
      return nil, WRONG_LENGTH
    end
  elseif trunk ~= "" and trunk ~= "1" and not is_single(region.lengths) then
    return nil, "no country code and no leading " .. trunk
  end
  if not region.lengths[#rest] or #rest + #region.code < LEAST then
    return nil, WRONG_LENGTH
  end
  -- The country code without "+", or a number that happens to start like it.
  if rest == digits and rest:sub(1, #region.code) == region.code
    and region.lengths[#rest - #region.code] then
    return nil, "the number may or may not start with the country code"
  end
  return phone(region.code, rest, extension)
end

-- The digits of a text that has nothing else but separators.  A slash follows an
-- area code; elsewhere it may separate two numbers.
local function digits_of(text)
  local head, tail = text:match "^([^/]*)/([^/]*)$"
  if head and (#head:gsub("%D", "") > 6 or head:find "%s$" or tail:find "^%s") then
    return nil, "may be two numbers"
  elseif text:find "[^%d%s%-%.%(%)/]" or text:find "/.*/" then
    return nil, "contains more than a phone number"
  end
  local digits = text:gsub("%D", "")
  return digits
end

-- The digits after the international prefix; nil without one.  People in North
-- America write 00 as well as 011.
local function without_idd(digits, idd)
  if not idd then
    return nil
  elseif digits:sub(1, #idd) == idd then
    return digits:sub(#idd + 1)
  end
  return idd == "011" and digits:match "^00([1-9].*)$" or nil
end

--- Reads a number as it is dialled in a region.
---@param text string
---@param region string ISO 3166, `DE`; see `phones.is_region`
---@return extcontacts.tidy.Phone|nil
---@return string|nil reason why the number is not certain; without the number
function phones.parse(text, region)
  local row = regions.by_name[region]
  if not row then
    error(phones.unknown_region(region), 2)
  end
  text = texts.trim((text:gsub("[\194\226][\128-\191]+", LOOKALIKES)))
  local number, extension = split_extension((text:gsub("^[tT][eE][lL]:%s*", "")))
  if extension and (extension:find "^0" or #extension > MOST_EXTENSION) then
    return nil, ("the extension starts with 0 or has more than %d digits"):format(MOST_EXTENSION)
  end
  extension = extension and tonumber(extension)
  local after_plus = number:match "^%(?%+(.*)$"
  local digits, reason = digits_of(after_plus or number)
  if not digits then
    return nil, reason
  elseif #digits < 5 then
    return nil, "too few digits"
  elseif after_plus then
    return read_international(digits, extension)
  end
  local dialled = without_idd(digits, row.idd)
  if dialled then
    return read_international(dialled, extension)
  end
  return read_national(digits, row, extension)
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
