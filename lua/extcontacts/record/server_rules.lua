--- The rules that the server applies to a record that is written, as far as the
-- record alone can break them: types, dates, required fields, lengths, e-mail
-- addresses and numbers of entries.  Pure.
--
-- Enumerations are not among them, since the API adds values.  Custom fields have
-- their schema, which `custom_fields` applies.

local compat = require "extcontacts.base.compat"
local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local email = require "extcontacts.record.normalize.email"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local server_rules = {}

---@alias extcontacts.record.Rule
---| "type" # a value of another type than the field's
---| "date" # not a date with its time
---| "required" # a field that a record must have is missing or blank
---| "length" # too many characters, or none
---| "email" # not an e-mail address
---| "entries" # too many entries of an array
---| "custom_field" # a custom field that its schema does not allow
---| "schema" # custom fields whose schema is missing or does not exist

local null = core.json.null

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
  ExternalId = { value = { 1, 255 } },
  Note = { noteText = { 1, 32000 } },
  Relationship = { relationship = { 1, 100 } },
  PhoneNumber = { display = { 0, 512 }, countryCode = { 0, 4 } },
}
local MOST_EXTERNAL_IDS = 10

-- Models whose objects refer to another record: only the id matters.
local REFERENCES = {
  ExternalOrganization = true, User = true, DataSchema = true, DomainEntityRef = true, OrgUser = true,
  ExternalSource = true, WritableStarrableDivision = true,
}

-- What plans call the broken rules.
local CODES = { type = "type", date = "type", required = "required", length = "limit", email = "limit",
  entries = "limit" }

