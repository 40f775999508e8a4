--- The types of records whose duplicates can be found: what is compared, by which keys
-- candidates are found, and which rules apply.  Data only.

local contact_rules = require "extcontacts.dedupe.contact_rules"
local contacts = require "extcontacts.dedupe.contacts"
local organization_rules = require "extcontacts.dedupe.organization_rules"
local organizations = require "extcontacts.dedupe.organizations"

return {
  contact = { fields = contacts.fields, key_names = contacts.key_names, read = contacts.read, rules = contact_rules },
  organization = { fields = organizations.fields, key_names = organizations.key_names, read = organizations.read,
    rules = organization_rules },
}
