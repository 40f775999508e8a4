--- Carries out one change: reads the record again, compares, notes the intent,
-- sends, and tells what became of it.  Also finds out what became of a change
-- whose outcome got lost.

local canonical = require "extcontacts.record.canonical"
local dates = require "extcontacts.base.dates"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local id_map = require "extcontacts.fix.id_map"
local lookup = require "extcontacts.fix.lookup"
local plan = require "extcontacts.fix.plan"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local execute = {}

---@class extcontacts.fix.Outcome
---@field t extcontacts.fix.State|"not_sent" not_sent: nothing was sent after all
---@field reason string|nil a sentence
---@field fields string[]|nil those that someone changed
---@field stop "auth"|"try_later"|"interrupted"|nil why the run can't go on

---@class extcontacts.fix.Work
---@field client extcontacts.Client
---@field journal extcontacts.fix.Journal
---@field on_conflict "skip"|"fail"|"rebase"

local function reference_of(change)
  return { kind = change.kind, id = change.id, owner = change.owner }
end

local function call(work, verb, reference, body, options)
  local value, err, response = record_api.call(work.client, verb, reference, body, options)
  return value, err, response
end

------------------------------------------------------------------- failures --

-- Why a failure ends the run; nil where it is about this record only.
local function stop_for(err)
  if err.kind == "auth" then
    return "auth"
  elseif err.kind == "cancelled" or err.kind == "closed" then
    return "interrupted"
  elseif err.kind == "throttled" then
    return "try_later"
  end
end

-- No answer, or one that the server's own trouble made.
local function is_trouble(err)
  return err.kind == "transport" or err.kind == "timeout" or err.kind == "decode"
    or err.kind == "protocol" or (err.status ~= nil and err.status >= 500) or err.status == 408
end

local function describe(outcome, err)
  outcome.reason = err.message
  outcome.status, outcome.code = err.status, err.code
  outcome.correlation_id = err.correlation_id
  local detail = type(err.details) == "table" and err.details[1]
  outcome.field = type(detail) == "table" and detail.fieldName or nil
  return outcome
end

-- A read failed: nothing was sent.
local function unread(err)
  local outcome = describe({ t = "not_sent", stop = stop_for(err) }, err)
  if not outcome.stop then
    outcome.t = is_trouble(err) and "not_sent" or "failed"
    outcome.trouble = is_trouble(err) or nil
  end
  outcome.err = err
  return outcome
end

-- A write failed.
local function unwritten(err)
  local stop = stop_for(err)
  if not err.ambiguous and (err.sent == "nothing" or (stop and err.status)) then
    local trouble = not stop and is_trouble(err) or nil
    return describe({ t = "not_sent", stop = stop, trouble = trouble, err = err }, err)
  elseif err.status == 404 then
    return { t = "conflict", reason = "the record is not there any more", status = 404 }
  elseif err.status == 409 then
    return describe({ t = "conflict", err = err }, err)
  elseif is_trouble(err) or stop then
    return describe({ t = "unknown", stop = stop, trouble = true, err = err }, err)
  end
  return describe({ t = "failed", err = err }, err)
end

------------------------------------------------------------------ conflicts --

-- Whether a record is another one than when the plan was made.
local function is_changed(change, record)
  local dated = types.by_name[change.kind].has_dates
  if dated and change.before.modifyDate ~= nil and record.modifyDate == change.before.modifyDate then
    return false
  end
  return canonical.digest(change.kind, record) ~= canonical.digest(change.kind, change.before)
end

-- The fields in which two states differ, for people.
local function names_of(kind, before, record)
  local names = {}
  for index, one in ipairs(diff.between(kind, before, record)) do
    names[index] = diff.name(one.path)
  end
  return names
end

