-- Who is calling?  Looks up a phone number or an e-mail address.
--   lua5.4 examples/07_reverse_lookup.lua [+13175550100]
local ec = require "extcontacts"

local client = ec.connect()
local value = arg and arg[1]
if not value then
  -- No value given: use a number that the server recognises.
  for contact in client:scan_contacts() do
    local phone = contact.workPhone
    if phone and phone ~= ec.null and phone.e164 then
      value = phone.e164
      break
    end
  end
  assert(value, "no contact has a phone number that a lookup finds")
end

local result = assert(client.lookup:reverse(value, { expand = { "contacts.externalOrganization" } }))
for _, contact in ipairs(result.contacts or {}) do
  local organization = contact.externalOrganization
  print(("%s %s, %s"):format(contact.firstName or "", contact.lastName or "",
    organization and organization.name or "no organization"))
end
assert(#(result.contacts or {}) > 0, "no contact found")
