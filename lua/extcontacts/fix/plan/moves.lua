--- The changes that move what depends on a record to another one: notes and
-- relationships are recreated there and then deleted, contacts are linked to it.

local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local deepcopy = require "extcontacts.base.deepcopy"
local dependents = require "extcontacts.fix.dependents"
local errors = require "extcontacts.base.errors"
local types = require "extcontacts.record.types"

local moves = {}

-- Recreates a record at its new owner, unless it is there already, and deletes it.
local function recreate(out, reference, record, create, existing)
  if not existing:find(create) then
    out[#out + 1] = create
  end
  out[#out + 1] = changes.delete(reference, record)
end

local MOVE = {}

function MOVE.notes(out, kind, from, to, notes, existing)
  local note_kind = kind .. "_note"
  for _, note in ipairs(notes) do
    recreate(out, { kind = note_kind, id = note.id, owner = from }, note, changes.create(note_kind, to, note), existing)
  end
end

function MOVE.relationships(out, _, _, to, relationships, existing)
  for _, relationship in ipairs(relationships) do
    local moved = deepcopy(relationship)
    moved.externalOrganization = { id = to }
    recreate(out, { kind = "relationship", id = relationship.id }, relationship,
      changes.create("relationship", nil, moved), existing)
  end
end

-- An update sets the link only, so that the contact may be edited in the meantime.
local function relink(contact, to)
  local after = deepcopy(contact)
  after.externalOrganization = { id = to }
  local change = changes.update({ kind = "contact", id = contact.id }, contact, after)
  if change then
    change.rebase = true
  end
  return change
end

function MOVE.contacts(out, _, from, to, list, _, client)
  local index = 0
  for _, contact in bulk_api.reader(client, function()
    index = index + 1
    return list[index]
  end, function(id)
    return { kind = "contact", id = id }
  end) do
    -- Lists lag behind changes.
    if contact and types.organization_of(contact) == from then
      out[#out + 1] = relink(contact, to)
    end
  end
end

--- Adds the changes that move the dependents of a record.  Raises an error object if
-- they can't be read.
---@param out extcontacts.fix.Change[]
---@param client extcontacts.Client
---@param kind "contact"|"organization"
---@param from string id of the record that is to be deleted
---@param to string id of the one that stays
---@param existing extcontacts.fix.Existing
---@return string|nil problem why they can't be moved
function moves.add(out, client, kind, from, to, existing)
  local found, err = errors.catch(dependents.read, client, { kind = kind, id = from })
  if not found and err.kind == "limit" then
    return ("%s has more %s than the API lists"):format(from,
      kind == "contact" and "notes" or "notes, relationships or linked contacts")
  elseif not found then
    error(err, 0)
  end
  for _, row in ipairs(dependents.lists[kind]) do
    MOVE[row.field](out, kind, from, to, found[row.field] or {}, existing, client)
  end
end

return moves
