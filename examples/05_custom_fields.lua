-- Custom fields: a schema, a contact that uses it, and the schema's next
-- version.  An update with a stale version is a conflict.
--   lua5.4 examples/05_custom_fields.lua
local ec = require "extcontacts"

local client = ec.connect()

local function property(title, kind)
  return { title = title, allOf = ec.array { { ["$ref"] = "#/definitions/" .. kind } } }
end

-- The name of a property ends in its type.
local schema = assert(client.contacts.schemas:create {
  version = 0,
  name = "Loyalty",
  appliesTo = ec.array { "CONTACT" },
  enabled = true,
  jsonSchema = {
    ["$schema"] = "http://json-schema.org/draft-04/schema#",
    title = "Loyalty",
    properties = {
      tier_text = property("Tier", "text"),
      points_integer = property("Points", "integer"),
    },
  },
})
print(("schema %s, version %d"):format(schema.id, schema.version))

local contact = assert(client.contacts:create {
  firstName = "Mateo",
  lastName = "Quispe",
  schema = { id = schema.id, version = schema.version },
  customFields = { tier_text = "gold", points_integer = 1200 },
})
assert(contact.customFields.points_integer == 1200)

schema.jsonSchema.properties.since_date = property("Member since", "date")
local second = assert(client.contacts.schemas:update(schema.id, schema))
print(("version %d of the schema has a third field"):format(second.version))

-- The first version again, as if someone else had updated the schema meanwhile.
local refused, err = client.contacts.schemas:update(schema.id, schema)
assert(refused == nil and err.kind == "conflict", err)
print("an update with a stale version: " .. err.kind)

assert(client.contacts:delete(contact.id))
assert(client.contacts.schemas:delete(schema.id))
