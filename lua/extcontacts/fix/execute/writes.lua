--- The request that a change needs, decided by comparing its record with the plan;
-- and the outcome from its answer.  `execute` sends it alone, `execute.batch` with
-- those of other changes.

local canonical = require "extcontacts.record.canonical"
local changes = require "extcontacts.fix.plan.changes"
local conflicts = require "extcontacts.fix.execute.conflicts"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local failures = require "extcontacts.fix.failures"
local field_path = require "extcontacts.base.path"
local patches = require "extcontacts.fix.patches"
local promotion = require "extcontacts.fix.execute.promotion"
local record_api = require "extcontacts.fix.record_api"
local write_choice = require "extcontacts.fix.write_choice"

local writes = {}

---@class extcontacts.fix.Write a request that is to be sent
---@field verb "create"|"update"|"delete"|"promote"
---@field change extcontacts.fix.Change with the ids of recreated records
---@field planned extcontacts.fix.Change|nil of a batch: the same change, as planned
---@field reference extcontacts.record.Reference
---@field before table|nil the record as just read, for the journal
---@field body table|nil what is sent; of a PATCH, the record with the planned values
---@field write extcontacts.fix.WriteName|nil of an update: how it is sent
---@field patch table|nil body of a PATCH
---@field since string|nil of a create that may have been sent: when that was
---@field options table|nil of the call
---@field was_sent boolean|nil of a promotion that may have been sent before

--- The reference in a change or an intent.
---@param change extcontacts.fix.Change|table
---@return extcontacts.record.Reference
function writes.reference(change)
  return { kind = change.kind, id = change.id, owner = change.owner }
end

--- The journal's intent of a write.
---@param write extcontacts.fix.Write
---@return table
function writes.intent(write)
  local change, reference = write.change, write.reference
  return {
    n = change.n, kind = change.kind, op = change.op, id = reference.id, owner = reference.owner,
    old_id = change.old_id, needs = change.needs, before = write.before, body = write.body, write = write.write,
    since = write.since, dependents = write.verb == "delete" and change.op ~= "erase" and change.dependents or nil,
  }
end

--- The outcome of changes whose intents could not be written: nothing was sent.
---@param problem extcontacts.Error
---@return extcontacts.fix.Outcome
function writes.not_journaled(problem)
  return { t = "not_sent", stop = "io", err = problem, reason = problem.message, no_entry = true }
end

-- The outcome of a confirmed PATCH.  What someone else has entered into an empty field
-- since it was read is kept.
local function patched(write, record, outcome)
  local result = patches.result(write.change, record)
  if #result.kept > 0 then
    outcome = conflicts.entered(result.kept)
    outcome.written = #result.written > 0 and result.written or nil
    outcome.modify_date, outcome.write = record.modifyDate, "patch"
    return outcome
  end
  outcome.write, outcome.diverged = "patch", #result.diverged > 0 and result.diverged or nil
  return outcome
end

-- The outcome of a confirmed write.
local function applied(write, answer, response)
  local record = type(answer) == "table" and answer or {}
  local outcome = {
    t = "applied", modify_date = record.modifyDate, correlation_id = response and response.correlation_id,
  }
  if write.verb == "create" then
    outcome.id, outcome.old_id = record.id, write.change.old_id
  elseif write.patch then
    return patched(write, record, outcome)
  elseif write.verb == "update" then
    outcome.write = response and response.is_bulk and "bulk" or "put"
    local diverged = diff.not_stored(write.change.kind, write.before, write.change.diff, write.body, record)
    outcome.diverged = #diverged > 0 and diverged or nil
  end
  return outcome
end

--- The outcome of a write from its answer.
---@param write extcontacts.fix.Write
---@param answer any nil for a failure
---@param err extcontacts.Error|nil
---@param response extcontacts.Response|nil
---@return extcontacts.fix.Outcome
function writes.outcome(write, answer, err, response)
  if answer ~= nil and write.verb == "update" and response and response.resolved_id then
    return conflicts.written_to(response.resolved_id)
  elseif answer ~= nil then
    return applied(write, answer, response)
  end
  local outcome = failures.of_write(write.verb, err)
  if write.verb == "delete" and outcome.t == "conflict" and outcome.status == 404 then
    return { t = "applied" } -- someone else deleted it at the same moment
  end
  return outcome
