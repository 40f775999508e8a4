--- Finds the one contact that has an e-mail address or a phone number.

local operations = require "extcontacts.api.operations"
local record_api = require "extcontacts.fix.record_api"
local texts = require "extcontacts.base.text"

local find_contact = {}

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

local reverse = operations.by_short["lookup.reverse"]

--- The reason when no contact has the address.
find_contact.NOBODY = "no such record"

--- The form in which an address is looked up: an e-mail address without white
-- space around it, or an E.164 number without separators.
---@param text string
---@return string|nil address nil when the text is neither
function find_contact.normal(text)
  text = texts.trim(text)
  if text:find "^[^@%s]+@[^@%s]+$" then
    return text:lower()
  end
  local digits = text:match "^%+[%d%s().-]+$" and text:gsub("[^%d]", "")
  return digits and #digits >= 7 and "+" .. digits or nil
end

local function has(contact, address)
  for _, field in ipairs(EMAILS) do
    local value = contact[field]
    if type(value) == "string" and texts.trim(value):lower() == address then
      return true
    end
  end
  for _, field in ipairs(PHONES) do
    local phone = contact[field]
    if type(phone) == "table" and phone.e164 == address then
      return true
    end
  end
  return false
end

--- Finds the contact.  Raises an error object when a read fails.
---@param client extcontacts.Client
---@param text string
---@return table|nil contact
---@return string|nil reason why no contact was found
function find_contact.find(client, text)
  local address = find_contact.normal(text)
  if not address then
    return nil, "not an e-mail address or a phone number in E.164"
  end
  local response, err = client:call("lookup.reverse", address)
  if not response then
    error(err, 0)
  end
  local contacts, found = type(response.contacts) == "table" and response.contacts or {}, nil
  for _, contact in ipairs(contacts) do
    if has(contact, address) then
      if found then
        return nil, "several contacts have this address"
      end
      found = contact
    end
  end
  if #contacts >= reverse.max_results then
    return nil, "too many contacts share this address"
  elseif not found then
    return nil, find_contact.NOBODY
  end
  -- The search index lags behind writes, so the record itself decides.
  local record = record_api.read(client, { kind = "contact", id = found.id })
  if record and has(record, address) then
    return record
  end
  return nil, find_contact.NOBODY
end

--- Finds the contact with an id, or the one contact that has an e-mail address or
-- a phone number in E.164.  Raises an error object when a read fails.
---@param client extcontacts.Client
---@param text string
---@return table|nil contact
---@return string|nil reason why there is none
function find_contact.find_by_key(client, text)
  if find_contact.normal(text) then
    return find_contact.find(client, text)
  end
  local record = record_api.read(client, { kind = "contact", id = texts.trim(text):lower() })
  return record, not record and find_contact.NOBODY or nil
end

return find_contact
