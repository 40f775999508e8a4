--- Reads the records to which earlier restores gave new ids.

local bulk_api = require "extcontacts.fix.bulk_api"

local restored = {}

-- A deleted record with the ids of those to which earlier restores recreated it.
---@class extcontacts.snapshot.Restored
---@field offset integer
---@field entry extcontacts.snapshot.Entry
---@field records table[] those that exist
---@field indexes integer[] of the records that the scan returned

--- Reads them from what the scan returned, or by their ids, since the scan lags behind
-- writes.  Raises error objects.
---@param self extcontacts.snapshot.Comparison
---@param offsets integer[] of deleted records in the snapshot
---@param created extcontacts.Spool
---@param index_of_id table<string, integer> of the created records
---@return extcontacts.snapshot.Restored[] in the order of the offsets
function restored.read(self, offsets, created, index_of_id)
  local found, items = {}, {}
  for position, offset in ipairs(offsets) do
    local entry = self.snapshot:at(offset)
    local item = { offset = offset, entry = entry, records = {}, indexes = {} }
    found[position] = item
    for id in pairs(self.ids.restored[entry.record.id] or {}) do
      local index = index_of_id[id]
      if index then
        table.insert(item.records, created:at(index))
        table.insert(item.indexes, index)
      else
        local _, owner = self.ids:restated(entry)
        items[#items + 1] = { reference = { kind = entry.kind, id = id, owner = owner }, restored = item }
      end
    end
  end
  bulk_api.read(self.client, items, self.size, function(item, record, err)
    if err then
      error(err, 0)
    end
    table.insert(item.restored.records, record)
  end)
  return found
end

return restored
