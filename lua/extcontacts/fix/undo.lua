--- Plans the undo of a plan: reverses what its journal says was applied, the
-- last change first.

local atomic_lines = require "extcontacts.base.atomic_lines"
local bulk_api = require "extcontacts.fix.bulk_api"
local changes = require "extcontacts.fix.plan.changes"
local classes = require "extcontacts.fix.classes"
local conditions = require "extcontacts.fix.plan.selection"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local draft = require "extcontacts.fix.plan.draft"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local id_reader = require "extcontacts.record.normalize.id"
local identity = require "extcontacts.fix.identity"
local journal = require "extcontacts.fix.journal"
local recreated = require "extcontacts.fix.recreated"
local types = require "extcontacts.record.types"
local undo_dependents = require "extcontacts.fix.undo_dependents"
local writes = require "extcontacts.fix.execute.writes"

local undo = {}

---@class extcontacts.fix.UndoOptions: extcontacts.fix.DraftOptions
---@field output string|nil path of the plan; default `PLAN.undo`
---@field only string[]|nil ids to undo; default: all
---@field where string|nil condition on the records as they were before the plan, see docs/where.md
---@field limit integer|nil stop after this many changes
---@field same_organization boolean|nil as for `fix.apply`
---@field moved boolean|nil use a journal that is a copy: the original is gone or no longer in use
---@field with_dependents boolean|nil also delete created records that have since received notes, relationships or
--- linked contacts

-- The applied changes from the last to the first: intent and outcome.
local function applied_backwards(path)
  local next_line, err, close = atomic_lines.backwards(path)
  if not next_line then
    error(err, 0)
  end
  local outcomes = {}
  return function()
    local text = next_line()
    while text do
      local line = core.json.decode(text)
      if type(line) ~= "table" then
        errors.raise_invalid(path .. " has changed since it was checked; undo again")
      elseif line.t == "intent" then
        local outcome = outcomes[line.n]
        outcomes[line.n] = nil
        if outcome and (outcome.t == "applied" or outcome.written) then
          return line, outcome
        end
      elseif line.n then
        local later = outcomes[line.n]
        outcomes[line.n] = later and (later.t == "applied" or not line.written) and later or line
      end
      text = next_line()
    end
    close()
  end
end

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

-- A function that selects the applied changes to undo, those of a move by either id.
local function selection(options, new_ids)
  local ids = options.only and {}
  for _, id in ipairs(options.only or {}) do
    ids[id_reader.key(id)] = true
  end
  for old_id, new_id in pairs(ids and new_ids or {}) do
    if ids[old_id] or ids[new_id] then
      ids[old_id], ids[new_id] = true, true
    end
  end
  local test = options.where and conditions.of_any_kind(options.where)
  return function(intent, outcome)
    local is_named = not ids or ids[intent.id] or ids[outcome.id] or (intent.owner and ids[intent.owner])
    return is_named and (not test or test(intent.kind, intent.before or intent.body or {}))
  end
end

-- What was applied to a record, and which one.
local function selected(path, options, new_ids)
  local next_applied, is_selected = applied_backwards(path), selection(options, new_ids)
  return function()
    local intent, outcome
    repeat
      intent, outcome = next_applied()
    until not intent or is_selected(intent, outcome)
    if not intent then
      return nil
    end
    local reference = writes.reference(intent)
    reference.id = intent.op == "create" and outcome.id or reference.id
    return { intent = intent, outcome = outcome, reference = reference }
  end
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

local function fill(client, path, plan, options, state)
  plan:start()
  local earlier = recreated.new(client, path, plan.header.undoes, state.began)
  local restorer = undo_dependents.new(client, path, plan, earlier, state.ids)
  plan.dependents.accepts = guard(options)
  local needed = {} -- by number of an applied change: the change of this plan that must precede its undo
  for item, record, records in bulk_api.reader(client, selected(journal.path(path), options, state.ids), function(item)
    local intent = item.intent
    return classes.of(intent.op) ~= "irreversible" and item.reference.id and item.reference or nil,
      intent.op == "delete" and earlier:known(item.reference, intent.dependents) or nil
  end) do
    plan.totals.records = plan.totals.records + 1
    local intent = item.intent
    if not record and FOLLOWED[intent.op] and item.reference.id then
      record, item.reference = restorer:successor(item.reference)
    end
    local change, reason = UNDO[intent.op](item.reference, record, intent, item.outcome, restorer, records)
    if reason then
      plan.skipped:add(reason, { reference = item.reference })
    end
    if change then
      change.needs = needed[intent.n]
    end
    add(plan, restorer, item, change, records)
    if intent.needs then
      needed[intent.needs] = change and change.n or needed[intent.n]
    end
    needed[intent.n] = nil
    if options.limit and plan.count >= options.limit then
      break
    end
  end
  restorer:finish()
  earlier:close()
  return plan:finish()
end

--- Plans the undo of a plan.  It reads every changed record and writes nothing
-- on the server.
---@param client extcontacts.Client
---@param path string of the plan to undo
---@param options extcontacts.fix.UndoOptions|nil
---@return extcontacts.fix.Plan|nil plan `applied` counts the changes that were applied, `unknown` those
--- that may have been
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
  }
end

return undo
