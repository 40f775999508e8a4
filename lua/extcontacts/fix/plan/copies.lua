--- The changes of a move: the copy of the record in the other division, copies of its
-- notes and relationships, links of contacts to the copy, and the deletion of the
-- record, last.

local bulk_api = require "extcontacts.fix.bulk_api"
local canonical = require "extcontacts.record.canonical"
local changes = require "extcontacts.fix.plan.changes"
local dependents = require "extcontacts.fix.dependents"
local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"

local copies = {}

-- Fields that say where a record is, and whose.
local PLACE = { "division", "identifiers", "entityId", "entityType" }

-- A create that copies a record.  The id map of the journal says what became of it.  Notes
-- and relationships are in the division of their owner.
local function copy_of(reference, record, division)
  local body = shallow_copy(record)
  for _, name in ipairs(PLACE) do
    body[name] = nil
  end
  body.division = types.movable[reference.kind] and { id = division } or nil
  local change = changes.create(reference.kind, reference.owner, body)
  change.old_id = reference.id
  return change
end

-- The contacts that are linked to an organization, as they are.
local function linked(client, organization, list)
  local index = 0
  local next_record = bulk_api.reader(client, function()
    index = index + 1
    return list[index]
  end, function(id)
    return { kind = "contact", id = id }
  end)
  return function()
    local id, record = next_record()
    while id and types.organization_of(record) ~= organization do
      id, record = next_record()
    end
    return id, record
  end
end

--- Puts the changes of a move.  They have the numbers of those they need once they are
-- put.
---@param client extcontacts.Client
---@param change extcontacts.fix.Change the deletion, from `moves`, with the dependents of the record
---@param put fun(change: extcontacts.fix.Change) sets the number
function copies.each(client, change, put)
  local reference = { kind = change.kind, id = change.id }
  local found = change.dependents or { counts = {} }
  local copy = copy_of(reference, change.before, change.move.division)
  copy.copies = { modify_date = change.before.modifyDate, digest = canonical.digest(change.kind, change.before) }
  put(copy)
  local last = copy
  dependents.each(reference, found, function(dependent, record)
    local create = copy_of(dependent, record, change.move.division)
    create.needs = last.n
    put(create)
    last = create
  end)
  for id, record in linked(client, change.id, found.contacts or {}) do
    local link = changes.link({ kind = "contact", id = id }, record, change.id)
    link.needs = copy.n
    put(link)
  end
  change.needs = last.n
  -- Links are moved, so that the deletion takes none away.
  if found.contacts then
    found.contacts, found.counts.contacts = nil, nil
    change.dependents = next(found.counts) and found or nil
  end
  put(change)
end

return copies
