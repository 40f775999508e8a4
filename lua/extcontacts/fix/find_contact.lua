--- Finds the one contact that has an e-mail address or a phone number.

local contact_fields = require "extcontacts.record.contact_fields"
local email = require "extcontacts.record.normalize.email"
local normalize = require "extcontacts.record.normalize"
local operations = require "extcontacts.api.operations"
local record_api = require "extcontacts.fix.record_api"

local find_contact = {}

local reverse = operations.find "lookup.reverse"

--- The reason when no contact has the id or e-mail address.
find_contact.NOBODY = "no such record"
--- The same for a phone number.  The server finds only numbers that it recognises.
find_contact.NO_NUMBER = "no such record; numbers that the server does not recognise were not searched"
--- The same for an address with letters beyond ASCII.  The server may not know their
-- case.
find_contact.NO_SPELLING = "no such record; the address in a mixture of capitals and small letters was not searched"

--- Whether a reason says that an address was looked up and no contact has it.
---@param reason string|nil
---@return boolean
function find_contact.is_absent(reason)
  return reason == find_contact.NOBODY or reason == find_contact.NO_NUMBER or reason == find_contact.NO_SPELLING
end

local function absent(address)
  return address.kind == "phone" and find_contact.NO_NUMBER
    or email.has_other_case(address.value) and find_contact.NO_SPELLING or find_contact.NOBODY
end

-- Whether a contact has an address; and whether it has the phone number with
-- another extension.
local function has(contact, address)
  local is_near = false
  for _, field in ipairs(contact_fields.emails) do
    if address.kind == "email" and email.key(contact[field]) == address.value then
      return true, false
    end
  end
  for _, field in ipairs(contact_fields.phones) do
    local phone = contact[field]
    if type(phone) == "table" and phone.e164 == address.value then
      if address.extension == nil or phone.extension == address.extension then
        return true, false
      end
      is_near = true
    end
  end
  return false, is_near
end

-- The contacts that the server finds by an address, each once; and whether there may
-- be others.
local function search(client, address)
  local contacts, seen, is_cut = {}, {}, false
  for _, spelling in ipairs(address.spellings or { address.value }) do
    local response, err = client:call("lookup.reverse", spelling)
    if not response then
      error(err, 0)
    end
    local list = type(response.contacts) == "table" and response.contacts or {}
    is_cut = is_cut or #list >= reverse.max_results
    for _, contact in ipairs(list) do
      contacts[#contacts + 1] = not seen[contact.id] and contact or nil
      seen[contact.id] = true
    end
  end
  return contacts, is_cut
end

-- The one contact that the search finds by an address: its id, or nil and the reason.
local function candidate(client, address)
  local contacts, is_cut = search(client, address)
  local found, near
  for _, contact in ipairs(contacts) do
    local is_match, is_near = has(contact, address)
    if is_match and found then
      return nil, "several contacts have this address"
    end
    found, near = is_match and contact or found, near or is_near
  end
  if is_cut then
    return nil, "too many contacts share this address"
  elseif not found then
    return nil, near and "a contact has this number with another extension" or absent(address)
  end
  return found.id
end

local function find(client, address)
  local id, reason = candidate(client, address)
  if not id then
    return nil, reason
  end
  -- The search index lags behind writes, so the record itself decides.
  local record = record_api.read(client, { kind = "contact", id = id })
  if record and has(record, address) then
    return record
  end
  return nil, absent(address)
end

--- Searches for all contacts that have an address.  The index lags behind writes: read the
-- contacts to know.  Raises an error object when the search fails.
---@param client extcontacts.Client
---@param text string
---@return string[]|nil ids nil if there are more than the search returns
function find_contact.all(client, text)
  local address = assert(normalize.address(text))
  local contacts, is_cut = search(client, address)
  local ids = {}
  for _, contact in ipairs(contacts) do
    ids[#ids + 1] = has(contact, address) and contact.id or nil
  end
  return not is_cut and ids or nil
end

--- Searches for the one contact that has an address.  The index lags behind writes: read
-- the contact to know.  Raises an error object when the search fails.
---@param client extcontacts.Client
---@param text string
---@return string|nil id
---@return string|nil reason why no contact was found
function find_contact.search(client, text)
  local address, reason = normalize.address(text)
  if not address then
    return nil, reason
  end
  return candidate(client, address)
end

--- The reason why no contact was found by an address, as far as it was searched.
---@param text string
---@return string reason
function find_contact.absence(text)
  return absent(assert(normalize.address(text)))
end

--- Whether a contact has an address.
---@param contact table
---@param text string
---@return boolean
function find_contact.has(contact, text)
  local address = normalize.address(text)
  return address ~= nil and (has(contact, address))
end

--- Finds the contact with an id, or the one contact that has an e-mail address or
-- a phone number with its country code.  Raises an error object when a read fails.
---@param client extcontacts.Client
---@param text string
---@return table|nil contact
---@return string|nil reason why no contact was found
function find_contact.find_by_key(client, text)
  local id, address, reason = normalize.id_or_address(text)
  if address then
    return find(client, address)
  elseif not id then
    return nil, reason
  end
  local record = record_api.read(client, { kind = "contact", id = id })
  return record, not record and find_contact.NOBODY or nil
end

return find_contact
