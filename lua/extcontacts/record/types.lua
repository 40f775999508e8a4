--- The types of records that a fix can change: their models, their operations,
-- and how a record is referred to.  Pure.

local names = require "extcontacts.api.operations.names"
local suggest = require "extcontacts.base.suggest"

local types = {}

---@alias extcontacts.record.TypeName
---| "contact"
---| "organization"
---| "relationship"
---| "contact_note"
---| "organization_note"

---@class extcontacts.record.Type
---@field name extcontacts.record.TypeName
---@field model string name of the model
---@field space string where its operations are, `contacts.notes`
---@field owner extcontacts.record.TypeName|nil the type whose id is the operations' first argument
---@field has_dates boolean whether the server maintains `modifyDate`
---@field get string short name of the operation
---@field update string
---@field patch string
---@field create string
---@field delete string
---@field promote string|nil of contacts

-- Fields that the server sets although they are not marked read-only.
types.owned = { id = true, createDate = true, modifyDate = true, trustor = true }

-- Types with a division of their own; the others are in that of their owner.
types.movable = { contact = true, organization = true }

local function record_type(name, model, space, owner, has_dates)
  local row = { name = name, model = model, space = space, owner = owner, has_dates = has_dates }
  for _, verb in ipairs { "get", "update", "patch", "create", "delete" } do
    row[verb] = space .. "." .. verb
    assert(names.by_short[row[verb]], row[verb])
  end
  return row
end

---@type table<string, extcontacts.record.Type>
types.by_name = {
  contact = record_type("contact", "ExternalContact", "contacts", nil, true),
  organization = record_type("organization", "ExternalOrganization", "organizations", nil, true),
  relationship = record_type("relationship", "Relationship", "relationships", nil, false),
  contact_note = record_type("contact_note", "Note", "contacts.notes", "contact", true),
  organization_note = record_type("organization_note", "Note", "organizations.notes", "organization", true),
}

types.by_name.contact.promote = "contacts.promote"

--- The type of a listing's records, and the iterators over them.
types.listings = {
  contacts = { kind = "contact", scan = "scan_contacts", list = "each_contact" },
  organizations = { kind = "organization", scan = "scan_organizations", list = "each_organization" },
  relationships = { kind = "relationship", scan = "scan_relationships" },
  -- Notes of both types; each record's address says which.
  notes = { scan = "scan_notes" },
}

--- The message for a name that is not a type.
---@param name any
---@return string
function types.unknown(name)
  return suggest.unknown("record type", name, suggest.keys(types.by_name))
end

local NOTES_OF = { contacts = "contact_note", organizations = "organization_note" }

--- What identifies a record on the server.
---@class extcontacts.record.Reference
---@field kind extcontacts.record.TypeName
---@field id string
---@field owner string|nil of a note: the id of its contact or organization

--- Returns the reference to a record.  The scan of notes returns notes of both
-- types, so theirs comes from their address.
---@param name extcontacts.record.TypeName|nil nil for notes
---@param record table
---@param owner string|nil
---@return extcontacts.record.Reference|nil
---@return string|nil problem
function types.reference(name, record, owner)
  if type(record.id) ~= "string" or record.id == "" then
    return nil, "a record without an id"
  end
  if name == nil or (types.by_name[name].owner and not owner) then
    local space, found = tostring(record.selfUri):match("/(%a+)/([^/]+)/notes/[^/]+$")
    if not NOTES_OF[space] then
      return nil, "a note whose selfUri names neither a contact nor an organization"
    end
    return { kind = NOTES_OF[space], id = record.id, owner = found }
  end
  return { kind = name, id = record.id, owner = owner }
end

--- The arguments of an operation on one record.
---@param reference extcontacts.record.Reference
---@param body table|nil
---@param options table|nil
---@return table arguments the owner's id and the record's, where they apply, then `body` and `options`
function types.arguments(reference, body, options)
  local arguments = {}
  if types.by_name[reference.kind].owner then
    arguments[1] = reference.owner
  end
  if reference.id then
    arguments[#arguments + 1] = reference.id
  end
  arguments[#arguments + 1] = body
  arguments[#arguments + 1] = options
  return arguments
end

--- The organization that a contact or relationship is linked to.
---@param record table|nil
---@return string|nil id
function types.organization_of(record)
  local organization = record and record.externalOrganization
  return type(organization) == "table" and type(organization.id) == "string" and organization.id or nil
end

return types
