--- Settles a change that was sent and has no outcome: the record shows whether the
-- write arrived, and it is sent again when it did not.

local conflicts = require "extcontacts.fix.execute.conflicts"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local failures = require "extcontacts.fix.failures"
local find_created = require "extcontacts.fix.execute.find_created"
local outcomes = require "extcontacts.api.outcome"
local patches = require "extcontacts.fix.patches"
local promotion = require "extcontacts.fix.execute.promotion"
local writes = require "extcontacts.fix.execute.writes"

local settle = {}

-- Settles a create whose record the call's searches have neither found nor ruled out.
local function scanned(work, change, reason)
  local record, is_known = find_created.find(work, change)
  if record then
    return { t = "applied", settled = true, id = record.id, old_id = change.old_id, modify_date = record.modifyDate }
  elseif is_known then
    return writes.send(work, writes.create(work, change))
  end
  return { t = "unknown", reason = reason }
end

--- Settles a create.  The call itself looks for the record before it sends
-- (`maybe_sent_at`), by the server's clock alone: this machine's may have been
-- corrected since the intent.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param intent table of the journal
---@return extcontacts.fix.Outcome
function settle.create(work, change, intent)
  local sent_at = dates.iso(intent.since or intent.server_at)
  if not sent_at then
    return { t = "unknown", reason = "it may have been created, and the server's clock at that time is unknown" }
  end
  local outcome = writes.send(work, writes.create(work, change, {
    maybe_sent_at = sent_at, except_ids = work.journal.state.created,
  }))
  if outcome.t ~= "applied" and outcome.err and outcome.err.ambiguous then
    return scanned(work, change, outcome.err.message)
  end
  return outcome
end

local function update(work, change, intent, reference, record)
  local side, others = diff.side(change.kind, record, change.diff)
  if side == "after" then
    -- A PATCH leaves the other fields as they are, whoever changes them.
    local diverged = intent.write == "patch" and {} or diff.divergences(change.kind, intent.body, record)
    return {
      t = "applied", settled = true, write = intent.write, modify_date = record.modifyDate,
      diverged = #diverged > 0 and diverged or nil,
    }
  elseif #others > 0 then
    local outcome = conflicts.same_fields(others)
    local written = intent.write == "patch" and patches.result(change, record).written or {}
    outcome.written = #written > 0 and written or nil
    return outcome
  end
  return writes.update(work, change, reference, record)
end

--- Decides on a change of a record: the outcome, or the write that is sent again.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param intent table of the journal
---@param record table|nil as just read, by the intent's reference
---@param err extcontacts.Error|nil
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function settle.decide(work, change, intent, record, err)
  local reference = writes.reference(intent)
  if not record and not outcomes.is_absent(err) then
    return failures.of_settling(err)
  elseif change.op == "update" or change.op == "promote" then
    if not record then
      return conflicts.gone()
    elseif change.op == "promote" then
      return promotion.settle(work, change, reference, record)
    end
    return update(work, change, intent, reference, record)
  elseif record then
    return writes.delete(work, change, reference, record)
  end
  return { t = "applied", settled = true }
end

return settle
