--- The fields of a contact that carry its identifiers.  A contact that is created for an
-- identifier must have it, or the next lookup would not find it.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local normalize = require "extcontacts.record.normalize"
local shallow_copy = require "extcontacts.base.shallow_copy"

local identifier_fields = {}

local function text_of(value)
  return type(value) == "string" and value or nil
end

local function is_free(value)
  return value == nil or value == core.json.null or value == ""
end

local function email_key(value)
  return text_of(value) and normalize.identifier("Email", value)
end

local function number_key(value)
  return text_of(value) and normalize.identifier("Phone", value)
end

-- Whether a phone field has a number, in any spelling of it.
local function has_number(value, wanted)
  for _, name in ipairs { "e164", "display", "userInput" } do
    if type(value) == "table" and number_key(value[name]) == wanted then
      return true
    end
  end
  return false
end

-- Puts a value into the first free field unless a field has it.
local function put(record, fields, has, value, what)
  local free
  for _, name in ipairs(fields) do
    local present = record[name]
    if not is_free(present) and has(present) then
      return nil
    end
    free = free or is_free(present) and name
  end
  if not free then
    return ("the record has no free %s field for the identifier"):format(what)
  end
  record[free] = value
end

local function source_of(item)
  local source = type(item) == "table" and item.externalSource
  return type(source) == "table" and text_of(source.id) or nil
end

local CARRIERS = {}

function CARRIERS.Email(record, identifier)
  local wanted = email_key(identifier.value)
  return put(record, contact_fields.emails, function(value)
    return email_key(value) == wanted
  end, identifier.value, "e-mail")
end

function CARRIERS.Phone(record, identifier)
  local wanted = number_key(identifier.value)
  return put(record, contact_fields.phones, function(value)
    return has_number(value, wanted)
  end, { display = identifier.value }, "phone")
end

function CARRIERS.ExternalId(record, identifier)
  local list, source = {}, source_of(identifier)
  for _, item in ipairs(type(record.externalIds) == "table" and record.externalIds or {}) do
    if type(item) == "table" and item.value == identifier.value and source_of(item) == source then
      return nil
    end
    list[#list + 1] = item
  end
  list[#list + 1] = { externalSource = source and { id = source } or nil, value = identifier.value }
  record.externalIds = list
end

--- Returns a copy of a record whose fields carry the identifiers.  Those of other types,
-- such as cookies, have no field.
---@param record table
---@param identifiers table[]
---@return table|nil
---@return string|nil problem
function identifier_fields.fill(record, identifiers)
  local copy = shallow_copy(record)
  for _, identifier in ipairs(identifiers) do
    local carrier = CARRIERS[identifier.type]
    local problem = carrier and carrier(copy, identifier)
    if problem then
      return nil, problem
    end
  end
  return copy
end

return identifier_fields
