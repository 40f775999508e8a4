--- Finds the record that an earlier undo has recreated for a deleted one, so that a
-- second undo makes no copy.  The journals of earlier undo plans beside the plan say
-- so; without one, a record of the same content that was created since the deletion
-- is looked up, or found in a scan if there are many.

local dates = require "extcontacts.base.dates"
local dependents = require "extcontacts.fix.dependents"
local diff = require "extcontacts.record.diff"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local existing = require "extcontacts.fix.plan.existing"
local id_map = require "extcontacts.fix.id_map"
local record_api = require "extcontacts.fix.record_api"
local scanned = require "extcontacts.fix.recreated_scan"
local types = require "extcontacts.record.types"

local recreated = {}

-- Seconds by which the clocks of the server's machines may differ.
local TOLERANCE = 60
--- Records of a type that are looked up one by one before a scan begins.
recreated.MOST_LOOKED_UP = 300

---@class extcontacts.fix.Recreated
---@field ids table<string, string> old id → new id
---@field began number when the first deletion may have been, in seconds since 1970
---@field looked_up table<extcontacts.record.TypeName, integer>
---@field scans table<extcontacts.record.TypeName, extcontacts.fix.RecreatedScan>
local Recreated = {}
Recreated.__index = Recreated

--- Starts a search for the undo of one plan.
---@param client extcontacts.Client
---@param path string of the plan to undo
---@param sha256 string of that plan
---@param began string|nil when it was first applied, by the server's clock
---@return extcontacts.fix.Recreated
function recreated.new(client, path, sha256, began)
  local ids = {}
  earlier_plans.each_recreated(earlier_plans.folder(path), function(header)
    return header.undoes == sha256
  end, function(old_id, new_id)
    ids[old_id] = new_id
  end)
  return setmetatable({
    client = client, ids = ids, existing = existing.new(client), looked_up = {}, scans = {},
    began = (dates.iso(began) or 0) - TOLERANCE,
  }, Recreated)
end

--- The records that the journals name for a deleted record and its dependents.
---@param reference extcontacts.record.Reference of the deleted record
---@param found extcontacts.fix.Dependents|nil
---@return extcontacts.record.Reference[]
function Recreated:known(reference, found)
  local list = {}
  local function add(old)
    local id = self.ids[old.id]
    list[#list + 1] = id and { kind = old.kind, id = id, owner = old.owner and (self.ids[old.owner] or old.owner) }
  end
  add(reference)
  if found then
    dependents.each(reference, found, add)
  end
  return list
end

-- A record with the content of a create that was created since.
local function by_content(self, change, since)
  local kind = change.kind
  local function accepts(record)
    local created = types.by_name[kind].has_dates and (dates.iso(record.createDate) or 0) or since
    return created >= since and #diff.remaining(kind, change.after, record) == 0
  end
  local count = (self.looked_up[kind] or 0) + 1
  self.looked_up[kind] = count
  if count > recreated.MOST_LOOKED_UP and scanned.has(kind) then
    self.scans[kind] = self.scans[kind] or scanned.new(self.client, kind, self.began)
    if self.scans[kind]:advance() then
      return self.scans[kind]:find(self.existing, change, accepts)
    end
  end
  return self.existing:find(change, accepts)
end

--- Notes that a record is not the recreated one, although it may have the same content.
---@param id string
function Recreated:exclude(id)
  self.existing.claimed[id] = true
end

--- Finds the record; raises an error object if a read fails.
---@param change extcontacts.fix.Change the create that would recreate it
---@param deleted_at string|nil when it was deleted, by the server's clock
---@param records table<string, table|false>|nil records that were just read, by id; false if the record does not exist
---@return string|nil id
function Recreated:find(change, deleted_at, records)
  local id = self.ids[change.old_id]
  change = id_map.translate(self.ids, change)
  local record = id and records and records[id]
  if id and record == nil then
    record = record_api.read(self.client, { kind = change.kind, id = id, owner = change.owner })
  end
  if record then
    return id
  end
  id = by_content(self, change, (dates.iso(deleted_at) or math.huge) - TOLERANCE)
  if change.old_id then
    self.ids[change.old_id] = id
  end
  return id
end

--- Removes the temporary files.
function Recreated:close()
  for _, scan in pairs(self.scans) do
    scan:close()
  end
end

return recreated
