--- Reads phone numbers as the server does: from any spelling to E.164 and the
-- international format, or to nil if the number is not recognised.

local numbering_plans = require "extcontacts.sandbox.numbering_plans"

local phone_numbers = {}

-- The digits in groups with a separator after each.
local function space_out(digits, groups, separators)
  local parts, at = {}, 1
  for index, size in ipairs(groups) do
    parts[#parts + 1] = digits:sub(at, at + size - 1)
    if index < #groups then
      parts[#parts + 1] = separators[index]
    end
    at = at + size
  end
  return table.concat(parts)
end

local function find_shape(plan, national)
  for _, shape in ipairs(plan.shapes) do
    if #national == shape.length and national:find(shape.start) then
      return shape
    end
  end
end

-- The region of a number whose plan several regions share.
local function region_of(plan, national)
  for region, areas in pairs(numbering_plans.area_regions[plan.code] or {}) do
    if areas:find(national:sub(1, 3), 1, true) then
      return region
    end
  end
  return plan.region
end

---@class extcontacts.sandbox.PhoneNumber
---@field e164 string
---@field display string in the international format
---@field region string
---@field extension integer|nil

--- Formats a national number; nil if no shape of the plan matches it.
---@param plan extcontacts.sandbox.Plan
---@param national string digits without the trunk prefix
---@return extcontacts.sandbox.PhoneNumber|nil
function phone_numbers.format(plan, national)
  local shape = find_shape(plan, national)
  if not shape then
    return nil
  end
  return {
    e164 = "+" .. plan.code .. national,
    display = "+" .. plan.code .. " " .. space_out(national, shape.groups, shape.separators),
    region = region_of(plan, national),
  }
end

-- For a country without a plan: any length that E.164 allows, in groups of three.
local function format_other(code, national)
  if #national < 5 or #code + #national > 15 then
    return nil
  end
  local rest = #national
  local groups, separators = {}, {}
  while rest > 0 do
    local size = (rest == 4 or rest == 2) and 2 or math.min(3, rest)
    groups[#groups + 1], separators[#separators + 1] = size, " "
    rest = rest - size
  end
  return {
    e164 = "+" .. code .. national,
    display = "+" .. code .. " " .. space_out(national, groups, separators),
    region = numbering_plans.region_of_code[code],
  }
end

local function parse_international(digits)
  for length = 1, 3 do
    local code = digits:sub(1, length)
    local region = numbering_plans.region_of_code[code]
    if region then
      local national = digits:sub(length + 1)
      local plan = numbering_plans.by_region[region]
      if not plan then
        return format_other(code, national)
      end
      local number = phone_numbers.format(plan, national)
      if not number and plan.trunk ~= "" and national:sub(1, #plan.trunk) == plan.trunk then
        -- "+44 (0)20 …" contains a trunk prefix that is not part of the number.
        number = phone_numbers.format(plan, national:sub(#plan.trunk + 1))
      end
      return number
    end
  end
end

-- Bytes of a number; the patterns take cubic time.
local LONGEST = 512

local EXTENSIONS = {
  "^(.-)%s*[;,]?%s*[eE][xX][tT][eE]?[nN]?[sS]?[iI]?[oO]?[nN]?[%.:]?%s*(%d+)%s*$",
  "^(.-)%s*[xX#]%s*(%d+)%s*$",
}

--- Reads a phone number.
---@param text string in any spelling
---@param region string region of a number without a country code
---@return extcontacts.sandbox.PhoneNumber|nil number nil if it is not recognised
function phone_numbers.parse(text, region)
  if #text > LONGEST then
    return nil
  end
  local extension
  for _, pattern in ipairs(EXTENSIONS) do
    local rest, found = text:match(pattern)
    if rest and rest:find("%d") and #found <= 7 then
      text, extension = rest, tonumber(found)
      break
    end
  end
  if text:find("[^%d%s%+%-%./%(%)]") then
    return nil
  end
  local plus = text:find("^%s*%(?%+") ~= nil
  if select(2, text:gsub("%+", "")) > (plus and 1 or 0) then
    return nil
  end
  local digits = text:gsub("%D", "")
  local number
  local plan = numbering_plans.by_region[region]
  if plus then
    number = parse_international(digits)
  elseif plan then
    if digits:sub(1, #plan.idd) == plan.idd then
      number = parse_international(digits:sub(#plan.idd + 1))
    end
    if not number and plan.trunk ~= "" and digits:sub(1, #plan.trunk) == plan.trunk then
      number = phone_numbers.format(plan, digits:sub(#plan.trunk + 1))
    end
    number = number or phone_numbers.format(plan, digits)
  end
  if number then
    number.extension = extension
  end
  return number
end

return phone_numbers
