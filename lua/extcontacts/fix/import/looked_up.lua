--- Finds the contacts of an import's rows by looking up each identifier.

local find_contact = require "extcontacts.fix.find_contact"
local outcome = require "extcontacts.api.outcome"

local looked_up = {}

---@class extcontacts.fix.LookedUpContacts
local LookedUp = {}
LookedUp.__index = LookedUp

---@param client table
---@param external_source string|nil
---@return extcontacts.fix.LookedUpContacts
function looked_up.new(client, external_source)
  return setmetatable({ client = client, external_source = external_source, creators = {} }, LookedUp)
end

--- The contacts that have an identifier, as far as the index knows.
---@param identifier extcontacts.fix.ImportIdentifier
---@return string[]|nil ids nil if there are too many to list
function LookedUp:find(identifier)
  if identifier.kind == "id" then
    return { identifier.value }
  elseif identifier.kind == "externalId" then
    local contact, err = self.client:call("lookup.contact", { type = "ExternalId", value = identifier.value,
      externalSource = { id = self.external_source } })
    if contact then
      return { contact.id }
    elseif outcome.is_absent(err) then
      return {}
    end
    error(err, 0)
  end
  return find_contact.all(self.client, identifier.value)
end

--- The row that creates a contact with an identifier; nil if none does yet.
---@param identifier extcontacts.fix.ImportIdentifier
---@return integer|nil
function LookedUp:creator(identifier)
  return self.creators[identifier.key]
end

--- Notes that a row creates a contact with an identifier.
---@param identifier extcontacts.fix.ImportIdentifier
---@param row integer
function LookedUp:claim(identifier, row)
  self.creators[identifier.key] = self.creators[identifier.key] or row
end

function LookedUp.close() end

return looked_up
