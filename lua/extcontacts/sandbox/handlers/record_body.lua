--- Converts a request body to the record that the server stores: checks types
-- and enums against the model, removes read-only and null fields, trims strings
-- and checks the field rules.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local text = require "extcontacts.base.text"

local record_body = {}

-- Models of fields that refer to a record; only the id matters.
local REFERENCES = {
  ExternalOrganization = true,
  User = true,
  DataSchema = true,
  DomainEntityRef = true,
  OrgUser = true,
  ExternalSource = true,
  WritableStarrableDivision = true,
}

-- Fields that the server does not store: the path names the owner of a note.
local IGNORED = { Note = { entityId = true, entityType = true } }

-- The longest values in characters, by model.  The shortest is 1, of a phone number's
-- parts 0.
local LENGTHS = {
  ExternalContact = {
    firstName = 1000, middleName = 1000, lastName = 1000, title = 1000, salutation = 1000, externalSystemUrl = 1000,
  },
  ExternalOrganization = {
    name = 1000, companyType = 1000, industry = 1000, externalSystemUrl = 1000,
  },
  Note = { noteText = 32000 },
  Relationship = { relationship = 100 },
  ExternalId = { value = 255 },
  PhoneNumber = { display = 512, countryCode = 4 },
  ExternalSource = { name = 200 },
}
local MOST_EXTERNAL_IDS = 10
local EMAILS = { workEmail = true, personalEmail = true, otherEmail = true }
local EMAIL_LENGTH = 256

--- The fields that contain an e-mail address.
---@type table<string, boolean>
record_body.emails = EMAILS

local function raise_wrong_type(path, expected)
  api_errors.raise("bad.request", nil, {
    message = ("The field %s is not of the type %s."):format(path, expected),
    details = { { errorCode = "bad.request", fieldName = path } },
  })
end

local function is_array(value)
  return getmetatable(value) == json.array_mt or #value > 0
end

local function is_integer(value)
  if type(value) == "number" then
    return value % 1 == 0
  end
  -- The decoder returns an integer that a double cannot hold as userdata.
  return type(value) == "userdata" and value ~= json.null and not tostring(value):find("[.eE]")
end

--- Whether a model refers to a record by its id.
---@param model_name string
---@return boolean
function record_body.is_reference(model_name)
  return REFERENCES[model_name] == true
end

--- Whether the server accepts an e-mail address.
---@param value string
---@return boolean
function record_body.is_email(value)
  local name, host = value:match("^([^%s%c@<>(),;:\"%[%]\\]+)@([%w%.%-\128-\255]+)$")
  return name ~= nil
    and #name <= 64
    and not name:find("^%.") and not name:find("%.$") and not name:find("..", 1, true)
    and host:find(".", 1, true) ~= nil
    and not host:find("..", 1, true)
    and not host:find("^[%.%-]") and not host:find("[%.%-]$")
end

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_day(year, month, day)
  local is_leap_day = month == 2 and day == 29 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return is_leap_day or DAYS[month] ~= nil and day >= 1 and day <= DAYS[month]
end

--- Whether the server accepts an ISO 8601 date and time.
---@param value string
---@return boolean
function record_body.is_date(value)
  local year, month, day, hour, minute, second, rest =
    value:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)(.*)$")
  if not year then
    return false
  end
  local offset_hour, offset_minute = rest:match("[+-](%d%d):(%d%d)$")
  local zone = offset_hour and rest:sub(1, -7) .. "Z" or rest
  return is_day(tonumber(year), tonumber(month), tonumber(day))
    and tonumber(hour) < 24 and tonumber(minute) < 60 and tonumber(second) < 61
    and (zone == "Z" or zone:find("^%.%d+Z$") ~= nil)
    and (not offset_hour or tonumber(offset_hour) < 24 and tonumber(offset_minute) < 60)
end

local convert_model

local function convert_value(ctx, field, value, path)
  local field_type = field.type
  if models[field_type] then
    if type(value) ~= "table" or is_array(value) then
      raise_wrong_type(path, field_type)
    end
    if REFERENCES[field_type] then
      if value.id ~= nil and value.id ~= json.null and type(value.id) ~= "string" then
        raise_wrong_type(path .. ".id", "string")
      end
      return value
    end
    return convert_model(ctx, models[field_type], value, path)
  end
  if field_type == "object" then
    return value
  elseif field_type == "boolean" then
    if type(value) ~= "boolean" then
      raise_wrong_type(path, field_type)
    end
    return value
  elseif field_type == "int32" or field_type == "int64" then
    if not is_integer(value) then
      raise_wrong_type(path, field_type)
    end
    return value
  end
  if field_type == "double" then
    if type(value) ~= "number" then
      raise_wrong_type(path, "number")
    end
    return value
  end
  if type(value) ~= "string" then
    raise_wrong_type(path, "string")
  end
  if field_type == "date" and not record_body.is_date(value) then
    api_errors.raise("invalid.date", nil, { details = { { errorCode = "invalid.date", fieldName = path } } })
  end
  value = text.trim(value)
  if field.enum then
    for _, allowed in ipairs(field.enum) do
      if value == allowed then
        return value
      end
    end
    api_errors.raise("invalid.value", { value = value, type = path, allowed = table.concat(field.enum, ", ") })
  end
  return value
