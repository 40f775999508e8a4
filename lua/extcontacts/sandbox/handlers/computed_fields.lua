--- What the server makes of a valid record: phone numbers rewritten, profile
-- addresses added, references resolved.

local dataset = require "extcontacts.sandbox.state.dataset"
local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local phone_numbers = require "extcontacts.sandbox.phone_numbers"
local numbering_plans = require "extcontacts.sandbox.numbering_plans"
local custom_field_schemas = require "extcontacts.sandbox.handlers.custom_field_schemas"

local computed_fields = {}

local function rewrite_phone(settings, phone)
  local display, typed = phone.display, phone.userInput
  phone.e164, phone.countryCode, phone.userInput = nil, nil, nil
  if display == nil or display == "" then
    return
  end
  local region = phone.normalizationCountryCode
  if not numbering_plans.by_region[region] then
    region = settings.region
  end
  local number = phone_numbers.parse(display, region)
  if not number then
    return
  end
  -- What was typed first survives a record that comes back as it was read.
  local same = typed and display == number.display and phone_numbers.parse(typed, region)
  phone.userInput = same and same.e164 == number.e164 and typed or display
  phone.display = number.display
  phone.e164 = number.e164
  phone.countryCode = number.region
  phone.extension = phone.extension or number.extension
end

local function add_profile(twitter)
  twitter.verified = false
  if twitter.screenName and twitter.screenName ~= "" then
    twitter.profileUrl = "https://twitter.com/" .. twitter.screenName:gsub("^@", "")
  end
end

local function walk(settings, model, record)
  for _, field in ipairs(model.fields) do
    local value = record[field.wire]
    if value ~= nil and field.shape == "value" then
      if field.type == "PhoneNumber" then
        rewrite_phone(settings, value)
      elseif field.type == "TwitterId" then
        add_profile(value)
      elseif field.type == "WhatsAppId" then
        walk(settings, models.WhatsAppId, value)
      end
    end
  end
end

--- Rewrites the phone numbers and profiles of a record.
---@param settings table
---@param model_name string
---@param record table changed in place
function computed_fields.record(settings, model_name, record)
  walk(settings, models[model_name], record)
end

--- A reference as answers show it: id and selfUri.
function computed_fields.user(reference)
  return { id = reference.id, selfUri = "/api/v2/users/" .. reference.id }
end

--- The organization a record points at.
---@return table reference, integer index
function computed_fields.organization(reference, field)
  local kind = dataset.kinds.organization
  local index = type(reference.id) == "string" and kind:index(reference.id)
  if not index or not kind:exists(index) then
    api_errors.raise("bad.request", nil, {
      message = "The external organization does not exist.",
      details = { { errorCode = "not.found", fieldName = field .. ".id" } },
    })
  end
  return { id = kind:id(index), selfUri = dataset.base .. "organizations/" .. kind:id(index) }, index
end

--- Checks custom fields against their schema.
---@param which string kind of schema: contact_schema, organization_schema
function computed_fields.custom_fields(ctx, record, which)
  local reference = record.schema
  if record.customFields == nil and reference == nil then
    return
  end
  if not reference or type(reference.id) ~= "string" or type(reference.version) ~= "number" then
    api_errors.invalid_field(ctx.settings, "schema", "custom fields need the schema's id and version", "required")
  end
  record.schema = { id = reference.id, version = reference.version }
  local fields = record.customFields
  if fields then
    custom_field_schemas.check_fields(ctx, fields, record.schema, which)
    record.customFields = {}
    for key, value in pairs(fields) do
      if value ~= json.null then
        record.customFields[key] = value
      end
    end
  else
    custom_field_schemas.check_fields(ctx, {}, record.schema, which)
  end
end

return computed_fields