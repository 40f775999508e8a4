-- Get one contact with its organization, and handle one that does not exist.
--   lua5.4 examples/01_fetch.lua [contact-id]
local ec = require "extcontacts"

local client = ec.connect()

local id = arg and arg[1]
if not id then
  -- No id given: use the first contact.
  local first = client:scan_contacts({ max_items = 1 }):next()
  id = assert(first, "there are no contacts").id
end

local contact, err, response = client.contacts:get(id, { expand = { "externalOrganization" } })
if not contact then
  if err.status == 404 and err.from_api then
    print("no such contact: " .. id)
    os.exit(1, true)
  end
  error(err)
end

local organization = contact.externalOrganization
print(("%s %s, %s"):format(contact.firstName or "", contact.lastName or "",
  organization and organization.name or "no organization"))
print(("answered in %.0f ms, correlation id %s"):format(
  response.elapsed * 1000, response.correlation_id or "none"))

-- A missing record is an ordinary result: nothing is raised.
local missing, why = client.contacts:get "00000000-0000-4000-8000-000000000000"
assert(missing == nil and why.status == 404 and why.from_api, why)
print("a missing contact: " .. tostring(why.code))