end

local function convert_array(ctx, field, value, path)
  local elements = {}
  for index, element in ipairs(value) do
    local element_path = ("%s[%d]"):format(path, index)
    if element == json.null then
      raise_wrong_type(element_path, field.type)
    end
    elements[index] = convert_value(ctx, field, element, element_path)
  end
  return json.array(elements)
end

local function convert_field(ctx, field, value, path)
  if field.shape == "value" then
    return convert_value(ctx, field, value, path)
  end
  local expects_array = field.shape == "array"
  if type(value) ~= "table" or is_array(value) ~= expects_array then
    raise_wrong_type(path, expects_array and "array" or "object")
  end
  return expects_array and convert_array(ctx, field, value, path) or value
end

-- The names of a contact, which the API required until 2022.
local NAMES = { firstName = true, lastName = true }

local function is_required(ctx, model, field)
  return not ctx.is_partial and not field.read_only and (field.required
    or (ctx.settings.names_required and model.name == "ExternalContact" and NAMES[field.wire]))
end

local function check_required(ctx, model, record, prefix)
  for _, field in ipairs(model.fields) do
    if is_required(ctx, model, field) then
      local value = record[field.wire]
      if value == nil or value == "" then
        api_errors.invalid_field(ctx.settings, prefix .. field.wire, "the field is required", "required")
      end
      if REFERENCES[field.type] and (type(value.id) ~= "string" or value.id == "") then
        api_errors.invalid_field(ctx.settings, prefix .. field.wire .. ".id", "the field is required", "required")
      end
    end
  end
end

local function check_length(ctx, path, value, least, most)
  local length = text.length(value)
  if length < least or length > most then
    api_errors.invalid_field(ctx.settings, path, ("the length must be from %d to %d characters"):format(least, most),
      "invalid.length")
  end
end

local function check_rules(ctx, model, record, prefix)
  if ctx.settings.field_rules == "ignore" then
    return
  end
  for field, most in pairs(LENGTHS[model.name] or {}) do
    if record[field] ~= nil then
      check_length(ctx, prefix .. field, record[field], model.name == "PhoneNumber" and 0 or 1, most)
    end
  end
  if record.externalIds and #record.externalIds > MOST_EXTERNAL_IDS then
    api_errors.invalid_field(ctx.settings, prefix .. "externalIds",
      ("at most %d entries are allowed"):format(MOST_EXTERNAL_IDS), "invalid.length")
  end
  for field in pairs(model.name == "ExternalContact" and EMAILS or {}) do
    local value = record[field]
    if value ~= nil then
      check_length(ctx, field, value, 0, EMAIL_LENGTH)
      if not record_body.is_email(value) then
        api_errors.invalid_field(ctx.settings, field, "not a valid e-mail address", "invalid.email")
      end
    end
  end
end

function convert_model(ctx, model, body, path)
  local record = {}
  local prefix = path and path .. "." or ""
  local ignored = IGNORED[model.name] or {}
  for key, value in pairs(body) do
    local field = type(key) == "string" and model.by_wire[key]
    if not field then
      if ctx.settings.unknown_fields == "reject" then
        api_errors.raise("invalid.property", { property = tostring(key), object = model.name })
      end
      if model.name == "PhoneNumber" and key == "normalizationCountryCode" and type(value) == "string" then
        record[key] = value
      end
    elseif value ~= json.null and not field.read_only and not ignored[key] then
      record[key] = convert_field(ctx, field, value, prefix .. key)
    end
  end
  check_required(ctx, model, record, prefix)
  check_rules(ctx, model, record, prefix)
  return record
end

--- The record in a request's body; ends the request if it is not valid.
---@param ctx extcontacts.sandbox.Context
---@param model_name string
---@return table record
function record_body.read(ctx, model_name)
  return convert_model(ctx, models[model_name], ctx.body)
end

return record_body
