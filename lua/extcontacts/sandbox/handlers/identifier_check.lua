--- The check of an identifier that a request contains.

local api_errors = require "extcontacts.sandbox.api_errors"
local phone_numbers = require "extcontacts.sandbox.phone_numbers"
local text = require "extcontacts.base.text"

-- Longest value in characters.
local LONGEST = 255

--- Checks an identifier; ends the request if it is not valid.
---@param ctx extcontacts.sandbox.Context
---@param identifier extcontacts.sandbox.Identifier of a body, changed: a phone number gets its international form
---@param prefix string of the fields in the error
---@return extcontacts.sandbox.Identifier identifier
local function check(ctx, identifier, prefix)
  local function invalid(field, reason)
    api_errors.invalid_field(ctx.settings, prefix .. field, reason)
  end
  local length = text.length(identifier.value)
  if length < 1 or length > LONGEST then
    invalid("value", ("the length must be from 1 to %d characters"):format(LONGEST))
  end
  local source = identifier.externalSource
  if identifier.type == "ExternalId" and not (source and type(source.id) == "string" and source.id ~= "") then
    invalid("externalSource.id", "an external id needs its external source")
  elseif identifier.type == "Phone" then
    local number = identifier.value:find "^%+" and phone_numbers.parse(identifier.value, "")
    if not number then
      invalid("value", "a phone number needs + and a country code")
    end
    identifier.value = number.e164
  end
  return identifier
end

return check