local function conflict(reason, fields)
  return { t = "conflict", reason = reason, fields = fields and #fields > 0 and fields or nil }
end

local GONE = "the record is not there any more"
local CHANGED = "the record was changed after the plan was made"

-------------------------------------------------------------------- writing --

-- Gives the answer and the response; or nil, the outcome.
local function send(work, change, verb, reference, intent, options)
  intent.n, intent.kind, intent.op = change.n, change.kind, change.op
  intent.id, intent.owner, intent.old_id = reference.id, reference.owner, change.old_id
  local noted, failed = work.journal:intent(intent)
  if not noted then
    return nil, { t = "not_sent", stop = "io", err = failed, reason = failed.message, unnoted = true }
  end
  local answer, err, response = call(work, verb, reference, intent.body, options)
  if answer == nil then
    return nil, unwritten(err)
  end
  return answer, response
end

-- What is told of a write that was confirmed.
local function applied(answer, response)
  return {
    t = "applied",
    modify_date = type(answer) == "table" and answer.modifyDate or nil,
    correlation_id = response and response.correlation_id,
  }
end

local function update(work, change, reference, record)
  local side, others = diff.side(change.kind, record, change.diff)
  if side == "after" then
    return { t = "unchanged" }
  end
  local rebase = work.on_conflict == "rebase"
  if #others > 0 then
    return conflict(CHANGED .. ", in fields that the plan changes", others)
  elseif not rebase and (side ~= "before" or is_changed(change, record)) then
    return conflict(CHANGED, names_of(change.kind, change.before, record))
  end
  local body = plan.writable(change.kind, diff.put(deepcopy(record), change.diff))
  local answer, more = send(work, change, "update", reference, { before = record, body = body })
  if not answer then
    return more
  end
  local outcome = applied(answer, more)
  local diverged = type(answer) == "table" and diff.divergences(change.kind, body, answer) or {}
  outcome.diverged = #diverged > 0 and diverged or nil
  return outcome
end

local function delete(work, change, reference, record)
  local erase = change.op == "erase"
  local rebase = work.on_conflict == "rebase"
  if erase then
    if not rebase and canonical.digest(change.kind, record) ~= change.digest then
      return conflict(CHANGED)
    end
  elseif is_changed(change, record) then
    return conflict(CHANGED, names_of(change.kind, change.before, record))
  end
  local answer, more = send(work, change, "delete", reference, { before = not erase and record or nil })
  if answer ~= nil then
    return applied(answer, more)
  elseif more.status == 404 then
    return applied() -- someone else did at the same moment
  end
  return more
end

local function create(work, change, earlier)
  local reference = reference_of(change)
  reference.id = nil
  local since = earlier and earlier.maybe_sent_at
  local answer, more = send(work, change, "create", reference,
    { body = change.after, since = since and dates.text(since) },
    earlier)
  if answer == nil then
    return more
  end
  local outcome = applied(answer, more)
  outcome.id, outcome.old_id = type(answer) == "table" and answer.id or nil, change.old_id
  return outcome
end

local WRITE = { update = update, delete = delete, erase = delete }

-- Why a contact must not be created: somebody has its address by now.
local function forestalled(work, change)
  local found, reason = errors.catch(lookup.find, work.client, change.unless_exists)
  if errors.is_error(reason) then
    return unread(reason)
  elseif found or reason ~= lookup.NOBODY then
    return conflict "somebody has the address by now"
  end
end

--- Carries out a change that was not sent before.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@return extcontacts.fix.Outcome
function execute.out(work, change)
  change = id_map.put(work.journal.state.ids, change)
  if change.op == "create" then
    return change.unless_exists and forestalled(work, change) or create(work, change)
  end
  local reference = reference_of(change)
  local record, err = call(work, "get", reference)
  if record then
    return WRITE[change.op](work, change, reference, record)
  elseif err.status ~= 404 then
    return unread(err)
  elseif change.op == "update" then
    return conflict(GONE)
  end
  return { t = "unchanged" }
end

------------------------------------------------------- what became of one --

-- Nobody has this id: reading it only tells the server's clock.
local NOBODY = "00000000-0000-0000-0000-000000000000"

local function settle_create(work, change, intent)
  call(work, "get", { kind = change.kind, id = NOBODY, owner = intent.owner })
  local outcome = create(work, change, {
    maybe_sent_at = dates.iso(intent.since or intent.at),
    except_ids = work.journal.state.created,
  })
  if outcome.t == "applied" then
    return outcome
  elseif outcome.err and outcome.err.ambiguous then
    return { t = "unknown", reason = outcome.err.message }
  end
  return outcome
end

local function settle_update(work, change, intent, record)
  local side, others = diff.side(change.kind, record, change.diff)
  if side == "after" then
    local diverged = diff.divergences(change.kind, intent.body, record)
    return {
      t = "applied", settled = true, modify_date = record.modifyDate, diverged = #diverged > 0 and diverged or nil,
    }
  elseif #others > 0 then
    return conflict(CHANGED .. ", or while it was sent, in fields that the plan changes", others)
  end
  return update(work, change, { kind = intent.kind, id = intent.id, owner = intent.owner }, record)
end

--- Finds out what became of a change that was sent and has no outcome, and
-- sends it again where it did not arrive.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@param intent table the journal's
---@return extcontacts.fix.Outcome
function execute.settle(work, change, intent)
  change = id_map.put(work.journal.state.ids, change)
  if change.op == "create" then
    return settle_create(work, change, intent)
  end
  local reference = { kind = intent.kind, id = intent.id, owner = intent.owner }
  local record, err = call(work, "get", reference)
  if record and change.op == "update" then
    return settle_update(work, change, intent, record)
  elseif record then
    return delete(work, change, reference, record)
  elseif err.status ~= 404 then
    local outcome = unread(err)
    if outcome.t == "failed" then
      outcome.t = "unknown"
    end
    outcome.unnoted = outcome.t == "not_sent" or nil -- the intent stays open
    return outcome
  elseif change.op == "update" then
    return conflict(GONE)
  end
  return { t = "applied", settled = true }
end

return execute
