--- What has changed on the server since a snapshot: each listing is scanned
-- once and compared in canonical form.  Keeps the ids of one listing at a time
-- in memory, about 100 bytes a record.

local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local reader = require "extcontacts.snapshot.reader"
local types = require "extcontacts.record.types"

local compare = {}

---@class extcontacts.snapshot.Change
---@field change "changed"|"created"|"deleted"
---@field reference extcontacts.fix.Reference
---@field before table|nil the record in the snapshot
---@field after table|nil the record on the server
---@field diff extcontacts.fix.Difference[]|nil from the snapshot to the server

---@class extcontacts.snapshot.CompareOptions
---@field only string[]|nil listings; default those of the snapshot
---@field on_change fun(change: extcontacts.snapshot.Change)
---@field on_record fun(listing: string, count: integer)|nil called after each record of the server

local OPTIONS = { only = { "table" }, on_change = { "function" }, on_record = { "function" } }

-- Where each record of a listing stands, by its id.
local function index_of(snapshot, listing)
  local index = {}
  for entry, offset in snapshot:entries(listing) do
    index[entry.record.id] = offset
  end
  return index
end

-- What is left in the index is not on the server; in the snapshot's order.
local function left_over(index)
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
  local kind, read = types.listings[listing].kind, 0
  local function report(change)
    counts[change.change] = counts[change.change] + 1
    options.on_change(change)
  end
  for record in client[types.listings[listing].scan](client) do
    local reference, problem = types.reference(kind, record)
    if not reference then
      errors.raise_invalid(("the scan of %s gave %s"):format(listing, problem))
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
    read = read + 1
    if options.on_record then
      options.on_record(listing, read)
    end
  end
  for _, offset in ipairs(left_over(index)) do
    local entry = snapshot:at(offset)
    report {
      change = "deleted",
      reference = { kind = entry.kind, id = entry.record.id, owner = entry.owner },
      before = entry.record,
    }
  end
end

-- The listings to compare: those that were asked for must be there.
local function wanted(snapshot, names, asked)
  local found = {}
  for _, name in ipairs(names) do
    if snapshot:has(name) then
      found[#found + 1] = name
    elseif asked then
      errors.raise_invalid(("%s has no %s"):format(snapshot.path, name))
    end
  end
  return found
end

--- Compares a snapshot with the server.
---@param client extcontacts.Client
---@param path string
---@param options extcontacts.snapshot.CompareOptions
---@return { same: integer, changed: integer, created: integer, deleted: integer }|nil counts
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
      errors.raise_invalid(("%s is of %s, and this is %s"):format(path, snapshot.header.server, server))
    end
    for _, name in ipairs(wanted(snapshot, names, options.only and #options.only > 0)) do
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
