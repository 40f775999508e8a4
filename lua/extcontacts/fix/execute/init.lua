--- Executes one change: reads the record again, compares it with the plan,
-- writes and reports the outcome.

local conflicts = require "extcontacts.fix.execute.conflicts"
local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"
local find_contact = require "extcontacts.fix.find_contact"
local id_map = require "extcontacts.fix.id_map"
local outcome = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"
local settle = require "extcontacts.fix.execute.settle"
local writes = require "extcontacts.fix.execute.writes"

local execute = {}

---@class extcontacts.fix.Outcome
---@field t extcontacts.fix.State|"not_sent"
---@field reason string|nil a sentence
---@field fields string[]|nil those that someone changed
---@field diverged string[]|nil fields in which the server stored another value than was sent
---@field settled boolean|nil found by reading the record, not confirmed by the write
---@field stop "auth"|"try_later"|"interrupted"|"io"|nil why the run can't continue
---@field server_failure boolean|nil the server did not answer, or failed
---@field no_entry boolean|nil nothing is to be written into the journal
---@field err extcontacts.Error|nil

---@class extcontacts.fix.Work
---@field client extcontacts.Client
---@field journal extcontacts.fix.Journal
---@field on_conflict "skip"|"fail"|"rebase"

execute.settle = settle.change

-- Creates a contact unless another one has its address by now.
local function create(work, change)
  if change.unless_exists then
    local found, reason = errors.catch(find_contact.find, work.client, change.unless_exists)
    if errors.is_error(reason) then
      return failures.of_read(reason)
    elseif found or not find_contact.is_absent(reason) then
      return conflicts.address_taken()
    end
  end
  return writes.create(work, change)
end

local WRITE = { update = writes.update, delete = writes.delete, erase = writes.delete }

--- Executes a change that was not sent before.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@return extcontacts.fix.Outcome
function execute.change(work, change)
  change = id_map.translate(work.journal.state.ids, change)
  if change.op == "create" then
    return create(work, change)
  end
  local reference = writes.reference(change)
  local record, err, response = record_api.call(work.client, "get", reference)
  if record and response.resolved_id then
    return conflicts.merged(response.resolved_id)
  elseif record then
    return WRITE[change.op](work, change, reference, record)
  elseif not outcome.is_absent(err) then
    return failures.of_read(err)
  elseif change.op == "update" then
    return conflicts.gone()
  end
  return { t = "unchanged" }
end

return execute