-- The path changes while a record is checked, so a problem has a copy.
local function add(found, rule, path, text)
  found[#found + 1] = { code = CODES[rule], rule = rule, path = core.json.array { compat.unpack(path) }, text = text }
end

local function is_blank(value)
  return value == nil or value == null or (type(value) == "string" and texts.trim(value) == "")
end

---------------------------------------------------------------------- types --

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
  if value == null then
    return "null"
  elseif type(value) == "table" then
    return records.is_array(value) and "an array" or "an object"
  elseif type(value) ~= expected then
    return type(value) == "string" and "text" or "a " .. type(value)
  end
end

-- Lua's type of one value of a field; nil for any value.
local function item_type(field)
  return TYPES[field.type] or models[field.type] and "table" or nil
end

local function is_whole(value)
  return type(value) == "number" and value % 1 == 0
    or core.json.is_number(value) and not tostring(value):find "[.eE]"
end

local function is_of(expected, value)
  if expected == "array" then
    return type(value) == "table" and (#value > 0 or next(value) == nil)
  elseif expected == "number" then
    return is_whole(value)
  elseif expected == "table" then
    return type(value) == "table" and not records.is_array(value)
  end
  return type(value) == expected
end

-- Whether a value has a type; if not, that is a problem.
local function check_type(found, path, value, expected)
  if not expected or is_of(expected, value) then
    return true
  end
  local actual = got(expected, value)
  add(found, "type", path, ("%s must be %s"):format(diff.name(path), NAMES[expected])
    .. (actual and ", not " .. actual or ""))
  return false
end

--------------------------------------------------------------------- values --

local function check_length(found, path, value, range)
  local length = texts.length(texts.trim(value))
  if length < range[1] or length > range[2] then
    add(found, "length", path, ("%s has %s; %d to %d are allowed"):format(
      diff.name(path), texts.plural(length, "character"), range[1], range[2]))
    return false
  end
  return true
end

local function check_text(found, model, field, path, value)
  local range = LENGTHS[model.name] and LENGTHS[model.name][field.wire]
  if range and not (field.required and is_blank(value)) and not check_length(found, path, value, range) then
    return
  elseif field.type == "date" and not dates.iso(value) then
    add(found, "date", path, diff.name(path) .. " is not a date with its time, such as 2026-11-24T18:55:54Z")
  elseif model.name == "ExternalContact" and contact_fields.is_email[field.wire]
    and not email.is_valid(texts.trim(value)) then
    add(found, "email", path, diff.name(path) .. " is not an e-mail address")
  end
end

local check_object

-- A reference without an id refers to nothing.
local function check_reference(found, field, path, value)
  if type(value.id) == "string" and value.id:find "%S" then
    return
  end
  local id_path = diff.extended(path, "id")
  local is_needed = field.required or field.type == "ExternalOrganization"
  if not is_blank(value.id) then
    check_type(found, id_path, value.id, "string")
  elseif is_needed then
    add(found, "required", id_path, diff.name(id_path) .. " is required")
  end
end

-- One value of a field.
local function check_item(found, model, field, path, value)
  if not check_type(found, path, value, item_type(field)) then
    return
  elseif type(value) == "string" then
    check_text(found, model, field, path, value)
  elseif REFERENCES[field.type] then
    check_reference(found, field, path, value)
  elseif models[field.type] then
    check_object(found, models[field.type], path, value)
  end
end

local function check_array(found, model, field, path, value)
  local depth = #path + 1
  for index, item in ipairs(value) do
    path[depth] = tostring(index)
    check_item(found, model, field, path, item)
  end
  path[depth] = nil
  if field.type == "ExternalId" and #value > MOST_EXTERNAL_IDS then
    add(found, "entries", path, ("%s has %d entries; at most %d are allowed"):format(
      diff.name(path), #value, MOST_EXTERNAL_IDS))
  end
end

local function check_field(found, model, field, path, value)
  if field.shape == "value" then
    check_item(found, model, field, path, value)
  elseif check_type(found, path, value, field.shape == "array" and "array" or "table")
    and field.shape == "array" then
    check_array(found, model, field, path, value)
  end
end

-- A model's required fields, which are looked for in every record.
local required_fields = {}
local function required_of(model)
  if not required_fields[model] then
    local out = {}
    for _, field in ipairs(model.fields) do
      out[#out + 1] = field.required and not field.read_only and field or nil
    end
    required_fields[model] = out
  end
  return required_fields[model]
end

-- By field: whether its texts have no rule, or the range of their length if that is the only
-- one.
local plain_fields = {}
local function plainness(model, field)
  local is_plain = TYPES[field.type] == "string" and field.type ~= "date" and field.shape == "value"
    and not (model.name == "ExternalContact" and contact_fields.is_email[field.wire])
  local range = LENGTHS[model.name] and LENGTHS[model.name][field.wire]
  plain_fields[field] = is_plain and (range or true)
  return plain_fields[field]
end

-- Whether nothing can be wrong with a value, as with most texts.
local function is_plain_text(model, field, value)
  local plain = plain_fields[field]
  if plain == nil then
    plain = plainness(model, field)
  end
  return plain and type(value) == "string"
    and (plain == true or plain[1] <= 1 and #value <= plain[2] and value:find "^%w" ~= nil)
end

function check_object(found, model, path, object)
  local depth = #path + 1
  for name, value in pairs(object) do
    local field = model.by_wire[name]
    -- A null field counts as missing, and the server ignores its own fields.
    if field and value ~= null and not field.read_only and not is_plain_text(model, field, value) then
      path[depth] = name
      check_field(found, model, field, path, value)
      path[depth] = nil
    end
  end
  for _, field in ipairs(required_of(model)) do
    if is_blank(object[field.wire]) then
      local full = diff.extended(path, field.wire)
      add(found, "required", full, diff.name(full) .. " is required")
    end
  end
end

--- Finds the values because of which the server would reject a record.
---@param kind extcontacts.record.TypeName
---@param body table the record, or what is sent as one
---@return extcontacts.record.Warning[] problems in no order
function server_rules.problems(kind, body)
  local found = {}
  check_object(found, models[types.by_name[kind].model], {}, body)
  return found
end

return server_rules
