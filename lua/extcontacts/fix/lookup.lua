--- The one contact that has an e-mail address or a phone number.

local operations = require "extcontacts.api.operations"
local record_api = require "extcontacts.fix.record_api"

local lookup = {}

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

local reverse = operations.by_short["lookup.reverse"]

--- Why there is none where nobody has the address.
lookup.NOBODY = "no such record"

local function trimmed(text)
  return text:match "^%s*(.-)%s*$"
end

--- An address as it is looked up: an e-mail address without blanks, or an E.164
-- number without what people write between its digits.
---@param text string
---@return string|nil nil where it is neither
function lookup.normal(text)
  text = trimmed(text)
  if text:find "^[^@%s]+@[^@%s]+$" then
    return text:lower()
  end
  local digits = text:match "^%+[%d%s().-]+$" and text:gsub("[^%d]", "")
  return digits and #digits >= 7 and "+" .. digits or nil
end

local function has(contact, wanted)
  for _, field in ipairs(EMAILS) do
    local value = contact[field]
    if type(value) == "string" and trimmed(value):lower() == wanted then
      return true
    end
  end
  for _, field in ipairs(PHONES) do
    local phone = contact[field]
    if type(phone) == "table" and phone.e164 == wanted then
      return true
    end
  end
  return false
end

--- Finds it.  Raises where it can't be read.
---@param client extcontacts.Client
---@param text string
---@return table|nil contact
---@return string|nil reason why there is none
function lookup.find(client, text)
  local wanted = lookup.normal(text)
  if not wanted then
    return nil, "neither an e-mail address nor a number in E.164"
  end
  local found, err = client:call("lookup.reverse", wanted)
  if not found then
    error(err, 0)
  end
  local contacts, one = type(found.contacts) == "table" and found.contacts or {}, nil
  for _, contact in ipairs(contacts) do
    if has(contact, wanted) then
      if one then
        return nil, "an address that several contacts have"
      end
      one = contact
    end
  end
  if #contacts >= reverse.max_results then
    return nil, "an address that too many contacts share"
  elseif not one then
    return nil, lookup.NOBODY
  end
  -- The index lags: what counts is the record itself.
  local record = record_api.read(client, { kind = "contact", id = one.id })
  if record and has(record, wanted) then
    return record
  end
  return nil, lookup.NOBODY
end

return lookup
