--- Whether a contact that is to be deleted still has notes, which would be lost with it.

local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"
local outcomes = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"

local notes_left = {}

--- The outcome if there are notes, or they can't be read; nil if there are none.
---@param client extcontacts.Client
---@param id string of the contact
---@return extcontacts.fix.Outcome|nil
function notes_left.outcome(client, id)
  local found, err = errors.catch(function()
    for note in client:each_contact_note(id, { page_size = 100, allow_partial = true }) do
      -- Lists lag behind deletions.
      if record_api.read(client, { kind = "contact_note", id = note.id, owner = id }) then
        return "note"
      end
    end
    return "none"
  end)
  if found == "note" then
    return { t = "conflict", reason = "the contact has notes that were added since it was planned" }
  elseif not found and not outcomes.is_absent(err) then
    return failures.of_read(err)
  end
end

return notes_left
