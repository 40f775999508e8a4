--- Finds the record that an earlier undo has recreated for a deleted one, so that a
-- second undo makes no copy.  The journals of earlier undo plans beside the plan say
-- so; without one, a record of the same content that was created since the deletion
-- is looked up.

local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local existing = require "extcontacts.fix.plan.existing"
local id_map = require "extcontacts.fix.id_map"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local recreated = {}

-- Seconds by which the clocks of the server's machines may differ.
local TOLERANCE = 60

---@class extcontacts.fix.Recreated
local Recreated = {}
Recreated.__index = Recreated

--- Starts a search for the undo of one plan.
---@param client extcontacts.Client
---@param path string of the plan to undo
---@param sha256 string of that plan
---@return extcontacts.fix.Recreated
function recreated.new(client, path, sha256)
  local ids = {}
  earlier_plans.each_recreated(earlier_plans.folder(path), function(header)
    return header.undoes == sha256
  end, function(old_id, new_id)
    ids[old_id] = new_id
  end)
  return setmetatable({ client = client, ids = ids, existing = existing.new(client) }, Recreated)
end

--- Finds the record; raises an error object if a read fails.
---@param change extcontacts.fix.Change the create that would recreate it
---@param deleted_at string|nil when it was deleted, by the server's clock
---@return string|nil id
function Recreated:find(change, deleted_at)
  local id = self.ids[change.old_id]
  change = id_map.translate(self.ids, change)
  if id and record_api.read(self.client, { kind = change.kind, id = id, owner = change.owner }) then
    return id
  end
  local since = (dates.iso(deleted_at) or math.huge) - TOLERANCE
  id = self.existing:find(change, function(record)
    local created = types.by_name[change.kind].has_dates and (dates.iso(record.createDate) or 0) or since
    return created >= since and #diff.remaining(change.kind, change.after, record) == 0
  end)
  if change.old_id then
    self.ids[change.old_id] = id
  end
  return id
end

return recreated
