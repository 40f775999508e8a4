--- The one loop over attempts: token, pace, send, classify, decide.  Every call
-- of every operation comes through here, and only `env/*` waits.

local circuit = require "extcontacts.call.circuit"
local errors = require "extcontacts.base.errors"
local gate = require "extcontacts.call.gate"
local log = require "extcontacts.transport.log"
local params = require "extcontacts.api.params"
local reconcile = require "extcontacts.call.reconcile"
local request = require "extcontacts.api.request"
local response = require "extcontacts.api.response"
local retry = require "extcontacts.call.retry"
local runtime = require "extcontacts.runtime"
local stats = require "extcontacts.transport.stats"
local tokens = require "extcontacts.auth.tokens"
local transport = require "extcontacts.transport"

local loop = {}

---@class extcontacts.State what a client holds
---@field config extcontacts.Config
---@field auth extcontacts.Auth
---@field pacer extcontacts.Pacer|nil nil for no pacing
---@field outage extcontacts.Outage
---@field stats extcontacts.Stats
---@field env table|nil how to wait, where it is not found from where the call stands
---@field now fun(): number monotonic seconds
---@field time fun(): number UTC seconds since 1970
---@field random fun(): number from 0 to 1
---@field server_ahead number|nil seconds the server's clock is ahead
---@field creates table what `doubt` knows of the creates
---@field closed boolean

local function summary(state, call)
  local reply = call.reply
  local headers = reply and reply.headers or {}
  return {
    status = reply and reply.status,
    headers = headers,
    attempts = call.attempts,
    elapsed = state.now() - call.started,
    correlation_id = response.correlation_id(headers),
    recovered = call.recovered,
  }
end

local function succeed(state, call, row, value)
  reconcile.claim(state.creates, row, value)
  stats.call(state.stats, row.name, state.now() - call.started)
  return value, nil, summary(state, call)
end

-- Whether a failure says nothing about an earlier attempt: one that the server
-- refuses for what it is would have been refused before, too.
local function is_open(err)
  local status = err.status
  return not status or status >= 500 or status == 401 or status == 408 or status == 429
end

local function fail(state, call, row, wire, err)
  err.operation = err.operation or row.name
  err.method = err.method or row.method
  err.path = err.path or wire and wire.path
  err.attempts = call.attempts
  if call.unsure and is_open(err) then
    err.ambiguous = true
  end
  err.response = summary(state, call)
  stats.call(state.stats, row.name, err.response.elapsed, err)
  return nil, err
end

--------------------------------------------------------------- one attempt --

-- One attempt: admission, then the request.  Returns the row that was at work
-- when it failed, since a token request has its own rules.
local function attempt(state, call, row, wire, bound)
  local lease, err, failing = gate.take(state, call)
  if not lease then
    call.reply, call.entry = nil, nil
    return nil, err, failing
  end
  local sent_at = state.now()
  if call.attempts == 0 then
    circuit.earn(state.outage)
  end
  call.attempts = call.attempts + 1
  call.sent_at = call.sent_at or state.time()
  local value
  value, err, call.entry, call.reply = transport.send(state, call, row, wire, lease.authorization,
    response.classify, bound)
  call.token = lease.token
  log.add_bodies(state.config, call.entry, wire.body, call.reply)
  if lease.ticket then
    gate.settle(state, lease, {
      arrived = call.reply ~= nil or err.sent ~= "nothing",
      -- A gateway's answer says nothing of the server's window.
      headers = call.reply and not (err and circuit.is_sign(err)) and call.reply.headers or nil,
      throttled = err and err.status == 429,
      retry_after = err and err.retry_after,
    })
  end
  if err and err.kind == "cancelled" then
    circuit.leave(state.outage, state.now())
  else
    circuit.note(state.outage, sent_at, state.now(), err, state.random())
  end
  return value, err, row
end

------------------------------------------------------------ what comes next --

-- A refused token is renewed and the request sent again at once, one time.
local function renews(state, call, row, err)
  if err.status ~= 401 or row == tokens.row or call.renewed then
    return false
  end
  call.renewed = state.auth:refused(call.token)
  return call.renewed
end

-- How long to wait before the next attempt; nil to give up.
local function next_wait(state, call, row, err, outcome)
  if outcome ~= "repeat" then
    return nil
  end
  local tries = row == tokens.row and call.token_tries or call.attempts
  local wait = retry.delay(err, tries, call, state.random())
  if not wait or gate.is_past(state, call, wait) then
    return nil
  end
  if circuit.is_sign(err) then
    local paid = circuit.pay(state.outage, state.now())
    if not paid or gate.is_past(state, call, paid) then
      return nil
    end
    wait = math.max(wait, paid)
  end
  return wait
end

