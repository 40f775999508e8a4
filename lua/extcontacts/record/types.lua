--- The kinds of records a fix can change: their models, their operations and
-- how one is named.  Data only.

local operations = require "extcontacts.api.operations"
local suggest = require "extcontacts.base.suggest"

local types = {}

---@alias extcontacts.fix.KindName
---| "contact"
---| "organization"
---| "relationship"
---| "contact_note"
---| "organization_note"

---@class extcontacts.fix.Kind
---@field name extcontacts.fix.KindName
---@field model string name of the model
---@field space string of the operations' short names, `contacts.notes`
---@field owner extcontacts.fix.KindName|nil the kind whose id comes first in the arguments
---@field has_dates boolean whether the server keeps `modifyDate`
---@field get string short name of the operation
---@field update string
---@field create string
---@field delete string

-- Fields that the server sets without their being marked read-only.
types.owned = { id = true, createDate = true, modifyDate = true, trustor = true }

local function kind(name, model, space, owner, has_dates)
  local row = { name = name, model = model, space = space, owner = owner, has_dates = has_dates }
  for _, verb in ipairs { "get", "update", "create", "delete" } do
    row[verb] = space .. "." .. verb
    assert(operations.by_short[row[verb]], row[verb])
  end
  return row
end

---@type table<string, extcontacts.fix.Kind>
types.by_name = {
  contact = kind("contact", "ExternalContact", "contacts", nil, true),
  organization = kind("organization", "ExternalOrganization", "organizations", nil, true),
  relationship = kind("relationship", "Relationship", "relationships", nil, false),
  contact_note = kind("contact_note", "Note", "contacts.notes", "contact", true),
  organization_note = kind("organization_note", "Note", "organizations.notes", "organization", true),
}

--- What a listing's name means: its kind, and the iterators over it.
types.listings = {
  contacts = { kind = "contact", scan = "scan_contacts", list = "each_contact" },
  organizations = { kind = "organization", scan = "scan_organizations", list = "each_organization" },
  relationships = { kind = "relationship", scan = "scan_relationships" },
  -- Their kind is in each record's own address.
  notes = { scan = "scan_notes" },
}

--- Why a name is no kind.
---@param name any
---@return string
function types.unknown(name)
  return suggest.unknown("kind of record", name, suggest.keys(types.by_name))
end

local OWNERS = { contacts = "contact_note", organizations = "organization_note" }

---@class extcontacts.fix.Reference
---@field kind extcontacts.fix.KindName
---@field id string
---@field owner string|nil id of the contact or organization of a note

--- How a record is named.  Notes come from one scan whatever they hang on;
-- only their address tells.
---@param name extcontacts.fix.KindName|nil nil for notes
---@param record table
---@param owner string|nil
---@return extcontacts.fix.Reference|nil
---@return string|nil reason
function types.reference(name, record, owner)
  if type(record.id) ~= "string" or record.id == "" then
    return nil, "a record without an id"
  end
  if name == nil or (types.by_name[name].owner and not owner) then
    local space, found = tostring(record.selfUri):match("/(%a+)/([^/]+)/notes/[^/]+$")
    if not OWNERS[space] then
      return nil, "a note whose selfUri does not tell what it belongs to"
    end
    return { kind = OWNERS[space], id = record.id, owner = found }
  end
  return { kind = name, id = record.id, owner = owner }
end

--- The leading arguments of an operation on one record.
---@param reference extcontacts.fix.Reference
---@param body table|nil the argument after them
---@param options table|nil the last one
---@return table arguments
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

return types
