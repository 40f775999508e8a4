--- Plans the undo of a plan: reverses what its journal says was applied, the
-- last change first.

local applied_changes = require "extcontacts.fix.applied_changes"
local approval = require "extcontacts.fix.approval"
local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local classes = require "extcontacts.fix.classes"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local draft = require "extcontacts.fix.plan.draft"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local identity = require "extcontacts.fix.identity"
local journal = require "extcontacts.fix.journal"
local recreated = require "extcontacts.fix.recreated"
local types = require "extcontacts.record.types"
local undo_dependents = require "extcontacts.fix.undo_dependents"
local undo_selection = require "extcontacts.fix.undo_selection"

local undo = {}

---@class extcontacts.fix.UndoOptions: extcontacts.fix.DraftOptions
---@field output string|nil path of the plan; default `PLAN.undo`
---@field only string[]|string[][]|nil what to undo: ids, `@file` with ids, actions (`update`, `create`, `move` …), rows
--- of the plan (`10-20`); of several lists, each has to hold; default: all
---@field where string|nil condition on the records as they were before the plan, see docs/where.md
---@field limit integer|nil stop after this many changes, at the end of a move or consolidation
---@field on_progress fun(read: integer, applied: integer)|nil called after each record
---@field expect string|nil SHA-256 of the plan to undo, or its first 12 digits or more: no other plan is undone
---@field same_organization boolean|nil as for `fix.apply`
---@field moved boolean|nil use a journal that is a copy: the original is gone or no longer in use
---@field with_dependents boolean|nil also delete created records that have since received notes, relationships or
--- linked contacts

-- By operation: the change that undoes it, or nil; and a reason when the change
-- or a part of it is skipped.
local UNDO = {}

-- The values of a difference, those of a link with the ids that its organizations have
-- by now.
local function values_of(difference, restorer)
  if difference.path[1] == "externalOrganization" then
    return restorer:renewed(difference.before), restorer:renewed(difference.after)
  end
  return difference.before, difference.after
end

-- Restores the fields that still have the planned values.
function UNDO.update(reference, record, intent, _, restorer)
  if not record then
    return nil, "the record no longer exists"
  end
  local restored, reason = deepcopy(record), nil
  for _, difference in ipairs(diff.between(reference.kind, intent.before, intent.body)) do
    local value = field_path.at(record, difference.path)
    local before, after = values_of(difference, restorer)
    local function is(planned)
      return diff.same(reference.kind, difference.path, planned, value, true)
    end
    if is(after) or is(difference.after) then
      field_path.put(restored, difference.path, before)
    elseif not is(before) and not is(difference.before) then
      reason = "someone else has changed a field since"
    end
  end
  local change = changes.update(reference, record, restored)
  if change and diff.side(reference.kind, record, change.diff) == "after" then
    return nil, "only spaces differ, which the server removes"
  elseif not change and not reason then
    return nil, "the record already has its old values"
  end
  return change, reason
end

-- Whether a created record is as it was, also if it was changed and restored since.
local function is_untouched(reference, record, intent, outcome, restorer)
  if types.by_name[reference.kind].has_dates and outcome.modify_date and record.modifyDate == outcome.modify_date then
    return true
  end
  for _, difference in ipairs(diff.remaining(reference.kind, intent.body, record)) do
    local planned = values_of(difference, restorer)
    if not diff.same(reference.kind, difference.path, planned, difference.after, true) then
      return false
    end
  end
  return true
end

function UNDO.create(reference, record, intent, outcome, restorer)
  if not record then
    return nil, "the created record no longer exists"
  elseif not is_untouched(reference, record, intent, outcome, restorer) then
    return nil, "the created record has changed since"
  end
  return changes.delete(reference, record)
end

function UNDO.delete(reference, record, intent, outcome, restorer, records)
  if record then
    return nil, "the deleted record exists again"
  end
  local change = restorer:create(reference, intent.before)
  if restorer.earlier:find(change, outcome.server_at or outcome.at, records) then
    return nil, undo_dependents.RECREATED
  end
  return change
end

function UNDO.erase()
  return nil, "the record was erased, which can't be undone"
end

function UNDO.merge()
  return nil, "the contacts were merged, which can't be undone"
end

function UNDO.promote()
  return nil, "the contact was promoted, which can't be undone"
end

-- Adds the undo of a change, and of what went with it.
local function add(plan, restorer, item, change, records)
  local intent, outcome = item.intent, item.outcome
  if change and change.old_id then
    restorer:add(change)
  elseif change then
    plan:add(change)
  end
  if intent.dependents then
    restorer:restore(item.reference, intent.dependents, outcome.server_at or outcome.at, records)
  end
