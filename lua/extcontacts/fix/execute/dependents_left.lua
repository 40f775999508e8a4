--- Whether a record that is to be deleted still has notes, relationships or linked
-- contacts, which would be lost with it.

local dependents = require "extcontacts.fix.dependents"
local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"
local outcomes = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local dependents_left = {}

local WORDS = { notes = "notes", relationships = "relationships", contacts = "linked contacts" }

-- Whether a record of a list still belongs to its owner: lists lag behind changes.
local function is_left(client, row, owner, id)
  if row.field == "contacts" then
    return types.organization_of(record_api.read(client, { kind = "contact", id = id })) == owner
  end
  return record_api.read(client, { kind = row.kind, id = id, owner = row.kind ~= "relationship" and owner or nil })
    ~= nil
end

--- The outcome if there are some, or they can't be read; nil if there are none.
---@param client extcontacts.Client
---@param reference extcontacts.record.Reference of the record
---@return extcontacts.fix.Outcome|nil
function dependents_left.outcome(client, reference)
  for _, row in ipairs(dependents.lists[reference.kind]) do
    local found, err = errors.catch(function()
      for record in client[row.list](client, reference.id, { page_size = 100, allow_partial = true }) do
        if is_left(client, row, reference.id, record.id) then
          return "some"
        end
      end
      return "none"
    end)
    if found == "some" then
      return { t = "conflict",
        reason = ("the %s has %s that were added since it was planned"):format(reference.kind, WORDS[row.field]) }
    elseif not found and not outcomes.is_absent(err) then
      return failures.of_read(err)
    end
  end
end

return dependents_left