-- A repeated DELETE that finds nothing: the earlier one was carried out.
local function is_gone(call, row, err)
  return row.method == "DELETE" and err.status == 404 and call.unsure
end

-- Whether the request may have been carried out although it failed.
local function leaves_doubt(err)
  return err.status ~= 429 and err.sent ~= "nothing"
    and (err.kind == "transport" or err.kind == "timeout" or circuit.is_sign(err))
end

-- By when a call must have ended: by its own deadline, and by that of the code
-- it is made in.
local function deadline_of(here, state, options, started)
  local budget = options.deadline or state.config.deadline
  local own = options.finish or budget and started + budget
  local around = here.deadline and here.deadline()
  if own and around then
    return math.min(own, around)
  end
  return own or around
end

-- What a call goes by; `here` is how it waits.
local function new_call(state, options)
  local started, config = state.now(), state.config
  local here, retries = runtime.here(state), options.retry
  if retries == nil then
    retries = config.retry
  end
  return {
    here = here,
    started = started,
    options = options,
    deadline = deadline_of(here, state, options, started),
    canceller = options.cancel,
    retry = retries,
    max_attempts = options.max_attempts or config.max_attempts,
    max_retry_after = options.max_retry_after or config.max_retry_after,
    on_ambiguous = options.on_ambiguous or config.on_ambiguous,
    check_time = options.check_time or config.check_time,
    attempts = 0,
  }
end

local tools = { pause = gate.pause }

-- Looks for the record of a create that an earlier run may have sent.  Gives
-- the record; nil where it certainly is not there; or nil and an error.
local function look_back(state, call, row, bound, wire)
  local since = call.options.maybe_sent_at
  call.sent_at, call.except = since, call.options.except_ids
  -- What was sent long ago has been indexed since.
  call.check_time = math.max(0, math.min(call.check_time, since + call.check_time - state.time()))
  local err = errors.new {
    kind = "transport", message = "an earlier run may have sent it", retryable = false,
  }
  local record, outcome = reconcile.resolve(tools, state, call, row, bound, err, wire.body)
  call.sent_at = nil
  if record or outcome == "repeat" then
    return record
  end
  return nil, err
end

-- The loop.
local function perform(state, call, row, bound, wire)
  if call.options.maybe_sent_at and row.check then
    local record, err = look_back(state, call, row, bound, wire)
    if record then
      return succeed(state, call, row, record)
    elseif err then
      return fail(state, call, row, wire, err)
    end
  end
  while true do
    local value, err, working = attempt(state, call, row, wire, bound)
    if err and is_gone(call, row, err) then
      value, err = true, nil
    end
    if not err then
      log.report(state.config, call.entry)
      return succeed(state, call, row, value)
    end

    local outcome = working and retry.outcome(working, err)
    local wait
    if working == tokens.row then
      call.token_tries = (call.token_tries or 0) + 1
    elseif working and row.method ~= "GET" and leaves_doubt(err) then
      call.unsure = true
    end
    if renews(state, call, working, err) then
      wait = 0
    elseif outcome == "ambiguous" then
      value, outcome = reconcile.resolve(tools, state, call, row, bound, err, wire.body)
      if value then
        log.report(state.config, call.entry)
        return succeed(state, call, row, value)
      end
      -- It is not there, unless it was not looked for.
      call.unsure = outcome ~= "repeat" or call.on_ambiguous == "resend"
    end
    wait = wait or next_wait(state, call, working, err, outcome)

    if working == row then
      log.report(state.config, call.entry, wait)
    end
    if not wait then
      return fail(state, call, row, wire, err)
    end
    stats.retry(state.stats, err)
    err = gate.pause(state, call, wait, "retry")
    if err then
      return fail(state, call, row, wire, err)
    end
  end
end

local function call_here(state, row, bound)
  local call = new_call(state, bound.options)
  local wire, err = loop.plan(state, row, bound)
  if not wire then
    return fail(state, call, row, nil, err)
  end
  reconcile.count(state.creates, row, wire.body, 1)
  local value, failure, answer = perform(state, call, row, bound, wire)
  reconcile.count(state.creates, row, wire.body, -1)
  return value, failure, answer
end

--- Performs a bound call.
---@param state extcontacts.State
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function loop.call(state, row, bound)
  return runtime.call(state, call_here, state, row, bound)
end

tools.perform = loop.call

--- Checks a bound call and builds its request; nothing is sent.
---@param state extcontacts.State
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@return extcontacts.Request|nil
---@return extcontacts.Error|nil
function loop.plan(state, row, bound)
  if state.config.validate then
    local ok, err = params.check(row, bound)
    if not ok then
      return nil, err
    end
  end
  return request.build(row, bound, state.config)
end

return loop
