--- The promotion of a contact.  It has no bulk request, and it is not documented what a
-- second one does: the contact's type says whether it was carried out.

local conflicts = require "extcontacts.fix.execute.conflicts"
local failures = require "extcontacts.fix.failures"
local promotions = require "extcontacts.fix.promotions"
local record_api = require "extcontacts.fix.record_api"

local promotion = {}

--- Decides on a promotion: the outcome, or the write that it needs.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param reference extcontacts.record.Reference
---@param record table as just read
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function promotion.decide(work, change, reference, record)
  local problem = promotions.problem(record)
  if problem then
    return conflicts.not_promotable(problem)
  elseif promotions.is_done(record) then
    return { t = "unchanged" }
  elseif work.on_conflict ~= "rebase" and conflicts.is_changed(change, record) then
    return conflicts.changed(change, record)
  end
  return nil, { verb = "promote", change = change, reference = reference, before = record }
end

local function settled(record)
  return { t = "applied", settled = true, modify_date = record.modifyDate }
end

--- Decides on a promotion that may have been sent.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param reference extcontacts.record.Reference
---@param record table as just read
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function promotion.settle(work, change, reference, record)
  local outcome, write = promotion.decide(work, change, reference, record)
  if write then
    write.was_sent = true
  elseif outcome.t == "unchanged" then
    outcome = settled(record)
  end
  return outcome, write
end

-- The outcome of a promotion that the API refuses with a conflict: the contact may be
-- promoted by now, by someone else or by an earlier request that arrived late.
local function refused(client, write, outcome)
  local record, _, response = record_api.call(client, "get", write.reference)
  if not record or response.resolved_id or not promotions.is_done(record) then
    return outcome
  end
  return write.was_sent and settled(record) or { t = "unchanged" }
end

--- Sends the request.
---@param work extcontacts.fix.Work
---@param write extcontacts.fix.Write
---@return extcontacts.fix.Outcome
function promotion.perform(work, write)
  local answer, err, response = record_api.call(work.client, "promote", write.reference)
  if answer == nil then
    local outcome = failures.of_write("update", err)
    return outcome.t == "conflict" and outcome.status == 409 and refused(work.client, write, outcome) or outcome
  elseif response.resolved_id then
    return conflicts.promoted_instead(response.resolved_id)
  end
  return {
    t = "applied", modify_date = answer.modifyDate, correlation_id = response.correlation_id,
    diverged = not promotions.is_done(answer) and { "type" } or nil,
  }
end

return promotion
