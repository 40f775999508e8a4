--- The fields that the server computes from a valid record: phone numbers in
-- E.164 and the international format, profile addresses, and references.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local models = require "extcontacts.api.models"
local numbering_plans = require "extcontacts.sandbox.numbering_plans"
local phone_numbers = require "extcontacts.sandbox.phone_numbers"

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
  -- A phone number that comes back as it was read keeps its userInput.
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

local function apply(settings, model, record)
  for _, field in ipairs(model.fields) do
    local value = record[field.wire]
    if value ~= nil and field.shape == "value" then
      if field.type == "PhoneNumber" then
        rewrite_phone(settings, value)
      elseif field.type == "TwitterId" then
        add_profile(value)
      elseif field.type == "WhatsAppId" then
        apply(settings, models.WhatsAppId, value)
      end
    end
  end
end

--- Rewrites the phone numbers and profiles of a record.
---@param settings table region
---@param model_name string
---@param record table changed in place
function computed_fields.apply(settings, model_name, record)
  apply(settings, models[model_name], record)
end

--- A reference to a user, as responses contain it.
---@param reference { id: string }
---@return { id: string, selfUri: string }
function computed_fields.user(reference)
  return { id = reference.id, selfUri = "/api/v2/users/" .. reference.id }
end

--- A reference to an organization, as responses contain it; ends the request
-- if the organization does not exist.
---@param reference { id: any }
---@param field string the field that contains the reference
---@return { id: string, selfUri: string }
---@return integer index
function computed_fields.organization(reference, field)
  local organizations = dataset.collections.organization
  local index = type(reference.id) == "string" and organizations:index(reference.id)
  if not index or not organizations:exists(index) then
    api_errors.raise("bad.request", nil, {
      message = "The external organization does not exist.",
      details = { { errorCode = "not.found", fieldName = field .. ".id" } },
    })
  end
  local id = organizations:id(index)
  return { id = id, selfUri = dataset.base_path .. "organizations/" .. id }, index
end

return computed_fields
