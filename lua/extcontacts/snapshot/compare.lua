--- Compares the server with a snapshot: scans each listing once and compares the
-- records in canonical form.  A deleted record that was created again, with another
-- id, is the same record.  Keeps the ids of one listing at a time in memory, about
-- 100 bytes per record.

local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local new_ids = require "extcontacts.snapshot.new_ids"
local reader = require "extcontacts.snapshot.reader"
local recreated = require "extcontacts.snapshot.recreated"
local spool = require "extcontacts.snapshot.spool"
local types = require "extcontacts.record.types"

local compare = {}

---@class extcontacts.snapshot.Change
---@field change "changed"|"created"|"deleted"
---@field reference extcontacts.record.Reference
---@field before table|nil the record in the snapshot
---@field after table|nil the record on the server
---@field diff extcontacts.record.Difference[]|nil from the snapshot to the server
---@field reason string|nil why a deleted record may exist again, or a created one may be a deleted one
---@field other string|nil the id of that other record
---@field needs string|nil id of a deleted record that the snapshot's record refers to
---@field uncertain boolean|nil whether it refers to one of several recreated records of the same content

---@class extcontacts.snapshot.Counts
---@field same integer
---@field changed integer
---@field created integer
---@field deleted integer
---@field recreated integer deleted records that exist again, with new ids

---@class extcontacts.snapshot.CompareOptions
---@field only string[]|nil listings; default those of the snapshot
---@field on_change fun(change: extcontacts.snapshot.Change)
---@field on_record fun(listing: string, count: integer)|nil called after each record of the server
---@field same_organization boolean|nil as for `fix.apply`

local OPTIONS = { only = { "table" }, on_change = { "function" }, on_record = { "function" },
  same_organization = { "boolean" } }

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

-- One comparison: `client`, `snapshot`, `ids`, `counts`, `options`, and `compared`,
-- the listings that are done.
local Comparison = {}
Comparison.__index = Comparison

-- The listings that a listing's records refer to, which are compared before it.
local REFERS_TO = { contacts = { "organizations" }, relationships = { "organizations" },
  notes = { "organizations", "contacts" } }

function Comparison:prepare(listing)
  for _, name in ipairs(REFERS_TO[listing] or {}) do
    if not self.compared[name] and self.snapshot:has(name) then
      self:compare(name, false)
    end
  end
end

-- Compares a record with its state in the snapshot.
function Comparison:compare_record(report, reference, entry, record)
  local before, _, uncertain = self.ids:restated(entry, record, reference.owner)
  local differences = diff.remaining(reference.kind, before, record)
  if #differences == 0 then
    return report()
  end
  report {
    change = "changed", reference = reference, before = before, after = record, diff = differences,
    uncertain = uncertain, needs = self:missing(before),
  }
end

-- The id of a deleted record that a record of the snapshot refers to.
function Comparison:missing(record, owner)
  local id = new_ids.reference(record, owner)
  return id and self.ids.missing[id] and id or nil
end

-- Why a created record may be a deleted one: its content, or that of its owner.
local function reason_of(ids, reference, record, suspect)
  local needs = reference.kind ~= "contact" and new_ids.reference(record, reference.owner)
  return (suspect or needs and ids.suspects[needs]) and recreated.reasons.copy or nil
end

local function report_created(self, report, kind, created, found, is_recreated)
  for index = 1, created.count do
    if not is_recreated[index] then
      local record, suspect = created:at(index), found.suspects[index]
      local reference = types.reference(kind, record)
      report {
        change = "created", reference = reference, after = record,
        reason = reason_of(self.ids, reference, record, suspect), other = suspect,
      }
    end
  end
end

function Comparison:report_deleted(report, class)
  for _, offset in ipairs(class.offsets) do
    local entry = self.snapshot:at(offset)
    local record, owner, uncertain = self.ids:restated(entry)
    report {
      change = "deleted",
      reference = { kind = entry.kind, id = entry.record.id, owner = owner },
      before = record,
      reason = class.other and recreated.reasons.alike or #class.created > 0 and recreated.reasons.uneven or nil,
      other = class.other,
      uncertain = uncertain,
      needs = self:missing(record, owner),
    }
  end
end

-- Finds recreated records; the others were created or deleted.
function Comparison:settle(report, listing, offsets, created)
  if #offsets > 0 and listing == "notes" then
    self:prepare(listing)
  end
  local found = recreated.match(self.snapshot, listing, offsets, created, self.ids)
  local deleted, is_recreated, kind = {}, {}, types.listings[listing].kind
  for _, class in ipairs(found.classes) do
    local is_even = #class.created == #class.offsets
    local old, new = {}, {}
    for position, offset in ipairs(class.offsets) do
      old[position] = self.snapshot:at(offset).record.id
    end
    for position, index in ipairs(class.created) do
      new[position] = created:at(index).id
      is_recreated[index], found.suspects[index] = is_even, old[1]
    end
    if #new > 0 then
      self.ids:add(old, new)
    else
      self.ids:add_missing(old)
    end
    if is_even then
      report(nil, #old)
    else
      deleted[#deleted + 1] = class
    end
  end
  for index, old in pairs(found.suspects) do
    if not is_recreated[index] then
      self.ids:add_suspect(old, created:at(index).id)
    end
  end
  report_created(self, report, kind, created, found, is_recreated)
  for _, class in ipairs(deleted) do
    self:report_deleted(report, class)
  end
end

-- Scans a listing and compares it.
function Comparison:scan(report, listing, created, is_selected)
  local index, count = index_of(self.snapshot, listing), 0
  for record in self.client[types.listings[listing].scan](self.client) do
    local reference, problem = types.reference(types.listings[listing].kind, record)
    if not reference then
      errors.raise_invalid(("the scan of %s returned %s"):format(listing, problem))
    end
    local offset = index[reference.id]
    if offset then
      self:compare_record(report, reference, self.snapshot:at(offset), record)
    elseif offset == nil then
      created:add(record)
    end
    index[reference.id] = false -- seen
    count = count + 1
    if is_selected and self.options.on_record then
      self.options.on_record(listing, count)
    end
  end
  return missing_offsets(index)
end

-- Compares a listing.  One that was not selected is compared for the new ids of
-- its records alone.
function Comparison:compare(listing, is_selected)
  self.compared[listing] = true
  local counts = self.counts
  local function report(change, same)
    if not is_selected then
      return
    elseif change then
      counts[change.change] = counts[change.change] + 1
      self.options.on_change(change)
    elseif same then
      counts.recreated = counts.recreated + same
    else
      counts.same = counts.same + 1
    end
  end
  if listing ~= "notes" then
    self:prepare(listing)
  end
  local created = spool.new()
  local done, err = errors.catch(function()
    self:settle(report, listing, self:scan(report, listing, created, is_selected), created)
    return true
  end)
  created:close()
  if not done then
    error(err, 0)
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
  local counts = { same = 0, changed = 0, created = 0, deleted = 0, recreated = 0 }
  local done
  done, err = errors.catch(function()
    assert(identity.check(path, snapshot.header, client, options.same_organization))
    local comparison = setmetatable({
      client = client, snapshot = snapshot, ids = new_ids.new(), counts = counts, options = options, compared = {},
    }, Comparison)
    for _, name in ipairs(listings_of(snapshot, names, options.only and #options.only > 0)) do
      comparison:compare(name, true)
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
