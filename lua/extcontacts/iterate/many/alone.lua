--- Items that are settled one by one: by single calls where bulk is not available, and
-- by looking for their records where the reply to a bulk request was lost.

local bulk = require "extcontacts.call.bulk"
local call = require "extcontacts.call"
local effects = require "extcontacts.api.effects"
local errors = require "extcontacts.base.errors"
local kinds = require "extcontacts.iterate.many.kinds"
local outcome = require "extcontacts.api.outcome"
local stats = require "extcontacts.transport.stats"

local alone = {}

---@class extcontacts.ManyJob what the batches of an iteration share
---@field ctx extcontacts.ClientContext
---@field kind extcontacts.ManyKind
---@field options table options of the calls
---@field sizes extcontacts.BatchSize

--- Settles an item.
---@param job extcontacts.ManyJob
---@param entry extcontacts.ManyEntry changed
---@param name string|nil the bulk operation whose answer settled it
---@param result any
---@param err extcontacts.Error|nil
---@param more extcontacts.Response|nil
function alone.settle(job, entry, name, result, err, more)
  if entry.done then
    return
  end
  if err and entry.is_unsure and not err.ambiguous and job.kind.verb ~= "get" then
    err.earlier_unclear = true
  end
  entry.result, entry.err, entry.response = result, err, not err and more or nil
  entry.done = true
  stats.item(job.ctx.stats, name, err ~= nil)
end

--- Settles an item of a bulk request with a failure.
---@param job extcontacts.ManyJob
---@param entry extcontacts.ManyEntry
---@param err extcontacts.Error
function alone.fail(job, entry, err)
  alone.settle(job, entry, job.kind.row.name, nil, err)
end

-------------------------------------------------------------- single calls --

-- Performs the single call for an item; nil if that is not possible.
local function perform(job, entry, maybe_sent_at, look_once)
  local options = { maybe_sent_at = maybe_sent_at }
  for name, value in pairs(job.options) do
    options[name] = value
  end
  local row, args = kinds.single(job.kind, entry, options)
  if not row then
    return nil
  end
  args.look_once = look_once
  return { call.perform(job.ctx, row, args) }
end

local function settle_single(job, entry, results)
  local value, err, more = results[1], results[2], results[3]
  if err and job.kind.verb == "delete" and entry.is_unsure and outcome.is_absent(err) then
    value, err, more = true, nil, err.response -- an earlier request deleted it
  elseif value and job.kind.verb == "delete" then
    value = true
  end
  alone.settle(job, entry, nil, value, err, more)
end

--- Does the work of a bulk operation that the API refused by single calls.
---@param job extcontacts.ManyJob
---@param entries extcontacts.ManyEntry[]
function alone.call(job, entries)
  for _, entry in ipairs(entries) do
    local results = perform(job, entry)
    if results then
      settle_single(job, entry, results)
    else
      alone.fail(job, entry, errors.copy(job.sizes.refusal))
    end
  end
end

--------------------------------------------------------------- lost replies --

--- The error of an item that may have been carried out.
---@param err extcontacts.Error of its request
---@param why string
---@return extcontacts.Error
function alone.ambiguous(err, why)
  local copy = errors.copy(err)
  copy.ambiguous, copy.retryable = true, false
  copy.message = ("%s; the item may have been carried out: %s"):format(err.message, why)
  return copy
end

local ambiguous = alone.ambiguous

-- Why a create can't be looked up; nil if it can.
local function obstacle(job, entry, answer, since)
  local row = kinds.single(job.kind, entry, {})
  if not row then
    return "the note names no owner (entityId, entityType) to look for it"
  elseif not since and row.check.created then
    return "the server's clock is unknown, so an older record could be mistaken for it"
  elseif not answer.call.retry then
    return "look for it before you send it again"
  end
end

-- Looks for the record of an item that may have been created; the single create sends
-- it again if it certainly does not exist.  One look is enough where the server says
-- that the item can be sent again.
local function look_up(job, entry, answer, err, says_retryable)
  local since = bulk.sent_at(answer)
  local why = obstacle(job, entry, answer, since)
  if why then
    return alone.fail(job, entry, ambiguous(err, why))
  end
  local results = perform(job, entry, since or 0, says_retryable)
  local failure = results[2]
  if failure and failure.ambiguous and failure.attempts == 0 then -- the search did not decide
    local copy = ambiguous(err, failure.message:match "carried out: (.*)$" or failure.message)
    copy.cause = failure.cause or failure
    return alone.fail(job, entry, copy)
  end
  settle_single(job, entry, results)
end

--- Whether an item may be sent again although it may have been carried out.
---@param job extcontacts.ManyJob
---@param entry extcontacts.ManyEntry
---@return boolean
function alone.is_repeatable(job, entry)
  if job.kind.verb ~= "create" and job.kind.verb ~= "enrich" then
    return true
  end
  local row, args = kinds.single(job.kind, entry, job.options)
  return row ~= nil and (row.varies and effects.row_of(row, args) or row).repeatable
end

--- Settles an item that may have been carried out.
---@param job extcontacts.ManyJob
---@param entry extcontacts.ManyEntry
---@param answer extcontacts.BulkAnswer
---@param err extcontacts.Error
---@param says_retryable boolean|nil whether the server says that the item failed and can be sent again
function alone.settle_lost(job, entry, answer, err, says_retryable)
  entry.is_unsure = true
  if err.kind == "cancelled" or err.kind == "closed" then
    alone.fail(job, entry, ambiguous(err, "read the record before you send it again"))
  elseif job.kind.verb == "create" then
    look_up(job, entry, answer, err, says_retryable)
  elseif alone.is_repeatable(job, entry) then
    settle_single(job, entry, perform(job, entry))
  else
    alone.fail(job, entry,
      ambiguous(err, "there is no way to look for it; read the record before you send it again"))
  end
end

return alone
