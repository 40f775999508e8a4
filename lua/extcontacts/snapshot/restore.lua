--- Plans to restore what a snapshot contains.  The plan is reviewed, applied and
-- undone like any other; only the plan is written here.

local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local compare = require "extcontacts.snapshot.compare"
local conditions = require "extcontacts.fix.plan.selection"
local deepcopy = require "extcontacts.base.deepcopy"
local earlier_plans = require "extcontacts.fix.earlier_plans"
local erased = require "extcontacts.snapshot.erased"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local filter = require "extcontacts.snapshot.filter"
local format = require "extcontacts.snapshot.format"
local id_reader = require "extcontacts.record.normalize.id"
local plan_draft = require "extcontacts.fix.plan.draft"
local recreated = require "extcontacts.snapshot.recreated"

local restore = {}

---@class extcontacts.snapshot.RestoreOptions
---@field output string path of the plan
---@field only string[]|nil listings
---@field ids string[]|nil only these records
---@field where string|nil only records for which this condition holds: as they are in the snapshot, and created ones as
--- they are on the server; see docs/where.md
---@field delete_created boolean|nil delete records created since the snapshot; not with a filtered one
---@field allow_copies boolean|nil recreate deleted records even if a similar record was created since
---@field erased string[]|nil paths of plans, journals, proofs or lists of erasures: what they have erased is left
--- out, as is what the journals beside the snapshot and the plan have erased
---@field same_organization boolean|nil as for `fix.apply`
---@field batch integer|"auto"|nil most records per request, at most 50; default "auto"
---@field force boolean|nil replace a plan of this path that has not been applied
---@field by string|nil the author, for the plan's header
---@field on_record fun(listing: string, count: integer)|nil

local OPTIONS = {
  output = { "string" }, only = { "table" }, ids = { "table" }, where = { "string" }, delete_created = { "boolean" },
  allow_copies = { "boolean" }, erased = { "table" }, same_organization = { "boolean" }, batch = bulk_api.BATCH_RULE,
  by = { "string" }, force = { "boolean" }, on_record = { "function" },
}

local UNCERTAIN = "refers to a deleted record, and it is uncertain which record replaces it"
local LOST = "refers to a deleted record that this plan does not recreate"
local ERASED = "erased since the snapshot"
local OF_ERASED = "belongs to a record that was erased since the snapshot"
local REFERENCE = "externalOrganization"

-- One plan: `client`, `draft`, `options`, `planned` (the old ids of the records that
-- it recreates), `created`, what was created since the snapshot, `erased` and
-- `left_out`, the old ids of the records that it leaves out because they were erased.
local Restore = {}
Restore.__index = Restore

function Restore:skip(reason, change)
  self.draft.skipped:add(reason, { reference = change.reference }, nil, change.other)
end

-- Why the record that a record refers to has no id yet or any more.
function Restore:reference_problem(change)
  if change.needs and self.planned[change.needs] then
    return nil
  end
  return change.uncertain and UNCERTAIN or change.needs and LOST or nil
end

-- Restores the fields of a record.  Its reference may have to stay as it is.
function Restore:update(change)
  local problem, target = self:reference_problem(change), deepcopy(change.after)
  local is_kept = false
  for _, difference in ipairs(change.diff) do
    if problem and difference.path[1] == REFERENCE then
      is_kept = true
    else
      field_path.put(target, difference.path, difference.before)
    end
  end
  if is_kept then
    self:skip(problem, change)
  end
  local update = changes.update(change.reference, change.after, target)
  if update then
    self.draft:add(update)
  end
end

-- Why an erased record, or one that belongs to it, is left out.
function Restore:erasure(change)
  if self.erased:covers(change.reference, change.before) then
    self.left_out[change.reference.id] = true
    return ERASED
  end
  return change.needs and self.left_out[change.needs] and OF_ERASED or nil
end

