-- PATCH: changes single fields of a contact, also under a condition, without reading it
-- first.
--   lua5.4 examples/10_patch.lua
local ec = require "extcontacts"

local client = ec.connect()
local contact = assert(client.contacts:create { firstName = "Ada", lastName = "Lovelace", title = "Analyst" })

local changed = assert(client.contacts:patch(contact.id, {
  changes = {
    { field = "$.title", action = "Update", value = "Countess" },
    { field = "$.address.city", action = "UpdateIfEmpty", value = "London" },
    { field = "$.firstName", action = "UpdateIfEmpty", value = "Augusta" }, -- is not empty
  },
}))
print(("%s %s, %s, %s"):format(changed.firstName, changed.lastName, changed.title, changed.address.city))
assert(changed.firstName == "Ada" and changed.title == "Countess" and changed.address.city == "London")

-- A field and its parent can't be changed together; nothing is sent.
local refused, err = client.contacts:patch(contact.id, {
  changes = {
    { field = "$.address", action = "Remove" },
    { field = "$.address.city", action = "Update", value = "Paris" },
  },
})
assert(refused == nil and err.kind == "invalid", err)
print("a field and its parent: " .. err.kind)

assert(client.contacts:delete(contact.id))
