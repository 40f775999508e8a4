--- Compares the server with a snapshot: scans each listing once and compares the
-- records in canonical form.  Keeps the ids of one listing at a time in memory,
-- about 100 bytes per record.

local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local reader = require "extcontacts.snapshot.reader"
local types = require "extcontacts.record.types"

local compare = {}

---@class extcontacts.snapshot.Change
---@field change "changed"|"created"|"deleted"
---@field reference extcontacts.record.Reference
---@field before table|nil the record in the snapshot
---@field after table|nil the record on the server
---@field diff extcontacts.record.Difference[]|nil from the snapshot to the server

---@class extcontacts.snapshot.Counts
---@field same integer
---@field changed integer
---@field created integer
---@field deleted integer

---@class extcontacts.snapshot.CompareOptions
---@field only string[]|nil listings; default those of the snapshot
---@field on_change fun(change: extcontacts.snapshot.Change)
---@field on_record fun(listing: string, count: integer)|nil called after each record of the server

local OPTIONS = { only = { "table" }, on_change = { "function" }, on_record = { "function" } }

-- The offset of each record of a listing, by its id.
local function index_of(snapshot, listing)
  local index = {}
  for entry, offset in snapshot:entries(listing) do
    index[entry.record.id] = offset
  end
  return index
end

-- The offsets of records that the scan did not return, in the snapshot's order.
local function missing_offsets(index)
  local offsets = {}
  for _, offset in pairs(index) do
    if offset then
      offsets[#offsets + 1] = offset
    end
  end
  table.sort(offsets)
  return offsets
end

local function compare_listing(client, snapshot, listing, counts, options)
  local index = index_of(snapshot, listing)
  local kind, count = types.listings[listing].kind, 0
  local function report(change)
    counts[change.change] = counts[change.change] + 1
    options.on_change(change)
  end
  for record in client[types.listings[listing].scan](client) do
    local reference, problem = types.reference(kind, record)
    if not reference then
      errors.raise_invalid(("the scan of %s returned %s"):format(listing, problem))
    end
    local offset = index[reference.id]
    if offset then
      local before = snapshot:at(offset).record
      local differences = diff.between(reference.kind, before, record)
      if #differences == 0 then
        counts.same = counts.same + 1
      else
        report { change = "changed", reference = reference, before = before, after = record, diff = differences }
      end
    elseif offset == nil then
      report { change = "created", reference = reference, after = record }
    end
    index[reference.id] = false -- seen
    count = count + 1
    if options.on_record then
      options.on_record(listing, count)
    end
  end
  for _, offset in ipairs(missing_offsets(index)) do
    local entry = snapshot:at(offset)
    report {
      change = "deleted",
      reference = { kind = entry.kind, id = entry.record.id, owner = entry.owner },
      before = entry.record,
    }
  end
end

-- The listings to compare; raises if the snapshot lacks one that was named.
local function listings_of(snapshot, names, is_named)
  local found = {}
  for _, name in ipairs(names) do
    if snapshot:has(name) then
      found[#found + 1] = name
    elseif is_named then
      errors.raise_invalid(("%s contains no %s"):format(snapshot.path, name))
    end
  end
  return found
end

--- Compares the server with a snapshot.
---@param client extcontacts.Client
---@param path string of the snapshot
---@param options extcontacts.snapshot.CompareOptions
---@return extcontacts.snapshot.Counts|nil
---@return extcontacts.Error|nil
function compare.run(client, path, options)
  local misuse = format.misuse(options, OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  local names = format.wanted(options.only)
  local snapshot, err = reader.open(path)
  if not snapshot then
    return nil, err
  end
  local counts = { same = 0, changed = 0, created = 0, deleted = 0 }
  local done
  done, err = errors.catch(function()
    local server = identity.server(client)
    if snapshot.header.server ~= server then
      errors.raise_invalid(("%s is from %s, but this client uses %s"):format(path, snapshot.header.server, server))
    end
    for _, name in ipairs(listings_of(snapshot, names, options.only and #options.only > 0)) do
      compare_listing(client, snapshot, name, counts, options)
    end
    return true
  end)
  snapshot:close()
  if not done then
    return nil, err
  end
  return counts
end

return compare
