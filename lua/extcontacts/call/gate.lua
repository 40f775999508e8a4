--- What a request waits for before it may be sent: a token, room in its window,
-- and no outage; and how a call waits at all.  Only `env/*` lets time pass.

local circuit = require "extcontacts.call.circuit"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local log = require "extcontacts.transport.log"
local tokens = require "extcontacts.auth.tokens"
local transport = require "extcontacts.transport"

local gate = {}

-- With a canceller, or where a signal does not end a sleep, none is longer than
-- this.
local LONGEST_NAP = 0.2

local function cancelled(message, code)
  return errors.new { kind = "cancelled", code = code, message = message, sent = "nothing" }
end

-- Why a call must not go on; `signal` is the one that came, if it counts here.
local function stopped(state, call, signal)
  if state.closed then
    return errors.new { kind = "closed", message = "the client is closed" }
  elseif call.canceller and call.canceller.cancelled then
    return cancelled("the call was cancelled")
  elseif signal then
    return cancelled("the call was interrupted", "interrupted")
  end
end

--- Lets time pass, as long as the call may go on.  A signal ends that also
-- while signals are deferred, which is for what can be done at once.
---@param state extcontacts.State
---@param call table
---@param seconds number
---@param reason "rate"|"retry"|"outage"|"token" for the client's numbers
---@return extcontacts.Error|nil why the call must not go on
function gate.pause(state, call, seconds, reason)
  local stop = stopped(state, call, core.signal.pending())
  if stop then
    return stop
  end
  local engine, started = transport.engine(state), state.now()
  local finish = started + seconds
  repeat
    local left = finish - state.now()
    if call.canceller or core.signal.deferred() then
      left = math.min(left, LONGEST_NAP)
    end
    local passed = call.here.sleep(engine, left, state.now)
    stop = stopped(state, call, core.signal.pending()) or passed == false and cancelled("the call was cancelled") or nil
  until stop or state.now() >= finish
  local waits = state.stats.waits
  waits[reason] = waits[reason] + state.now() - started
  return stop
end

--- Whether a wait would end after the call's deadline.
---@param state extcontacts.State
---@param call table
---@param wait number seconds
---@return boolean
function gate.is_past(state, call, wait)
  return call.deadline ~= nil and state.now() + wait >= call.deadline
end

-- The allowance opens too late for this call, or the token comes too late.
local function no_room(state, wait, reason)
  if reason == "token" then
    return errors.new {
      kind = "timeout",
      code = "token_wait",
      message = "another process has been asking for the token for longer than this call may wait",
      sent = "nothing",
      retryable = true,
    }
  end
  return errors.new {
    kind = "throttled",
    code = "rate_allowance",
    message = ("the allowance of %d requests in %g s is used up and opens again in %.0f s, which is "
      .. "longer than this call may wait"):format(state.config.rate, state.config.rate_period, wait),
    retry_after = wait,
    retryable = true,
  }
end

-- The server has been failing, and this call can't wait for the next trial.
local function still_failing(state, wait)
  local last = state.outage.err or {}
  return errors.new {
    kind = last.kind or "transport",
    status = last.status,
    code = "outage",
    message = ("the server has been failing; it is tried again in %.1f s, which is longer than "
      .. "this call may wait"):format(wait),
    sent = "nothing",
    retryable = true,
  }
end

-- What the token keeper needs of a call (`extcontacts.LeaseTools`).
local Tools = {}
Tools.__index = Tools

function Tools:admit(key)
  local pacer = self.state.pacer
  if pacer then
    return pacer:admit(key, self.state.now())
  end
end

function Tools:send(row, wire, classify)
  local value, err, entry = transport.send(self.state, self.call, row, wire, nil, classify)
  log.report(self.state.config, entry)
  return value, err
end

function Tools:wait(flight)
  self.call.here.wait(transport.engine(self.state), flight)
end

function Tools:notify(flight)
  self.call.here.notify(flight)
end

--- Tells what became of an admitted request.
---@param state extcontacts.State
---@param lease table
---@param outcome extcontacts.Outcome
function gate.settle(state, lease, outcome)
  if lease.ticket then
    state.pacer:settle(lease.ticket, state.now(), outcome)
  end
end

--- Waits until a call may send.
---@param state extcontacts.State
---@param call table
---@return extcontacts.Lease|nil
---@return extcontacts.Error|nil
---@return extcontacts.Operation|nil row the token endpoint's, when it was that which failed
function gate.take(state, call)
  while true do
    local err = stopped(state, call, core.signal.caught())
    if not err and gate.is_past(state, call, 0) then
      err = errors.new {
        kind = "timeout", message = "the deadline has passed", sent = "nothing", retryable = true,
      }
    end
    if err then
      return nil, err
    end
    local reason, lease, failure = "outage", nil, nil
    local wait, hold = circuit.peek(state.outage, state.now())
    if not wait then
      lease, failure, wait, reason = state.auth:lease(setmetatable({ state = state, call = call }, Tools))
    end
    if failure then
      return nil, failure, tokens.row
    elseif lease then
      wait, hold = circuit.admit(state.outage, state.now())
      if not wait then
        return lease
      end
      reason = "outage"
      gate.settle(state, lease, { arrived = false })
    end
    if gate.is_past(state, call, hold or wait) then
      return nil, reason == "outage" and still_failing(state, hold or wait) or no_room(state, wait, reason)
    elseif reason == "rate" and wait > call.max_retry_after then
      return nil, no_room(state, wait, reason)
    end
    err = gate.pause(state, call, wait, reason)
    if err then
      return nil, err
    end
  end
end

return gate