end

-- Leaves created records alone to which others have added something.
local function guard(options)
  return function(change, found)
    if change.op == "delete" and not options.with_dependents and (not found or next(found.counts)) then
      return undo_dependents.RECEIVED
    end
  end
end

-- Operations whose record is still the same when another undo has recreated it.
local FOLLOWED = { update = true, create = true }

local FORGOTTEN = "the person was forgotten from the plan and its journal"

-- Plans the undo of one applied change.
local function undo_one(plan, restorer, needed, item, record, records)
  plan.totals.records = plan.totals.records + 1
  local intent = item.intent
  if not record and FOLLOWED[intent.op] and item.reference.id then
    record, item.reference = restorer:successor(item.reference)
  end
  local change, reason = nil, FORGOTTEN
  if not intent.forgotten then
    change, reason = UNDO[intent.op](item.reference, record, intent, item.outcome, restorer, records)
  end
  if reason then
    plan.skipped:add(reason, { reference = item.reference, record = record or intent.before })
  end
  if change then
    change.needs = needed[intent.n]
  end
  add(plan, restorer, item, change, records)
  if intent.needs then
    needed[intent.needs] = change and change.n or needed[intent.n]
  end
  needed[intent.n] = nil
end

local function fill(client, path, plan, options, state)
  plan:start()
  local earlier = recreated.new(client, path, plan.header.undoes, state.began)
  local restorer = undo_dependents.new(client, path, plan, earlier, state.ids)
  plan.dependents.accepts = guard(options)
  local journal_path = journal.path(path)
  local created = options.only and applied_changes.created(journal_path) or {}
  local chosen = undo_selection.read(path, options, created, state.has_series)
  local needed = {} -- by number of an applied change: the change of this plan that must precede its undo
  for item, record, records in bulk_api.reader(client, applied_changes.selected(journal_path, chosen), function(item)
    local intent = item.intent
    return classes.of(intent.op) ~= "irreversible" and item.reference.id and item.reference or nil,
      intent.op == "delete" and earlier:known(item.reference, intent.dependents) or nil
  end) do
    if not chosen or chosen:has(item.intent) then
      undo_one(plan, restorer, needed, item, record, records)
      if options.on_progress then
        options.on_progress(plan.totals.records, state.progress.counts.applied)
      end
      if chosen then
        chosen:start(item.intent)
      end
      local is_full = options.limit and plan.count >= options.limit
      if is_full and not chosen then
        break
      elseif is_full then
        chosen:close()
      end
    end
  end
  restorer:finish()
  earlier:close()
  plan.choice = chosen
  return plan:finish()
end

--- Plans the undo of a plan.  It reads every changed record and writes nothing
-- on the server.
---@param client extcontacts.Client
---@param path string of the plan to undo
---@param options extcontacts.fix.UndoOptions|nil
---@return extcontacts.fix.Plan|nil plan `applied` counts the changes that were applied, `unknown` those
--- that may have been, `added` those that were not chosen but belong to the chosen ones, `unapplied` the chosen ones
--- that were not applied
---@return extcontacts.Error|nil
function undo.plan(client, path, options)
  local with_output = { output = path .. ".undo" }
  for name, value in pairs(options or {}) do
    with_output[name] = value
  end
  local applied, state = journal.of_applied(path, "undo")
  if not applied then
    return nil, state
  elseif journal.is_locked(path) then
    return journal.locked(path)
  elseif journal.is_copy(state) and not with_output.moved then
    return journal.copied(journal.path(path), state)
  end
  local is_approved, problem = approval.check(path, applied.totals.sha256, with_output.expect)
  if not is_approved then
    return nil, problem
  end
  local is_same, err = identity.check(path, applied.header, client, with_output.same_organization)
  if not is_same then
    return nil, err
  end
  local plan
  plan, err = draft.new(client, {
    name = "undo: " .. applied.header.name,
    fix = {},
    options = {},
    source = { type = "journal", path = journal.path(path) },
    undoes = applied.totals.sha256,
  }, with_output)
  if not plan then
    return nil, err
  end
  state.has_series = (applied.totals.series or 0) > 0
  local totals
  totals, err = errors.catch(fill, client, path, plan, with_output, state)
  if not totals then
    plan:abandon()
    return nil, err
  end
  return {
    path = with_output.output,
    header = plan.header,
    totals = totals,
    changes = totals.changes,
    skipped_path = plan.skipped_path,
    unknown = state.progress.counts.unknown,
    applied = state.progress.counts.applied,
    added = plan.choice and plan.choice.added or 0,
    unapplied = plan.choice and not with_output.limit and plan.choice.unapplied or 0,
  }
end

return undo
