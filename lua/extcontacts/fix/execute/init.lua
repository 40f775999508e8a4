--- Executes one change: reads the record again, compares it with the plan,
-- writes and reports the outcome.  `execute.batch` does the same for many.

local conflicts = require "extcontacts.fix.execute.conflicts"
local dependents_left = require "extcontacts.fix.execute.dependents_left"
local division_moves = require "extcontacts.fix.execute.division_moves"
local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"
local find_contact = require "extcontacts.fix.find_contact"
local id_map = require "extcontacts.fix.id_map"
local merge = require "extcontacts.fix.execute.merge"
local outcome = require "extcontacts.api.outcome"
local promotion = require "extcontacts.fix.execute.promotion"
local record_api = require "extcontacts.fix.record_api"
local settle = require "extcontacts.fix.execute.settle"
local writes = require "extcontacts.fix.execute.writes"

local execute = {}

---@class extcontacts.fix.Outcome
---@field t extcontacts.fix.State|"not_sent"
---@field reason string|nil a sentence
---@field fields string[]|nil those that someone changed
---@field write extcontacts.fix.WriteName|nil of an update: how it was sent
---@field written string[]|nil of a conflict: fields that a PATCH has set all the same
---@field diverged string[]|nil fields in which the server stored another value than was sent
---@field settled boolean|nil found by reading the record, not confirmed by the write
---@field stop "auth"|"try_later"|"interrupted"|"io"|nil why the run can't continue
---@field server_failure boolean|nil the server did not answer, or failed
---@field is_repeated boolean|nil the same failure of one request as of another change
---@field no_entry boolean|nil nothing is to be written into the journal
---@field err extcontacts.Error|nil

---@class extcontacts.fix.Work
---@field client extcontacts.Client
---@field journal extcontacts.fix.Journal
---@field on_conflict "skip"|"fail"|"rebase"
---@field choice extcontacts.fix.WriteChoice
---@field maybe_sent table<integer, extcontacts.fix.MaybeSent> creates that may have been sent before this pass, by
--- number
---@field scanned table<extcontacts.record.TypeName, table[]> records that may be theirs
---@field is_interrupted fun(): boolean

--- Looks up whether a contact has the address of a create by now, unless the create needs no
-- address.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@return extcontacts.fix.Outcome|nil outcome if that is certain without reading a contact
---@return extcontacts.record.Reference|nil contact to read
function execute.look_up(work, change)
  if change.copies then
    return nil, { kind = change.kind, id = change.old_id }
  elseif not change.unless_exists then
    return nil
  end
  local id, reason = errors.catch(find_contact.search, work.client, change.unless_exists)
  if id then
    return nil, { kind = "contact", id = id }
  elseif errors.is_error(reason) then
    return failures.of_read(reason)
  elseif not find_contact.is_absent(reason) then
    return conflicts.address_taken()
  end
end

--- Decides on a create that was not sent before: a contact is created unless another
-- one has its address by now, and a record is copied unless it has changed.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param record table|nil the contact that may have the address, or the record to copy, as just read
---@param err extcontacts.Error|nil
---@param response extcontacts.Response|nil
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function execute.decide_create(work, change, record, err, response)
  if change.copies then
    local refused = division_moves.before_copy(change, record, err, response)
    if refused then
      return refused
    end
  elseif err and not outcome.is_absent(err) then
    return failures.of_read(err)
  elseif record and find_contact.has(record, change.unless_exists) then
    return conflicts.address_taken()
  end
  return nil, writes.create(work, change)
end

-- The same, with requests of its own.
local function decide_create(work, change)
  local known, reference = execute.look_up(work, change)
  if known then
    return known
  elseif reference then
    return execute.decide_create(work, change, record_api.call(work.client, "get", reference))
  end
  return execute.decide_create(work, change)
end

local DECIDE = { update = writes.update, delete = writes.delete, erase = writes.delete, promote = promotion.decide }

--- Whether a change takes requests of its own, in a batch too.
---@param change extcontacts.fix.Change
---@param intent table|nil of the journal, if it was sent before and has no outcome
---@return boolean
function execute.is_alone(change, intent)
  return change.op == "merge" or change.op == "create" and intent ~= nil
end

--- The change with the ids that recreated and merged records have by now.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@return extcontacts.fix.Change
function execute.translate(work, change)
  local state = work.journal.state
  local out = id_map.translate(state.ids, change)
  if out ~= change then
    out.merged_into = state.merged[change.id]
  end
  return out
end

--- Decides on a change of a record: the outcome, or the write that it needs.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param intent table|nil of the journal, if it was sent before and has no outcome
---@param record table|nil as just read
---@param err extcontacts.Error|nil
---@param response extcontacts.Response|nil
---@param copy extcontacts.fix.Answer|nil of the copy of a record that is moved
---@return extcontacts.fix.Outcome|nil
---@return extcontacts.fix.Write|nil
function execute.decide(work, change, intent, record, err, response, copy)
  local merged_into = change.op ~= "update" and change.merged_into or record and response.resolved_id
  if merged_into then
    return conflicts.merged(merged_into)
  end
  local refused = record and (change.emptied and dependents_left.outcome(work.client, change)
    or change.move and division_moves.before_deletion(work, change, copy))
  if refused then
    return refused
  elseif intent then
    return settle.decide(work, change, intent, record, err)
  elseif record then
    return DECIDE[change.op](work, change, writes.reference(change), record)
  elseif not outcome.is_absent(err) then
    return failures.of_read(err)
  elseif change.op == "update" or change.op == "promote" then
    return conflicts.gone()
  end
  return { t = "unchanged" }
end

-- Reads the copy of a record that is moved.
local function read_copy(work, change)
  local reference = division_moves.copy(work, change)
  if reference then
    local record, err, response = record_api.call(work.client, "get", reference)
    return { id = reference.id, record = record, err = err, response = response }
  end
end

--- Executes a change.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param intent table|nil of the journal, if it was sent before and has no outcome
---@return extcontacts.fix.Outcome
function execute.change(work, change, intent)
  change = execute.translate(work, change)
  local decided, write
  if change.op == "merge" then
    return merge.execute(work, change, intent)
  elseif change.op == "create" then
    if intent then
      return settle.create(work, change, intent)
    end
    decided, write = decide_create(work, change)
  else
    local record, err, response = record_api.call(work.client, "get", writes.reference(intent or change))
    decided, write = execute.decide(work, change, intent, record, err, response,
      record and read_copy(work, change) or nil)
  end
  return decided or writes.send(work, write)
end

return execute
