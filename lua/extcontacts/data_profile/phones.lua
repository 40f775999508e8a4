--- The phone numbers of the records by country: which the server recognises, and what
-- the others are.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local frequent = require "extcontacts.data_profile.frequent"
local json = require "extcontacts.base.json"
local phone = require "extcontacts.record.normalize.phone"
local phone_region = require "extcontacts.record.phone_region"
local regions = require "extcontacts.record.normalize.phone_regions"

local phones = {}

-- recognised: the server has read it (`e164`)
-- international: it has a country code, but the server does not recognise it
-- national: no country code
-- unreadable: not one phone number
phones.classes = { "recognised", "international", "national", "unreadable" }

--- The fields with phone numbers, by kind of record.
phones.fields = { contact = contact_fields.phones, organization = { "phoneNumber", "faxNumber" } }

local UNKNOWN = "unknown"

-- The regions of each country code.
local regions_of = {}
for name, region in pairs(regions.by_name) do
  regions_of[region.code] = regions_of[region.code] or {}
  table.insert(regions_of[region.code], name)
end

---@class extcontacts.data_profile.Phones
local Phones = {}
Phones.__index = Phones

--- Creates an empty count.
---@param kind "contact"|"organization"
---@return extcontacts.data_profile.Phones
function phones.new(kind)
  return setmetatable({ kind = kind, total = 0, by_class = {}, by_field = {}, by_country = {}, reasons = {} },
    Phones)
end

local function is_text(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

-- The country of a number with a country code.  Several countries share some codes: the
-- server's or the record's country decides, else the code stands for all of them.
local function country_of_number(e164, value, of_record)
  for size = 3, 1, -1 do
    local code = e164:sub(2, 1 + size)
    local names = regions_of[code]
    if names and #names == 1 then
      return names[1]
    elseif names then
      for _, name in ipairs { value.countryCode or "", of_record or "" } do
        if regions.by_name[name] and regions.by_name[name].code == code then
          return name
        end
      end
      return "+" .. code
    end
  end
  return UNKNOWN
end

-- The class of a number that the server does not recognise, its country, and the reason
-- if it is unreadable.
local function class_of(value, of_record)
  local number = phone.read(value.display)
  if number then
    return "international", country_of_number(number.e164, value, of_record)
  end
  local known = of_record or UNKNOWN
  local typed, problem = phone.split(value.display)
  problem = typed and phone.problem(typed) or not typed and problem or nil
  if problem then
    return "unreadable", known, problem
  elseif typed:find "^%(?%+" or not regions.by_name[of_record] then
    local reason = select(2, phone.read(value.display))
    return typed:find "^%(?%+" and "unreadable" or "national", known, reason
  end
  local reason
  number, reason = phone.read(value.display, of_record)
  return number and "national" or "unreadable", known, reason
end

local function increment(counts, key)
  counts[key] = (counts[key] or 0) + 1
end

local function group(groups, key)
  groups[key] = groups[key] or {}
  return groups[key]
end

function Phones:count(field, class, of, reason)
  self.total = self.total + 1
  increment(self.by_class, class)
  increment(group(self.by_field, field), class)
  increment(group(self.by_country, of), class)
  if class == "unreadable" then
    increment(self.reasons, reason or "not a phone number")
  end
end

--- Counts the numbers of a record.
---@param record table
---@param on_unreadable fun(field: string) called with the name of each field whose number can't be read
---@return boolean open whether the server does not recognise one of them
function Phones:add(record, on_unreadable)
  local open = false
  for _, field in ipairs(phones.fields[self.kind]) do
    local value = record[field]
    if type(value) == "table" and is_text(value.e164) then
      self:count(field, "recognised", country_of_number(value.e164, value, (phone_region.country(record, value))))
    elseif type(value) == "table" and is_text(value.display) then
      local class, of, reason = class_of(value, (phone_region.country(record, value)))
      self:count(field, class, of, reason)
      open = true
      if class == "unreadable" then
        on_unreadable(field)
      end
    end
  end
  return open
end

local function counts_of(counts)
  local out = { total = 0 }
  for _, class in ipairs(phones.classes) do
    out[class] = counts[class] or 0
    out.total = out.total + out[class]
  end
  return out
end

-- Groups as a list, the largest first.
local function listed(groups, name)
  local totals, list = {}, json.array {}
  for key, counts in pairs(groups) do
    totals[key] = counts_of(counts).total
  end
  for index, entry in ipairs(frequent.sorted(totals)) do
    list[index] = counts_of(groups[entry.value])
    list[index][name] = entry.value
  end
  return list
end

--- The result.
---@return table
function Phones:result()
  local out = counts_of(self.by_class)
  out.by_field, out.by_country = listed(self.by_field, "field"), listed(self.by_country, "country")
  out.reasons = frequent.sorted(self.reasons)
  return out
end

return phones