function Restore:recreate(change)
  local problem = self:erasure(change)
  if problem then
    -- The reason names no other record: the erased one may be in it.
    self.draft.skipped:add(problem, { reference = change.reference })
    return
  end
  problem = self:reference_problem(change)
  if change.reason and not (self.options.allow_copies and change.reason == recreated.reasons.alike) then
    problem = change.reason
  end
  if problem then
    return self:skip(problem, change)
  end
  local reference = change.reference
  local create = changes.create(reference.kind, reference.owner, change.before)
  create.old_id = reference.id
  self.planned[reference.id] = true
  self.draft:add(create)
end

-- Only the ids of created records are kept.
function Restore:note_created(change)
  self.created[#self.created + 1] = { reference = change.reference, reason = change.reason, other = change.other }
end

-- Deletes the created records, the last listing first, so that notes go before
-- their owners.
function Restore:delete_created()
  local index = #self.created + 1
  for change, record in bulk_api.reader(self.client, function()
    index = index - 1
    return self.created[index]
  end, function(change)
    return not change.reason and change.reference or nil
  end, bulk_api.size_of(self.options.batch)) do
    if change.reason then
      self:skip(change.reason, change)
    elseif record then
      self.draft:add(changes.delete(change.reference, record))
    end
  end
end

local function set_of(ids)
  local set = {}
  for _, id in ipairs(ids) do
    set[id_reader.key(id)] = true
  end
  return set
end

local TAKE = { changed = Restore.update, deleted = Restore.recreate, created = Restore.note_created }

-- Fills the plan; raises error objects.
local function fill(client, path, draft, options)
  local self = setmetatable({ client = client, draft = draft, options = options, planned = {}, created = {},
    left_out = {} }, Restore)
  local selected = options.ids and set_of(options.ids)
  local holds = options.where and conditions.of_any_kind(options.where)
  local counts = assert(compare.run(client, path, {
    only = options.only,
    output = options.output,
    same_organization = options.same_organization,
    batch = options.batch,
    on_record = options.on_record,
    -- Later comparisons recognise plans of this snapshot by its digest.
    on_open = function(snapshot)
      local mark = snapshot.header.filter
      if mark and options.delete_created then
        errors.raise_invalid(("%s is filtered (%s), so it does not show which records were created since; restore "
          .. "without delete_created (--delete-created), or use a snapshot of all records"):format(path,
          filter.describe(mark)), "filtered")
      end
      draft.header.source.snapshot, draft.header.source.filter = snapshot.digest, mark
      draft:start()
      self.erased = erased.collect(earlier_plans.folders(path, options.output), options.erased)
    end,
    on_change = function(change)
      local is_named = not selected or selected[change.reference.id] or selected[change.old_id or ""]
      if is_named and (not holds or holds(change.reference.kind, change.before or change.after)) then
        TAKE[change.change](self, change)
      end
    end,
  }))
  draft.totals.records = counts.same + counts.changed + counts.created + counts.deleted + counts.recreated
  if options.delete_created then
    self:delete_created()
  else
    for _, change in ipairs(self.created) do
      self:skip(change.reason or "created since the snapshot", change)
    end
  end
  return draft:finish()
end

--- Plans to restore what a snapshot contains.  A deleted record is created again
-- with a new id, and records that refer to it get that id.  A record that was
-- created again before, by an earlier restore or an undo, is the deleted one.
---@param client extcontacts.Client
---@param path string of the snapshot
---@param options extcontacts.snapshot.RestoreOptions
---@return extcontacts.fix.Totals|nil
---@return extcontacts.Error|nil
function restore.plan(client, path, options)
  local misuse = format.misuse(options, OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  local draft, err = plan_draft.new(client, {
    name = "restore from " .. path:match("[^/]+$"),
    fix = {},
    source = { type = "snapshot", path = path, where = options.where },
    options = {},
  }, options)
  if not draft then
    return nil, err
  end
  local totals
  totals, err = errors.catch(fill, client, path, draft, options)
  if not totals then
    draft:abandon()
    return nil, err
  end
  return totals
end

return restore
