--- The names of all operations, in the order of the reference: short name,
-- specified name and, for listings, the client's iterator.  A line of one word
-- names the file with the rows that follow.  Rows are loaded when they are first
-- used, but namespaces, completion and "did you mean" know all names.

local TEXT = [[
contacts
  contacts.get                        get_externalcontacts_contact
  contacts.list                       get_externalcontacts_contacts               each_contact
  contacts.create                     post_externalcontacts_contacts
  contacts.update                     put_externalcontacts_contact
  contacts.delete                     delete_externalcontacts_contact
  contacts.scan                       get_externalcontacts_scan_contacts          scan_contacts
notes
  contacts.notes.get                  get_externalcontacts_contact_note
  contacts.notes.list                 get_externalcontacts_contact_notes          each_contact_note
  contacts.notes.create               post_externalcontacts_contact_notes
  contacts.notes.update               put_externalcontacts_contact_note
  contacts.notes.delete               delete_externalcontacts_contact_note
schemas
  contacts.schemas.get                get_externalcontacts_contacts_schema
  contacts.schemas.list               get_externalcontacts_contacts_schemas
  contacts.schemas.create             post_externalcontacts_contacts_schemas
  contacts.schemas.update             put_externalcontacts_contacts_schema
  contacts.schemas.delete             delete_externalcontacts_contacts_schema
  contacts.schemas.version            get_externalcontacts_contacts_schema_version
  contacts.schemas.versions           get_externalcontacts_contacts_schema_versions
organizations
  organizations.get                   get_externalcontacts_organization
  organizations.list                  get_externalcontacts_organizations          each_organization
  organizations.create                post_externalcontacts_organizations
  organizations.update                put_externalcontacts_organization
  organizations.delete                delete_externalcontacts_organization
  organizations.scan                  get_externalcontacts_scan_organizations     scan_organizations
  organizations.contacts              get_externalcontacts_organization_contacts  each_organization_contact
  organizations.relationships         get_externalcontacts_organization_relationships  each_organization_relationship
notes
  organizations.notes.get             get_externalcontacts_organization_note
  organizations.notes.list            get_externalcontacts_organization_notes     each_organization_note
  organizations.notes.create          post_externalcontacts_organization_notes
  organizations.notes.update          put_externalcontacts_organization_note
  organizations.notes.delete          delete_externalcontacts_organization_note
schemas
  organizations.schemas.get           get_externalcontacts_organizations_schema
  organizations.schemas.list          get_externalcontacts_organizations_schemas
  organizations.schemas.create        post_externalcontacts_organizations_schemas
  organizations.schemas.update        put_externalcontacts_organizations_schema
  organizations.schemas.version       get_externalcontacts_organizations_schema_version
  organizations.schemas.versions      get_externalcontacts_organizations_schema_versions
trustors
  organizations.trustor.set           put_externalcontacts_organization_trustor_trustor_id
  organizations.trustor.clear         delete_externalcontacts_organization_trustor
relationships
  relationships.get                   get_externalcontacts_relationship
  relationships.create                post_externalcontacts_relationships
  relationships.update                put_externalcontacts_relationship
  relationships.delete                delete_externalcontacts_relationship
  relationships.scan                  get_externalcontacts_scan_relationships     scan_relationships
notes
  notes.scan                          get_externalcontacts_scan_notes             scan_notes
conversations
  conversations.associate             put_externalcontacts_conversation
lookup
  lookup.reverse                      get_externalcontacts_reversewhitepageslookup
]]

---@class extcontacts.OperationNames
---@field list string[] specified names, in order
---@field shorts string[] short names, in the same order
---@field by_short table<string, string> short name → specified name
---@field file_of table<string, string> specified name → the file with its row
---@field by_iterator table<string, string> iterator → specified name of its listing
local names = { list = {}, shorts = {}, by_short = {}, file_of = {}, by_iterator = {} }

local file
for line in TEXT:gmatch "[^\n]+" do
  local first, name, iterator = line:match "^%s*(%S+)%s*(%S*)%s*(%S*)$"
  if name == "" then
    file = first
  else
    local index = #names.list + 1
    names.list[index], names.shorts[index] = name, first
    names.by_short[first], names.file_of[name] = name, file
    if iterator ~= "" then
      names.by_iterator[iterator] = name
    end
  end
end

return names
