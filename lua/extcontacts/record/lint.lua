--- Checks a planned change before it is sent: fields it clears, values the
-- server may reject or ignore, numbers no search will find.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local email = require "extcontacts.record.normalize.email"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local lint = {}

---@class extcontacts.record.Warning
---@field code "cleared"|"limit"|"type"|"unknown"|"required"|"custom_field"|"unchecked"|"not_searchable"|"fix"
---@field path string[]|nil
---@field text string a sentence without the value

-- The documented limits in characters, by model: at least, at most.
local LENGTHS = {
  ExternalContact = {
    firstName = { 1, 1000 }, middleName = { 1, 1000 }, lastName = { 1, 1000 }, title = { 1, 1000 },
    salutation = { 1, 1000 }, externalSystemUrl = { 1, 1000 },
    workEmail = { 1, 256 }, personalEmail = { 1, 256 }, otherEmail = { 1, 256 },
  },
  ExternalOrganization = {
    name = { 1, 1000 }, companyType = { 1, 1000 }, industry = { 1, 1000 },
    externalSystemUrl = { 1, 1000 },
  },
  Note = { noteText = { 1, 32000 } },
  Relationship = { relationship = { 1, 100 } },
  PhoneNumber = { display = { 0, 512 }, countryCode = { 0, 4 } },
}
local MOST_EXTERNAL_IDS = 10
-- Digits of a phone number that the server can recognise.
local FEWEST_DIGITS, MOST_DIGITS = 7, 20

local function add(warnings, code, path, text)
  warnings[#warnings + 1] = { code = code, path = core.json.array(path), text = text }
end

local function check_length(warnings, path, value, range)
  local length = texts.length(value)
  if length < range[1] or length > range[2] then
    add(warnings, "limit", path, ("%s has %s; %d to %d are allowed"):format(
      diff.name(path), texts.plural(length, "character"), range[1], range[2]))
  end
end

local function is_searchable(written)
  local digits = #(written:gsub("%D", ""))
  return written:find("^%s*%(?%+?%d") and digits >= FEWEST_DIGITS and digits <= MOST_DIGITS
    and not written:gsub("[eE][xX][tT].*$", ""):find("%a")
end

local function check_phone(warnings, path, phone)
  for name, range in pairs(LENGTHS.PhoneNumber) do
    if type(phone[name]) == "string" then
      check_length(warnings, { path[1], name }, phone[name], range)
    end
  end
  local written = type(phone.e164) == "string" and phone.e164 or phone.display
  if type(written) == "string" and not is_searchable(written) then
    add(warnings, "not_searchable", path, diff.name(path) .. " is not a phone number that a search can find")
  elseif written == nil and next(phone) ~= nil then
    add(warnings, "not_searchable", path, diff.name(path) .. " has no phone number")
  end
end

-- Lua's type for the model's.
local TYPES = {
  string = "string", date = "string", uri = "string", boolean = "boolean", int32 = "number", int64 = "number",
  integer = "number",
}
local NAMES = {
  string = "text", boolean = "true or false", number = "a whole number", table = "an object", array = "an array",
}
-- Lua's type in words; nil for a number in place of a whole one.
local function got(expected, value)
  if type(value) == "table" then
    return records.is_array(value) and "an array" or "an object"
  elseif type(value) ~= expected then
    return type(value) == "string" and "text" or "a " .. type(value)
  end
end

-- What a field holds: Lua's type or "array"; nil for any value.
local function expected_type(field)
  if field.shape == "array" then
    return "array"
  elseif field.shape == "map" or models[field.type] then
    return "table"
  end
  return TYPES[field.type]
end

local function is_of(expected, value)
  if expected == "array" then
    return type(value) == "table" and (#value > 0 or next(value) == nil)
  elseif expected == "number" then
    return type(value) == "number" and value % 1 == 0 or core.json.is_number(value)
  end
  return type(value) == expected
end

-- Finds values of the wrong type, also in nested objects.
local function check_types(warnings, path, object, model)
  for name, value in pairs(object) do
    local field = model.by_wire[name]
    local expected = field and value ~= core.json.null and expected_type(field)
    if expected and not is_of(expected, value) then
      local full, found = diff.extended(path, name), got(expected, value)
      add(warnings, "type", full, ("%s must be %s"):format(diff.name(full), NAMES[expected])
        .. (found and ", not " .. found or ""))
    elseif expected == "table" and field.shape == "value" then
      check_types(warnings, diff.extended(path, name), value, models[field.type])
    end
  end
end

local function by_path(a, b)
  local left, right = a.path and diff.name(a.path) or "", b.path and diff.name(b.path) or ""
  if left ~= right then
    return left < right
  end
  return a.code .. a.text < b.code .. b.text
end

--- Finds values that the server may reject or ignore.
---@param kind extcontacts.record.TypeName
---@param body table
---@return extcontacts.record.Warning[]
function lint.check(kind, body)
  local warnings, model = {}, models[types.by_name[kind].model]
  check_types(warnings, {}, body, model)
  for name, range in pairs(LENGTHS[model.name] or {}) do
    if type(body[name]) == "string" then
      check_length(warnings, { name }, body[name], range)
    end
  end
  for _, field in ipairs(model.fields) do
    local path = { field.wire }
    local value = field_path.at(body, path)
    if field.required and not field.read_only and (value == nil or value == "") then
      add(warnings, "required", path, field.wire .. " is required")
    elseif field.type == "PhoneNumber" and type(value) == "table" then
      check_phone(warnings, path, value)
    elseif contact_fields.is_email[field.wire] and model.name == "ExternalContact" and type(value) == "string"
      and not email.is_address(texts.trim(value)) then
      add(warnings, "limit", path, field.wire .. " is not an e-mail address")
    end
  end
  if type(body.externalIds) == "table" and #body.externalIds > MOST_EXTERNAL_IDS then
    add(warnings, "limit", { "externalIds" }, ("externalIds has %d entries; at most %d are allowed"):format(
      #body.externalIds, MOST_EXTERNAL_IDS))
  end
  table.sort(warnings, by_path)
  return warnings
end

--- Finds new fields that look like misspelled ones, which the server would
-- ignore.  A field that resembles no other may be newer than this module.
---@param kind extcontacts.record.TypeName
---@param differences extcontacts.record.Difference[]
---@return extcontacts.record.Warning[]
function lint.unknown(kind, differences)
  local warnings = {}
  for _, difference in ipairs(differences) do
    local name, model = records.unknown_part(models[types.by_name[kind].model], difference.path)
    local near = name and difference.before == nil and suggest.nearest(name, suggest.keys(model.by_wire))
    if near then
      add(warnings, "unknown", difference.path, ("unknown field '%s', did you mean '%s'?"):format(
        diff.name(difference.path), near))
    end
  end
  return warnings
end

--- Finds the fields that an update clears.
---@param differences extcontacts.record.Difference[]
---@return extcontacts.record.Warning[]
function lint.cleared(differences)
  local warnings = {}
  for _, difference in ipairs(differences) do
    if difference.before ~= nil and difference.after == nil then
      add(warnings, "cleared", difference.path, diff.name(difference.path) .. " is cleared")
    end
  end
  return warnings
end

return lint
