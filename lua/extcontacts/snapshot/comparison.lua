--- The comparison of a snapshot's listings with the server: scans each listing once
-- and compares the records in canonical form.  A deleted record that was created
-- again, with another id, is the same record.  Keeps the ids of one listing at a time
-- in memory, about 100 bytes per record.

local bulk_api = require "extcontacts.fix.bulk_api"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local new_ids = require "extcontacts.snapshot.new_ids"
local recreated = require "extcontacts.snapshot.recreated"
local restored = require "extcontacts.snapshot.restored"
local spool = require "extcontacts.base.spool"
local types = require "extcontacts.record.types"

local comparison = {}

-- Seconds by which the clock of the machine that wrote the snapshot may differ from the server's.
local CLOCK_ERROR = 86400

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

-- One comparison: `client`, `snapshot`, `ids`, `counts`, `options`, `size`, records per
-- request, `compared`, the listings that are done, `holds`, the condition on records, and
-- `created_from`, before which no record of the server was created since a filtered snapshot.
---@class extcontacts.snapshot.Comparison
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
function Comparison:compare_record(report, reference, entry, record, old_id)
  local before, _, uncertain = self.ids:restated(entry, record, reference.owner)
  local differences = diff.remaining(reference.kind, before, record)
  if #differences == 0 then
    return report { change = old_id and "recreated" or "same", reference = reference, before = before, after = record }
  end
  report {
    change = "changed", reference = reference, before = before, after = record, diff = differences, old_id = old_id,
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

-- Compares records to which an earlier restore gave a new id, whatever became of
-- them; returns the offsets of the others.
function Comparison:settle_restored(report, kind, offsets, created, is_recreated)
  if not next(self.ids.restored) then
    return offsets
  end
  local index_of_id, rest = created:ids(), {}
  for first = 1, #offsets, self.size do
    local some = {}
    for position = first, math.min(first + self.size - 1, #offsets) do
      some[#some + 1] = offsets[position]
    end
    for _, found in ipairs(restored.read(self, some, created, index_of_id)) do
      local record, old = found.records[1], found.entry.record.id
      if #found.records == 1 then
        is_recreated[found.indexes[1] or 0] = true
        self.ids:add({ old }, { record.id })
        self:compare_record(report, types.reference(kind, record), found.entry, record, old)
      else
        rest[#rest + 1] = found.offset
      end
    end
  end
  return rest
end

-- Finds recreated records; the others were created or deleted.
function Comparison:settle(report, listing, offsets, created)
  if #offsets > 0 and listing == "notes" then
    self:prepare(listing)
  end
  local kind, is_recreated, deleted = types.listings[listing].kind, {}, {}
  offsets = self:settle_restored(report, kind, offsets, created, is_recreated)
  local found = recreated.match(self.snapshot, listing, offsets, created, self.ids, is_recreated)
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
      for position, offset in ipairs(class.offsets) do
        local entry = self.snapshot:at(offset)
        report { change = "recreated", reference = types.reference(entry.kind, entry.record, entry.owner),
          before = entry.record, after = created:at(class.created[position]) }
      end
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

-- Whether a record that the snapshot lacks may have been created since.  A filtered snapshot lacks
-- others, too: those that are too old are left out, so that they are not taken for recreated ones.
function Comparison:may_be_new(record)
  local created = self.created_from and dates.iso(record.createDate)
  return not created or created >= self.created_from
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
      index[reference.id] = false -- seen
    elseif offset == nil and self:may_be_new(record) then
      created:add(record)
      index[reference.id] = false
    end
    count = count + 1
    if is_selected and self.options.on_record then
      self.options.on_record(listing, count)
    end
  end
  return missing_offsets(index)
end

-- Whether the condition holds for either version of a record.
function Comparison:selects(change)
  local kind = change.reference.kind
  return change.before and self.holds(kind, change.before) or change.after and self.holds(kind, change.after)
end

local REPORTED = { changed = true, created = true, deleted = true }

-- Counts a record, and passes it on if it changed.  Of a filtered snapshot, what it lacks was
-- not necessarily created since.
function Comparison:report(change)
  local counts = self.counts
  if change.change == "created" and self.created_from then
    return
  elseif self.holds and not self:selects(change) then
    counts.unselected = counts.unselected + 1
    return
  end
  counts[change.change] = counts[change.change] + 1
  if REPORTED[change.change] then
    self.options.on_change(change)
  end
end

--- Compares a listing.  One that was not selected is compared for the new ids of
-- its records alone.
---@param listing string
---@param is_selected boolean
function Comparison:compare(listing, is_selected)
  self.compared[listing] = true
  local function report(change)
    if is_selected then
      self:report(change)
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

--- Starts a comparison.
---@param client extcontacts.Client
---@param snapshot extcontacts.snapshot.Reader
---@param ids extcontacts.snapshot.NewIds
---@param counts extcontacts.snapshot.Counts
---@param options extcontacts.snapshot.CompareOptions
---@param holds (fun(kind: extcontacts.record.TypeName, record: table): boolean)|nil
---@return extcontacts.snapshot.Comparison
function comparison.new(client, snapshot, ids, counts, options, holds)
  local header = snapshot.header
  return setmetatable({
    client = client, snapshot = snapshot, ids = ids, counts = counts, options = options, holds = holds,
    size = bulk_api.size_of(options.batch), compared = {},
    created_from = header.filter and assert(dates.iso(header.created)) - CLOCK_ERROR or nil,
  }, Comparison)
end

return comparison
