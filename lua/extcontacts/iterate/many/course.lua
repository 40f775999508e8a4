--- What happens to one batch: it is sent, split if it is too large, and its items are
-- sent again, looked up or handed to single calls as they need.  At the end every item
-- is settled.

local alone = require "extcontacts.iterate.many.alone"
local bulk = require "extcontacts.call.bulk"
local errors = require "extcontacts.base.errors"
local kinds = require "extcontacts.iterate.many.kinds"
local outcome = require "extcontacts.api.outcome"
local response = require "extcontacts.api.response"
local results = require "extcontacts.iterate.many.results"
local sizes = require "extcontacts.iterate.many.sizes"
local stats = require "extcontacts.transport.stats"
local text = require "extcontacts.base.text"

local course = {}

-- The API's own answers to a bulk path that the token must not use, or that does not
-- exist.
local NOT_AVAILABLE = { [403] = true, [404] = true, [405] = true }

-- Those that may be about a single item of the batch, or about their number.
local NOT_ACCEPTED = { [400] = true, [422] = true }

local settle, fail = alone.settle, alone.fail

-- The same failure for several items; each may change its own.
local function fail_all(job, entries, err)
  for _, entry in ipairs(entries) do
    fail(job, entry, errors.copy(err))
  end
end

local function settle_lost(job, entries, answer, err)
  for _, entry in ipairs(entries) do
    alone.settle_lost(job, entry, answer, err)
  end
end

------------------------------------------------------------------- results --

local function protocol_error(job, answer, entry, problem)
  local more = answer.response or {}
  return errors.new {
    kind = "protocol", operation = job.kind.row.name, method = job.kind.row.method, status = more.status,
    path = answer.call.request.path, attempts = more.attempts, correlation_id = more.correlation_id, response = more,
    message = ("item %s: %s"):format(text.whole(entry.number), problem),
    retryable = answer.call.row.repeatable,
  }
end

local function item_error(job, answer, entry, found)
  local reply = answer.call.reply or {}
  local err = response.item_failure(answer.call.row,
    { status = found.status, headers = reply.headers or {}, secrets = reply.secrets }, found.failure,
    { query = {}, body = entry.entity })
  err.operation, err.method = job.kind.row.name, job.kind.row.method
  err.path, err.attempts, err.response = answer.call.request.path, entry.tries, answer.response
  if type(found.failure.retryable) == "boolean" then
    err.retryable = found.failure.retryable
  end
  if outcome.of(answer.call.row.effect, err) == "unclear" then
    err.ambiguous = true
  end
  return err
end

-- The response of an item; shared but for what differs.
local function response_of(answer, found)
  local more = answer.response
  return {
    status = found.status or more.status, headers = more.headers, attempts = more.attempts, elapsed = more.elapsed,
    correlation_id = more.correlation_id, resolved_id = found.resolved_id, is_bulk = true,
  }
end

-- An item without a result of its own.
local function settle_unknown(job, entry, answer, found)
  local err = protocol_error(job, answer, entry, found.problem)
  local verb = job.kind.verb
  if found.is_failed or verb ~= "create" and verb ~= "enrich" then
    err.ambiguous = not found.is_failed and verb ~= "get" or nil
    return fail(job, entry, err)
  elseif verb == "create" and not found.is_missing then
    return fail(job, entry, alone.ambiguous(err, "read the record before you send it again"))
  end
  alone.settle_lost(job, entry, answer, err)
end

-- Settles a failed item; returns the wait if it is to be sent again instead.
local function settle_failed(job, entry, answer, found)
  local err, verb = item_error(job, answer, entry, found), job.kind.verb
  if verb == "delete" and outcome.is_absent(err) and entry.is_unsure then
    return settle(job, entry, job.kind.row.name, true, nil, response_of(answer, found))
  end
  local retryable = outcome.verdict(answer.call.row, err) ~= "final"
  if type(found.failure.retryable) == "boolean" then
    retryable = found.failure.retryable
  end
  entry.err, entry.is_unsure = err, entry.is_unsure or err.ambiguous
  if retryable and err.ambiguous and not alone.is_repeatable(job, entry) then
    return alone.settle_lost(job, entry, answer, err, found.failure.retryable)
  end
  local wait = retryable and bulk.item_wait(answer.call, err, entry.tries) or nil
  if not wait then
    fail(job, entry, err)
  end
  return wait
