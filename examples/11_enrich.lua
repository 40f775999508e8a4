-- Enrich: the server finds a contact by an identifier and updates it, or creates it.
-- With dry_run it changes nothing and returns the record as it would be.
--   lua5.4 examples/11_enrich.lua
local ec = require "extcontacts"

local client = ec.connect()
local request = {
  action = "Upsert",
  matchingIdentifiers = ec.array { { type = "Email", value = "ada.lovelace@example.com" } },
  contact = { firstName = "Ada", lastName = "Lovelace", workEmail = "ada.lovelace@example.com" },
}

local preview, err = client.contacts:enrich(request, { dry_run = true })
assert(preview, err)
print("dry run: " .. preview.firstName .. " " .. preview.lastName)

-- Status 201 says that the contact was created, 200 that it was updated.
local contact, _, response = client.contacts:enrich(request)
assert(contact and response.status == 201)
print("created, status " .. response.status)

request.contact = { workEmail = "ada.lovelace@example.com", title = "Countess" }
local updated
updated, _, response = client.contacts:enrich(request)
assert(updated and updated.id == contact.id and response.status == 200)
print(("updated, status %d: %s %s, %s"):format(response.status, updated.firstName, updated.lastName, updated.title))

assert(client.contacts:delete(contact.id))
