--- Finds the record that an earlier undo has recreated for a deleted one, so that a
-- second undo makes no copy.  The journals of earlier undo plans beside the plan say
-- so; without one, a record of the same content that was created since the deletion
-- is looked up.

local client_module = require "extcontacts.client"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local existing = require "extcontacts.fix.plan.existing"
local id_map = require "extcontacts.fix.id_map"
local journal = require "extcontacts.fix.journal"
local planfile = require "extcontacts.fix.planfile"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local recreated = {}

-- Seconds by which the server's clock and the journal's may differ.
local TOLERANCE = 60

---@class extcontacts.fix.Recreated
local Recreated = {}
Recreated.__index = Recreated

-- The journals beside a plan whose plans undo it.
local function undo_journals(path, sha256)
  local folder = path:match "^(.*/)[^/]*$" or ""
  local found = {}
  for _, name in ipairs(core.file.list(folder == "" and "." or folder) or {}) do
    local plan_path = name:match "^(.+)%.journal$"
    local reader = plan_path and planfile.open(folder .. plan_path)
    if reader then
      reader.close()
      found[#found + 1] = reader.header.undoes == sha256 and journal.path(folder .. plan_path) or nil
    end
  end
  return found
end

--- Starts a search for the undo of one plan.
---@param client extcontacts.Client
---@param path string of the plan to undo
---@param sha256 string of that plan
---@return extcontacts.fix.Recreated
function recreated.new(client, path, sha256)
  local ids = {}
  for _, journal_path in ipairs(undo_journals(path, sha256)) do
    local state = journal.read(journal_path)
    for old, new in pairs(state and state.ids or {}) do
      ids[old] = new
    end
  end
  return setmetatable({ client = client, ids = ids, existing = existing.new(client) }, Recreated)
end

--- Finds the record; raises an error object if a read fails.
---@param change extcontacts.fix.Change the create that would recreate it
---@param deleted_at string|nil when it was deleted, by the journal's clock
---@return string|nil id
function Recreated:find(change, deleted_at)
  local id = self.ids[change.old_id]
  change = id_map.translate(self.ids, change)
  if id and record_api.read(self.client, { kind = change.kind, id = id, owner = change.owner }) then
    return id
  end
  local since = (dates.iso(deleted_at) or math.huge) + client_module.server_ahead(self.client) - TOLERANCE
  return self.existing:find(change, function(record)
    local created = types.by_name[change.kind].has_dates and (dates.iso(record.createDate) or 0) or since
    return created >= since and #diff.remaining(change.kind, change.after, record) == 0
  end)
end

return recreated