end

-- Settles the items of an answered batch; returns those to send again, the longest
-- wait and one of their errors.
local function settle_answered(job, entries, answer, outcomes)
  local again, longest, reason = {}, 0, nil
  -- Records first: looking for a lost one must not find another item's.
  for _, entry in ipairs(entries) do
    local found = outcomes[entry]
    if found.record then
      if job.kind.verb == "create" then
        bulk.claim(job.ctx, found.record)
      end
      settle(job, entry, job.kind.row.name, found.record, nil, response_of(answer, found))
    end
  end
  for _, entry in ipairs(entries) do
    local found = outcomes[entry]
    if found.problem then
      settle_unknown(job, entry, answer, found)
    elseif found.failure then
      local wait = settle_failed(job, entry, answer, found)
      if wait then
        again[#again + 1] = entry
        longest, reason = math.max(longest, wait), entry.err
      end
    end
  end
  return again, longest, reason
end

-------------------------------------------------------------- whole batches --

local send

-- Sends a batch in halves; returns whether both were accepted.
local function bisect(job, entries)
  local half = math.ceil(#entries / 2)
  local first, second = {}, {}
  for index, entry in ipairs(entries) do
    table.insert(index <= half and first or second, entry)
  end
  local accepted = send(job, first)
  return send(job, second) and accepted
end

-- A batch that the API did not accept as a whole.
local function refused(job, entries, answer)
  local err, memory = answer.err, job.sizes
  local count, from_api = #entries, err.from_api
  if err.status == 413 and count > 1 and not answer.is_lost then
    sizes.too_large(memory, count)
    bisect(job, entries)
  elseif from_api and NOT_ACCEPTED[err.status] and count > 1 then
    if bisect(job, entries) then
      sizes.too_large(memory, count)
    end
  elseif from_api and NOT_AVAILABLE[err.status] then
    memory.refusal = err
    stats.refused(job.ctx.stats, job.kind.row.name, err)
    alone.call(job, entries)
  elseif answer.is_lost then
    if err.status == 413 then
      sizes.too_large(memory, count)
    end
    settle_lost(job, entries, answer, err)
  else
    fail_all(job, entries, err)
  end
end

-- Sends a batch and settles its items; returns whether the API accepted it as a whole.
function send(job, entries)
  if job.sizes.refusal then
    alone.call(job, entries)
    return false
  end
  local args, texts = kinds.batch(job.kind, entries, job.options)
  for _, entry in ipairs(entries) do
    entry.tries = entry.tries + 1
  end
  local answer = bulk.send(job.ctx, job.kind.row, args, job.kind.verb == "create" and texts or {})
  for _, entry in ipairs(entries) do
    entry.is_unsure = entry.is_unsure or answer.is_unsure
  end
  if answer.value == true then
    -- A repeated delete was answered with 404: the bulk operation does not exist.
    answer.err = errors.new { kind = "http", status = 404, from_api = true, message = "not found" }
  end
  if answer.err then
    refused(job, entries, answer)
    return false
  end
  local outcomes, problem = results.match(job.kind, entries, answer.value,
    { marker = job.options.marker, dry_run = job.options.dry_run })
  if not outcomes then
    for _, entry in ipairs(entries) do
      settle_unknown(job, entry, answer, { problem = problem, is_missing = true })
    end
    return false
  end
  sizes.accepted(job.sizes, #entries)
  local again, wait, reason = settle_answered(job, entries, answer, outcomes)
  if #again > 0 then
    local permitted = bulk.pause(answer.call, reason, wait)
    if permitted then
      send(job, again)
    else
      for _, entry in ipairs(again) do
        fail(job, entry, entry.err)
      end
    end
  end
  return true
end

--- Settles the items of a batch.
---@param job extcontacts.ManyJob
---@param entries extcontacts.ManyEntry[]
function course.run(job, entries)
  send(job, entries)
end

return course
