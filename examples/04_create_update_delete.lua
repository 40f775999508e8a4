-- Create, link, change and delete a contact with an organization, a note and a
-- relationship.  An update replaces the whole record: get it, change it, send it.
--   lua5.4 examples/04_create_update_delete.lua
local ec = require "extcontacts"

local client = ec.connect()
local USER = "6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f11" -- a user of the organization

local organization = assert(client.organizations:create { name = "Harbour Supplies" })
local contact = assert(client.contacts:create {
  firstName = "Ines",
  lastName = "Okafor",
  title = "Buyer",
  workPhone = { display = "+49 30 901820" },
  externalOrganization = { id = organization.id },
})
print("created " .. contact.id .. ", phone " .. contact.workPhone.display)

local note = assert(client.contacts.notes:create(contact.id, {
  noteText = "Prefers to be called in the morning.",
  createdBy = { id = USER },
}))
local relationship = assert(client.relationships:create {
  user = { id = USER },
  externalOrganization = { id = organization.id },
  relationship = "Account manager",
})

-- Change one field, clear another, keep the rest.
local current = ec.writable("ExternalContact", assert(client.contacts:get(contact.id)))
current.lastName = "Okafor-Lind"
current.title = ec.null
local updated = assert(client.contacts:update(contact.id, current))
print("renamed to " .. updated.lastName .. ", title " .. tostring(updated.title or "cleared"))

for entry in client:each_contact_note(contact.id) do
  print("note: " .. entry.noteText)
end

assert(client.contacts.notes:delete(contact.id, note.id))
assert(client.relationships:delete(relationship.id))
assert(client.contacts:delete(contact.id))
assert(client.organizations:delete(organization.id))

local gone, err = client.contacts:get(contact.id)
assert(gone == nil and err.status == 404 and err.from_api, err)
print "all four records deleted"
