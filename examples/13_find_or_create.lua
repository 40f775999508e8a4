-- find_or_create: the contact that an identifier belongs to, or a new one.  Running it
-- twice creates one contact.
--   lua5.4 examples/13_find_or_create.lua
local ec = require "extcontacts"

local client = ec.connect()
local identifiers = { { type = "Email", value = "grace.hopper@example.com" } }
local record = { firstName = "Grace", lastName = "Hopper" }

local contact, err, response = client.contacts:find_or_create(identifiers, record)
assert(contact, err)
print(("%s %s: %s"):format(contact.firstName, contact.lastName, response.found and "found" or "created"))

local again
again, err, response = client.contacts:find_or_create(identifiers, record)
assert(again, err)
assert(again.id == contact.id and response.found)
print("the second time it was found")

assert(client.contacts:delete(contact.id))
