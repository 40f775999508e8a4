--- Executes a merge of contacts: reads them again, compares each with the plan, and
-- merges them with one request.  A merge that may have been sent is settled by reading:
-- contacts that were merged answer under the id of the result, or say into which
-- contact they were merged.

local bulk_api = require "extcontacts.fix.bulk_api"
local conflicts = require "extcontacts.fix.execute.conflicts"
local diff = require "extcontacts.record.diff"
local failures = require "extcontacts.fix.failures"
local ids = require "extcontacts.record.normalize.id"
local outcomes = require "extcontacts.api.outcome"
local server_merge = require "extcontacts.record.merge.server_merge"
local writes = require "extcontacts.fix.execute.writes"

local merge = {}

-- What became of a contact: itself, or the id of the one that it was merged into;
-- neither if it is gone.
local function state_of(client, id, record, err, response)
  if not record and outcomes.is_absent(err) then
    record, err, response = client:call("contacts.unresolved", id)
    if not record and outcomes.is_absent(err) then
      return { id = id }
    end
  end
  if not record then
    return { id = id, err = err }
  end
  local into = response and response.resolved_id or server_merge.merged_into(record)
  return { id = id, record = not into and record or nil, into = into }
end

-- The states of all contacts of a merge; or what kept one from being read.
local function read(client, change)
  local items, states, problem = {}, {}, nil
  for index, id in ipairs(change.ids) do
    items[index] = { reference = { kind = "contact", id = id }, index = index }
  end
  bulk_api.call(client, "get", items, bulk_api.MOST, function(item, record, err, response)
    local state = state_of(client, item.reference.id, record, err, response)
    states[item.index], problem = state, problem or state.err
  end)
  return states, problem
end

-- The contact that all others were merged into; nil unless they share one.
local function common_target(states)
  local target
  for _, state in ipairs(states) do
    if not state.into or target and ids.key(state.into) ~= ids.key(target) then
      return nil
    end
    target = state.into
  end
  return target
end

-- The outcome of a merge that was carried out.
local function applied(change, record, more)
  local diverged = diff.divergences("contact", change.after, record)
  local outcome = {
    t = "applied", id = record.id, merged = change.ids, modify_date = record.modifyDate,
    diverged = #diverged > 0 and diverged or nil,
  }
  for name, value in pairs(more) do
    outcome[name] = value
  end
  return outcome
end

-- Why the contacts are not the planned ones any more.
local function objection(change, states)
  local records = {}
  for index, state in ipairs(states) do
    if state.into then
      return conflicts.member(state.id, conflicts.merged(state.into))
    elseif not state.record then
      return conflicts.member(state.id, conflicts.gone())
    end
    local planned = { kind = "contact", before = change.members[index] }
    if conflicts.is_changed(planned, state.record) then
      return conflicts.member(state.id, conflicts.changed(planned, state.record))
    end
    records[index] = state.record
  end
  local problem = server_merge.problem(records)
  return problem and { t = "conflict", reason = problem } or nil, records
end

-- Settles a merge that was carried out; nil if it was not.
local function settled(work, change, states)
  local target = common_target(states)
  if not target then
    return nil
  end
  local record, err = work.client:call("contacts.get", target)
  if record then
    return applied(change, record, { settled = true })
  end
  return failures.of_settling(err)
end

local function send(work, change, records)
  local body = { contactIds = change.ids, valueOverride = change.override }
  local written, problem = work.journal:intents { {
    n = change.n, kind = change.kind, op = change.op, id = change.id, ids = change.ids, members = records, body = body,
  } }
  if not written then
    return writes.not_journaled(problem)
  end
  local answer, err, response = work.client:call("contacts.merge", body)
  if type(answer) == "table" then
    return applied(change, answer, { correlation_id = response and response.correlation_id })
  end
  return failures.of_write("merge", err)
end

--- Executes a merge.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param intent table|nil of the journal, if it was sent before and has no outcome
---@return extcontacts.fix.Outcome
function merge.execute(work, change, intent)
  local states, err = read(work.client, change)
  if err then
    return intent and failures.of_settling(err) or failures.of_read(err)
  end
  local outcome = intent and settled(work, change, states)
  if outcome then
    return outcome
  end
  local records
  outcome, records = objection(change, states)
  outcome = outcome or send(work, change, records)
  if intent and outcome.t == "conflict" then
    -- The first request may have arrived after the reading.
    states, err = read(work.client, change)
    return not err and settled(work, change, states) or outcome
  end
  return outcome
end

return merge