end

--- Sends a write alone: the intent into the journal, then the request.
---@param work extcontacts.fix.Work
---@param write extcontacts.fix.Write
---@return extcontacts.fix.Outcome
function writes.send(work, write)
  local written, problem = work.journal:intents { writes.intent(write) }
  if not written then
    return writes.not_journaled(problem)
  end
  return writes.perform(work, write)
end

--- Sends the request of a write alone.
---@param work extcontacts.fix.Work
---@param write extcontacts.fix.Write with an intent in the journal
---@return extcontacts.fix.Outcome
function writes.perform(work, write)
  if write.verb == "promote" then
    return promotion.perform(work, write)
  end
  return writes.outcome(write, record_api.call(work.client, write.patch and "patch" or write.verb, write.reference,
    write.patch or write.body, write.options))
end

local null = core.json.null

-- Sends null for what a change clears: the API does not say what a missing field means.
-- A custom field is left out instead: it may be one that the record's new schema lacks.
-- Of an object that keeps only values of the server's, the whole is cleared.
local function send_cleared(body, differences)
  for _, difference in ipairs(differences) do
    local path = difference.path
    local object, depth = field_path.innermost(body, path)
    local is_custom = depth > 1 and path[1] == "customFields"
    if difference.after == nil and object[path[depth]] == nil and not is_custom then
      if depth > 1 and next(body[path[1]]) == nil then
        object, depth = body, 1
      end
      object[path[depth]] = null
    end
  end
  return body
end

--- Decides on an update: puts the planned differences into the record's current state.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param reference extcontacts.record.Reference
---@param record table as just read
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function writes.update(work, change, reference, record)
  local side, others = diff.side(change.kind, record, change.diff)
  if side == "after" then
    return { t = "unchanged" }
  elseif #others > 0 then
    return conflicts.same_fields(others)
  elseif work.on_conflict ~= "rebase" and not change.merged_into and not change.rebase
    and (side ~= "before" or conflicts.is_changed(change, record)) then
    return conflicts.changed(change, record)
  end
  local write = write_choice.of(work.choice, change)
  local body = changes.body(change.kind, diff.applied(record, change.diff))
  local patch = write == "patch" and patches.body(change, record, body) or nil
  return nil, {
    verb = "update", change = change, reference = reference, before = record, patch = patch,
    write = write == "patch" and not patch and "put" or write, body = send_cleared(body, change.diff),
  }
end

local function may_delete(work, change, record)
  if change.op == "erase" then
    return work.on_conflict == "rebase" or canonical.digest(change.kind, record) == change.digest
  end
  return not conflicts.is_changed(change, record)
end

--- Decides on a delete or an erase.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param reference extcontacts.record.Reference
---@param record table as just read
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function writes.delete(work, change, reference, record)
  if not may_delete(work, change, record) then
    return conflicts.changed(change, record)
  end
  local before = change.op ~= "erase" and record or nil
  return nil, { verb = "delete", change = change, reference = reference, before = before }
end

-- No record has this id: reading it only gets the server's clock.
local NO_RECORD = "00000000-0000-0000-0000-000000000000"

-- Reads the server's clock, unless an answer has shown it.  A create whose reply is
-- lost is searched for by it, in this run or a later one.
local function read_clock(work, change)
  if not work.client:server_time() then
    record_api.call(work.client, "get", { kind = change.kind, id = NO_RECORD, owner = change.owner })
  end
end

--- Prepares a create.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param earlier { maybe_sent_at: number, except_ids: table }|nil set when the create may have been sent
---@return extcontacts.fix.Write
function writes.create(work, change, earlier)
  read_clock(work, change)
  return {
    verb = "create", change = change, reference = { kind = change.kind, owner = change.owner }, body = change.after,
    since = earlier and dates.text(earlier.maybe_sent_at), options = earlier,
  }
end

return writes
