--- The gate before each request.  It requires a token, room in the token's
-- window, and a circuit that is not open.

local circuit = require "extcontacts.call.circuit"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local health = require "extcontacts.call.health"
local oauth = require "extcontacts.auth.oauth"

local gate = {}

-- The rate limit opens, or the token arrives, too late for this call.
local function no_room(config, wait, reason)
  if reason == "token" then
    return errors.new {
      kind = "timeout",
      code = "token_wait",
      message = "the request for a token takes longer than this call may wait",
      sent = "nothing",
      retryable = true,
    }
  end
  return errors.new {
    kind = "throttled",
    code = "rate_allowance",
    message = ("the rate limit of %d requests in %g s is used up; it opens again in %.0f s, which is "
      .. "longer than this call may wait"):format(config.rate, config.rate_period, wait),
    retry_after = wait,
    retryable = true,
  }
end

-- The circuit is open, and this call can't wait for the next probe.
local function circuit_open(ctx, wait)
  local last = ctx.outage or {}
  return errors.new {
    kind = last.kind or "transport",
    status = last.status,
    code = "circuit_open",
    message = ("the server has been failing; the next attempt is in %.1f s, which is longer than this "
      .. "call may wait"):format(wait),
    sent = "nothing",
    retryable = true,
  }
end

-- For a request that does not go to the API: no token, and no part in its window and
-- its circuit.
local NO_LEASE = {}

-- A lease, or how long to wait and why; or a failure of the token endpoint.
local function admit(call)
  local ctx = call.ctx
  if next(ctx.exchanges) then
    health.settle_orphans(ctx)
  end
  if ctx.probe then
    health.check_probe(ctx, call.runtime.awaits)
  end
  local wait, until_probe = circuit.wait(ctx.circuit, circuit.POLICY, ctx.now())
  if wait then
    return nil, nil, wait, "circuit", until_probe
  end
  local lease, err, reason
  lease, err, wait, reason = ctx.tokens:lease(call)
  if not lease then
    return nil, err, wait, reason
  end
  local permit
  permit, wait, until_probe = circuit.admit(ctx.circuit, circuit.POLICY, ctx.now())
  if permit then
    lease.is_probe = permit == "probe"
    return lease
  end
  health.settle(ctx, lease, { arrived = false }, ctx.now(), call)
  return nil, nil, wait, "circuit", until_probe
end

-- Why a wait is longer than the call may wait; nil when it is not.
local function too_long(call, wait, reason, until_probe)
  if call:is_past(until_probe or wait) then
    return reason == "circuit" and circuit_open(call.ctx, until_probe) or no_room(call.ctx.config, wait, reason)
  elseif reason == "rate" and wait > call.max_retry_after then
    return no_room(call.ctx.config, wait, reason)
  end
end

--- Waits until a call may send.
---@param call extcontacts.Call
---@return extcontacts.Lease|nil
---@return extcontacts.Error|nil
---@return extcontacts.Operation|nil row the token endpoint's, when its request failed
function gate.pass(call)
  while true do
    local err = call:stopped(core.signal.caught())
    if not err and call:is_past(0) then
      err = errors.new {
        kind = "timeout", message = "the deadline has passed", sent = "nothing", retryable = true,
      }
    end
    if err then
      return nil, err
    elseif call.row.is_foreign then
      return NO_LEASE
    end
    local lease, failure, wait, reason, until_probe = admit(call)
    if lease then
      return lease
    elseif failure then
      failure.sent = "nothing" -- of the call's own request
      return nil, failure, reason ~= "stopped" and oauth.row or nil
    end
    err = too_long(call, wait, reason, until_probe) or call:pause(wait, reason)
    if err then
      return nil, err
    end
  end
end

return gate
