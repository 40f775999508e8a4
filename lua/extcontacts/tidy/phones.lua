--- Phone numbers as people type them, brought into E.164 where a stated region
-- decides them, and never by a guess.  Pure.
--
-- Only what is mechanical is done: prefixes are exchanged and lengths checked.
-- Whether a number is one that exists is for the server to say, which knows
-- all plans.  docs/tidy.md says why.

local regions = require "extcontacts.tidy.phone_regions"
local suggest = require "extcontacts.base.suggest"

local phones = {}

-- E.164 has so many digits at most; shorter ones are for one network only.
local MOST, LEAST = 15, 7

-- Dashes and blanks beyond ASCII that word processors put into numbers.
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

local function made(code, national, extension)
  return { e164 = "+" .. code .. national, extension = extension }
end

-- The digits behind "+": a calling code and a number of a length it has.
local function international(digits, extension)
  for size = 1, 3 do
    local code = digits:sub(1, size)
    local shared = regions.by_code[code]
    if shared then
      local national = digits:sub(size + 1)
      local trunk = shared.trunk
      -- "+44 (0)118 …" for "+44 118 …": where 0 is the prefix, no number begins
      -- with it.
      if trunk == "0" then
        national = national:gsub("^0", "")
      end
      if national:find "^0" and trunk ~= "" or not shared.lengths[#national] or #digits > MOST then
        return nil, "a number of a length that its country does not have"
      end
      return made(code, national, extension)
    end
  end
  return nil, "an unknown calling code"
end

local function single_length(lengths)
  local first = next(lengths)
  return first and next(lengths, first) == nil
end

-- The digits of a number without a sign of its country.
local function national(digits, region, extension)
  local trunk = region.trunk
  if not trunk then
    return nil, "a national number of a country whose rules can't be told from the number"
  end
  local rest = digits
  if trunk ~= "" and digits:sub(1, #trunk) == trunk then
    rest = digits:sub(#trunk + 1)
    if trunk == "0" and rest:sub(1, 1) == "0" then
      return nil, "a number of a length that the country does not have"
    end
  elseif trunk ~= "" and trunk ~= "1" and not single_length(region.lengths) then
    return nil, "a number with neither the prefix of the country nor that of another"
  end
  if not region.lengths[#rest] or #rest + #region.code < LEAST then
    return nil, "a number of a length that the country does not have"
  end
  -- The calling code without its "+"?
  if rest == digits and rest:sub(1, #region.code) == region.code
    and region.lengths[#rest - #region.code] then
    return nil, "a number that may or may not begin with the calling code"
  end
  return made(region.code, rest, extension)
end

-- Only digits, with what people put between them.  A slash stands behind an
-- area code; elsewhere it may part two numbers.
local function digits_of(text)
  local head, tail = text:match "^([^/]*)/([^/]*)$"
  if head and (#head:gsub("%D", "") > 6 or head:find "%s$" or tail:find "^%s") then
    return nil, "two numbers, perhaps"
  elseif text:find "[^%d%s%-%.%(%)/]" or text:find "/.*/" then
    return nil, "not only a number"
  end
  local digits = text:gsub("%D", "")
  return digits
end

-- What follows the prefix of an international number; nil where there is none.
-- People in North America write 00 as well as 011.
local function without_idd(digits, idd)
  if not idd then
    return nil
  elseif digits:sub(1, #idd) == idd then
    return digits:sub(#idd + 1)
  end
  return idd == "011" and digits:match "^00([1-9].*)$" or nil
end

--- What a text is as a number in E.164, dialled from a region.
---@param text string
---@param region string ISO 3166, `DE`; `phones.is_region` tells whether it is known
---@return extcontacts.tidy.Phone|nil
---@return string|nil reason why it can't be told; without the number
function phones.parse(text, region)
  local row = regions.by_name[region]
  if not row then
    error(phones.unknown_region(region), 2)
  end
  text = text:gsub("[\194\226][\128-\191]+", LOOKALIKES):gsub("^%s+", ""):gsub("%s+$", "")
  local number, extension = split_extension((text:gsub("^[tT][eE][lL]:%s*", "")))
  if extension and (extension:find "^0" or #extension > 7) then
    return nil, "an extension that can't be stored as a number"
  end
  extension = extension and tonumber(extension)
  local behind_plus = number:match "^%(?%+(.*)$"
  local digits, reason = digits_of(behind_plus or number)
  if not digits then
    return nil, reason
  elseif #digits < 5 then
    return nil, "too few digits"
  elseif behind_plus then
    return international(digits, extension)
  end
  local dialled = without_idd(digits, row.idd)
  if dialled then
    return international(dialled, extension)
  end
  return national(digits, row, extension)
end

--- Whether a region is known.
---@param name any
---@return boolean
function phones.is_region(name)
  return regions.by_name[name] ~= nil
end

--- Why a region is none, with what may have been meant.
---@param name any
---@return string
function phones.unknown_region(name)
  local upper = type(name) == "string" and name:upper()
  if upper and regions.by_name[upper] then
    return ("region '%s' is written in capitals: %s"):format(name, upper)
  end
  return ("region '%s' is not known; a region is a country's two letters as in ISO 3166, such as US, DE, GB")
    :format(tostring(name)) .. (upper and #upper ~= 2 and #upper > 0
      and "; " .. suggest.unknown("region", upper, suggest.keys(regions.by_name)) or "")
end

return phones
