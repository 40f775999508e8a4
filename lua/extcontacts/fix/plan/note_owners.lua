--- Which contacts may have notes.  The first ones are to be asked one by one; a plan with
-- more reads all notes once, 200 per request, and asks those only that have some.

local dependents = require "extcontacts.fix.dependents"
local errors = require "extcontacts.base.errors"
local idset = require "extcontacts.base.idset"
local types = require "extcontacts.record.types"

local note_owners = {}

--- Contacts that are asked one by one.
note_owners.MOST_LISTED = 300

---@class extcontacts.fix.NoteOwners
---@field asked integer
---@field owners table|false|nil set of ids; false if the notes can't be scanned
local NoteOwners = {}
NoteOwners.__index = NoteOwners

--- Starts with a plan.
---@param client extcontacts.Client
---@return extcontacts.fix.NoteOwners
function note_owners.new(client)
  return setmetatable({ client = client, asked = 0 }, NoteOwners)
end

local function scan(client)
  local owners = idset.new()
  local ok, err = errors.catch(function()
    for note in client:scan_notes { limit = 200 } do
      local reference = types.reference(nil, note)
      -- A note whose address names no owner: nothing is known then.
      if not reference then
        return "unknown"
      end
      owners:add(reference.owner)
    end
    return "complete"
  end)
  if ok == "complete" then
    return owners
  elseif not ok and not dependents.is_forbidden(err) then
    error(err, 0)
  end
  return false
end

--- Whether a record may have notes.  Raises an error object if the notes can't be read.
---@param kind "contact"|"organization"
---@param id string
---@return boolean
function NoteOwners:may_have(kind, id)
  self.asked = self.asked + 1
  if kind ~= "contact" or self.asked <= note_owners.MOST_LISTED then
    return true
  elseif self.owners == nil then
    self.owners = scan(self.client)
  end
  return self.owners == false or self.owners:has(id)
end

return note_owners
