--- Sends one change: the intent into the journal, the request to the server,
-- and the outcome from its answer.

local canonical = require "extcontacts.record.canonical"
local changes = require "extcontacts.fix.plan.changes"
local conflicts = require "extcontacts.fix.execute.conflicts"
local dates = require "extcontacts.base.dates"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local failures = require "extcontacts.fix.failures"
local record_api = require "extcontacts.fix.record_api"

local writes = {}

--- The reference in a change or an intent.
---@param change extcontacts.fix.Change|table
---@return extcontacts.record.Reference
function writes.reference(change)
  return { kind = change.kind, id = change.id, owner = change.owner }
end

-- Returns the answer and the response; or nil and the outcome.
local function send(work, change, verb, reference, intent, options)
  intent.n, intent.kind, intent.op = change.n, change.kind, change.op
  intent.id, intent.owner, intent.old_id = reference.id, reference.owner, change.old_id
  local written, problem = work.journal:intent(intent)
  if not written then
    return nil, { t = "not_sent", stop = "io", err = problem, reason = problem.message, no_entry = true }
  end
  local answer, err, response = record_api.call(work.client, verb, reference, intent.body, options)
  if answer == nil then
    return nil, failures.of_write(verb, err)
  end
  return answer, response
end

-- The outcome of a confirmed write.
local function applied(answer, response)
  return {
    t = "applied",
    modify_date = type(answer) == "table" and answer.modifyDate or nil,
    correlation_id = response and response.correlation_id,
  }
end

--- Updates a record: puts the planned differences into its current state.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param reference extcontacts.record.Reference
---@param record table as just read
---@return extcontacts.fix.Outcome
function writes.update(work, change, reference, record)
  local side, others = diff.side(change.kind, record, change.diff)
  if side == "after" then
    return { t = "unchanged" }
  elseif #others > 0 then
    return conflicts.same_fields(others)
  elseif work.on_conflict ~= "rebase" and (side ~= "before" or conflicts.is_changed(change, record)) then
    return conflicts.changed(change, record)
  end
  local body = changes.body(change.kind, diff.put(deepcopy(record), change.diff))
  local answer, response = send(work, change, "update", reference, { before = record, body = body })
  if answer == nil then
    return response
  end
  local outcome = applied(answer, response)
  local diverged = type(answer) == "table" and diff.divergences(change.kind, body, answer) or {}
  outcome.diverged = #diverged > 0 and diverged or nil
  return outcome
end

local function may_delete(work, change, record)
  if change.op == "erase" then
    return work.on_conflict == "rebase" or canonical.digest(change.kind, record) == change.digest
  end
  return not conflicts.is_changed(change, record)
end

--- Deletes or erases a record.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param reference extcontacts.record.Reference
---@param record table as just read
---@return extcontacts.fix.Outcome
function writes.delete(work, change, reference, record)
  if not may_delete(work, change, record) then
    return conflicts.changed(change, record)
  end
  local intent = { before = change.op ~= "erase" and record or nil }
  local answer, response = send(work, change, "delete", reference, intent)
  if answer ~= nil then
    return applied(answer, response)
  elseif response.t == "conflict" and response.status == 404 then
    return applied() -- someone else deleted it at the same moment
  end
  return response
end

-- No record has this id: reading it only gets the server's clock.
local NO_RECORD = "00000000-0000-0000-0000-000000000000"

--- Reads the server's clock, unless an answer has shown it.  A create whose reply is
-- lost is searched for by it, in this run or a later one.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
function writes.read_clock(work, change)
  if not work.client:server_time() then
    record_api.call(work.client, "get", { kind = change.kind, id = NO_RECORD, owner = change.owner })
  end
end

--- Creates a record.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param earlier { maybe_sent_at: number, except_ids: table }|nil set when the create may have been sent
---@return extcontacts.fix.Outcome
function writes.create(work, change, earlier)
  local reference = { kind = change.kind, owner = change.owner }
  local since = earlier and dates.text(earlier.maybe_sent_at)
  writes.read_clock(work, change)
  local answer, response = send(work, change, "create", reference, { body = change.after, since = since }, earlier)
  if answer == nil then
    return response
  end
  local outcome = applied(answer, response)
  outcome.id, outcome.old_id = type(answer) == "table" and answer.id or nil, change.old_id
  return outcome
end

return writes
