--- Whether a record that is to be deleted still has notes, relationships or linked
-- contacts, which would be lost with it.  Of those of a record that is moved there are
-- copies, unless they have changed since.

local conflicts = require "extcontacts.fix.execute.conflicts"
local dependents = require "extcontacts.fix.dependents"
local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"
local outcomes = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local dependents_left = {}

local WORDS = { notes = "notes", relationships = "relationships", contacts = "linked contacts" }

-- Whether a record of a list still belongs to its owner and was not copied: lists lag
-- behind changes.
local function is_left(client, row, owner, listed, copied)
  local function is_copied(record)
    return copied ~= nil and not conflicts.is_changed({ kind = row.kind, before = copied }, record)
  end
  if row.field == "contacts" then
    return types.organization_of(record_api.read(client, { kind = "contact", id = listed.id })) == owner
  elseif is_copied(listed) then
    return false
  end
  local record = record_api.read(client,
    { kind = row.kind, id = listed.id, owner = row.kind ~= "relationship" and owner or nil })
  return record ~= nil and not is_copied(record)
end

-- The records that were copied, by id.
local function copied_of(change, field)
  local by_id = {}
  for _, record in ipairs(change.move and change.dependents and change.dependents[field] or {}) do
    by_id[record.id or record] = record
  end
  return by_id
end

--- The outcome if there are some, or they can't be read; nil if there are none.
---@param client extcontacts.Client
---@param change extcontacts.fix.Change the deletion
---@return extcontacts.fix.Outcome|nil
function dependents_left.outcome(client, change)
  for _, row in ipairs(dependents.lists[change.kind]) do
    local copied = copied_of(change, row.field)
    local found, err = errors.catch(function()
      for record in client[row.list](client, change.id, { page_size = 100, allow_partial = true }) do
        if is_left(client, row, change.id, record, copied[record.id]) then
          return "some"
        end
      end
      return "none"
    end)
    if found == "some" then
      return { t = "conflict",
        reason = ("the %s has %s that were added%s since it was planned"):format(change.kind, WORDS[row.field],
          change.move and " or changed" or "") }
    elseif not found and not outcomes.is_absent(err) then
      return failures.of_read(err)
    end
  end
end

return dependents_left
