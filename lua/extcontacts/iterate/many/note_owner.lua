--- Whose note a note is.  `entityType` and `entityId` are input of bulk requests, which
-- answers may lack; there, the note's address says it.

local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"

local note_owner = {}

local OWNERS = { contact = true, organization = true }

--- The owner of a note.
---@param note any
---@return "contact"|"organization"|nil type nil if it is not known
---@return string|nil id
function note_owner.of(note)
  if type(note) ~= "table" then
    return nil
  end
  local owner = type(note.entityType) == "string" and note.entityType:lower()
  if OWNERS[owner] and type(note.entityId) == "string" then
    return owner, note.entityId
  end
  local reference = types.reference(nil, note)
  if reference then
    return types.by_name[reference.kind].owner, reference.owner
  end
end

--- Where the notes of a type of owners are.
---@param owner "contact"|"organization"
---@return string space `contacts.notes`
function note_owner.space(owner)
  return types.by_name[owner .. "_note"].space
end

--- Returns a note with its owner, if that is known.
---@param note table
---@return table
function note_owner.complete(note)
  local owner, id = note_owner.of(note)
  if not owner or owner == note.entityType and id == note.entityId then
    return note
  end
  local copy = shallow_copy(note)
  copy.entityType, copy.entityId = owner, id
  return copy
end

return note_owner
