--- Turns a request body into what the server keeps: types and enums checked
-- against the model, read-only and null fields left out, strings trimmed,
-- field rules applied.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local latin_text = require "extcontacts.sandbox.latin_text"

local record_body = {}

-- A field that only points at a record: its id is what counts.
local REFERENCES = {
  ExternalOrganization = true,
  User = true,
  DataSchema = true,
  DomainEntityRef = true,
  OrgUser = true,
}

-- Longest values (characters), by model.  Names are at least 1.
local LENGTHS = {
  ExternalContact = {
    firstName = 1000, middleName = 1000, lastName = 1000, title = 1000, salutation = 1000, externalSystemUrl = 1000,
  },
  ExternalOrganization = {
    name = 1000, companyType = 1000, industry = 1000, externalSystemUrl = 1000,
  },
  Note = { noteText = 32000 },
  Relationship = { relationship = 100 },
}
local PHONE_LENGTHS = { display = 512, countryCode = 4 }
local EMAILS = { workEmail = true, personalEmail = true, otherEmail = true }
local EMAIL_LENGTH = 256

local function wrong_type(path, wanted)
  api_errors.raise("bad.request", nil, {
    message = ("The field %s is not of the type %s."):format(path, wanted),
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
  -- An integer that a double can't hold, as the decoder gives it.
  return type(value) == "userdata" and value ~= json.null and not tostring(value):find("[.eE]")
end

--- Whether a text is an address the server takes.
function record_body.is_email(value)
  local name, host = value:match("^([^%s@<>(),;:\"%[%]\\]+)@([%w%.%-\128-\255]+)$")
  return name ~= nil
    and #name <= 64
    and not name:find("^%.") and not name:find("%.$") and not name:find("..", 1, true)
    and host:find(".", 1, true) ~= nil
    and not host:find("..", 1, true)
    and not host:find("^[%.%-]") and not host:find("[%.%-]$")
end

local DAYS = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

--- Whether a text is an ISO-8601 time the server takes.
function record_body.is_date(value)
  local month, day, hour, minute, second, rest =
    value:match("^%d%d%d%d%-(%d%d)%-(%d%d)T(%d%d):(%d%d):?(%d?%d?)(.*)$")
  if not month then
    return false
  end
  month, day = tonumber(month), tonumber(day)
  return DAYS[month] ~= nil and day >= 1 and day <= DAYS[month]
    and tonumber(hour) < 24 and tonumber(minute) < 60 and (second == "" or tonumber(second) < 61)
    and (rest:find("^%.?%d*Z$") ~= nil or rest:find("^%.?%d*[+-]%d%d:?%d%d$") ~= nil)
end

local take_model

local function take_value(ctx, field, value, path)
  local kind = field.type
  if models[kind] then
    if type(value) ~= "table" or is_array(value) then
      wrong_type(path, kind)
    end
    if REFERENCES[kind] then
      if value.id ~= nil and value.id ~= json.null and type(value.id) ~= "string" then
        wrong_type(path .. ".id", "string")
      end
      return value
    end
    return take_model(ctx, models[kind], value, path)
  end
  if kind == "object" then
    return value
  elseif kind == "boolean" then
    if type(value) ~= "boolean" then
      wrong_type(path, kind)
    end
    return value
  elseif kind == "int32" or kind == "int64" then
    if not is_integer(value) then
      wrong_type(path, kind)
    end
    return value
  end
  if type(value) ~= "string" then
    wrong_type(path, "string")
  end
  if kind == "date" and not record_body.is_date(value) then
    api_errors.raise("invalid.date", nil, { details = { { errorCode = "invalid.date", fieldName = path } } })
  end
  value = latin_text.trim(value)
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

local function take_field(ctx, field, value, path)
  if field.shape == "value" then
    return take_value(ctx, field, value, path)
  end
  if type(value) ~= "table" or is_array(value) ~= (field.shape == "array") and next(value) ~= nil then
    wrong_type(path, field.shape)
  end
  if field.shape == "array" then
    if not is_array(value) then
      wrong_type(path, "array")
    end
    local taken = {}
    for index, element in ipairs(value) do
      if element == json.null then
        wrong_type(("%s[%d]"):format(path, index), field.type)
      end
      taken[index] = take_value(ctx, field, element, ("%s[%d]"):format(path, index))
    end
    return json.array(taken)
  end
  if is_array(value) then
    wrong_type(path, "object")
  end
  return value
end

local function check_required(ctx, model, record, prefix)
  for _, field in ipairs(model.fields) do
    if field.required and not field.read_only then
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

function take_model(ctx, model, body, path)
  local record = {}
  local prefix = path and path .. "." or ""
  for key, value in pairs(body) do
    local field = type(key) == "string" and model.by_wire[key]
    if not field then
      if ctx.settings.unknown_fields == "reject" then
        api_errors.raise("invalid.property", { property = tostring(key), object = model.name })
      end
      if model.name == "PhoneNumber" and key == "normalizationCountryCode" and type(value) == "string" then
        record[key] = value
      end
    elseif value ~= json.null and not field.read_only then
      record[key] = take_field(ctx, field, value, prefix .. key)
    end
  end
  check_required(ctx, model, record, prefix)
  return record
end

local function check_length(ctx, path, value, least, most)
  local length = latin_text.length(value)
  if length < least or length > most then
    api_errors.invalid_field(ctx.settings, path, ("the length must be from %d to %d characters"):format(least, most),
      "invalid.length")
  end
end

local function check_rules(ctx, model, record)
  for field, most in pairs(LENGTHS[model.name] or {}) do
    if record[field] ~= nil then
      check_length(ctx, field, record[field], 1, most)
    end
  end
  for _, field in ipairs(model.fields) do
    local value = record[field.wire]
    if value ~= nil and field.type == "PhoneNumber" then
      for part, most in pairs(PHONE_LENGTHS) do
        if value[part] then
          check_length(ctx, field.wire .. "." .. part, value[part], 0, most)
        end
      end
    end
    if value ~= nil and EMAILS[field.wire] then
      check_length(ctx, field.wire, value, 0, EMAIL_LENGTH)
      if not record_body.is_email(value) then
        api_errors.invalid_field(ctx.settings, field.wire, "not a valid e-mail address", "invalid.email")
      end
    end
  end
end

--- The record a body describes.
---@param ctx table the request: settings, body
---@param model_name string
---@return table record
function record_body.record(ctx, model_name)
  local model = models[model_name]
  local record = take_model(ctx, model, ctx.body)
  check_rules(ctx, model, record)
  return record
end

return record_body