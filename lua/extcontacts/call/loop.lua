--- The loop over a call's attempts: gate, transport, outcome, then a retry or
-- the end.  It never decides about a write whose reply was lost: that verdict
-- goes back to `call`, which reconciles it.

local changed_records = require "extcontacts.call.changed_records"
local gate = require "extcontacts.call.gate"
local health = require "extcontacts.call.health"
local log = require "extcontacts.transport.log"
local oauth = require "extcontacts.auth.oauth"
local outcome = require "extcontacts.api.outcome"
local response = require "extcontacts.api.response"
local retry = require "extcontacts.call.retry"
local retry_budget = require "extcontacts.call.retry_budget"
local stats = require "extcontacts.transport.stats"
local transport = require "extcontacts.transport"

local loop = {}

-- One attempt.  Returns the row of the request that failed, since a request for
-- a token has rules of its own; nil if nothing was sent.
local function attempt(call)
  local ctx, row, request = call.ctx, call.row, call.request
  local lease, err, failing = gate.pass(call)
  if not lease then
    call.reply, call.entry = nil, nil
    return nil, err, failing
  end
  local sent_at = ctx.now()
  if call.attempts == 0 then
    retry_budget.add_request(ctx.budget)
  end
  call.attempts = call.attempts + 1
  call.sent_at = call.sent_at or transport.server_time(ctx)
  call.token = lease.token
  local value
  local exchange = { row = row, sent_at = sent_at, lease = lease, changed = changed_records.of(call) }
  call.exchange = exchange
  if lease.is_probe then
    ctx.probe = exchange
  end
  value, err, call.reply, call.entry = transport.send(call, row, request, lease.authorization,
    row.classify or response.classify)
  log.add_bodies(ctx.config, call.entry, request.body, call.reply, lease.authorization)
  health.note(ctx, exchange, call.reply, err, ctx.now(), call)
  changed_records.announce(ctx, exchange, err, value)
  return value, err, row
end

-- A refused token is renewed once, and the request sent again at once.
local function renews(call, failing, err)
  if err.status ~= 401 or failing == oauth.row or failing.is_foreign or call.renewed then
    return false
  end
  call.renewed = call.ctx.tokens:refused(call.token)
  return call.renewed
end

-- How long to wait before the next attempt; nil to give up.
local function next_wait(call, failing, err)
  local ctx = call.ctx
  local tries = failing == oauth.row and call.token_tries or call.attempts
  local wait = retry.delay(err, tries, call, ctx.random())
  if not wait or call:is_past(wait) then
    return nil
  end
  if outcome.is_outage(err) then
    local budget_wait = retry_budget.spend(ctx.budget, ctx.now())
    if not budget_wait or call:is_past(budget_wait) then
      return nil
    end
    wait = math.max(wait, budget_wait)
  end
  return wait
end

-- Whether a failure leaves the result of an earlier attempt open.  A refusal usually
-- does not: the server would have refused that attempt too.  `earlier_unclear` is for
-- those who have to know what the record was changed to.
local function says_nothing(call, failing, err)
  return failing ~= call.row or err.status == 401 or outcome.of(failing.effect, err) ~= "refused"
end

local function fail(call, failing, err)
  if call.unsure then
    local field = says_nothing(call, failing, err) and "ambiguous" or "earlier_unclear"
    err[field] = true
  end
  return call:fail(err)
end

-- Reports the attempt, and waits for the next one.  Returns what ends the call,
-- nil when the next attempt may begin.
local function prepare_next(call, failing, err, wait)
  if failing == call.row then
    log.report(call.ctx.config, call.entry, wait)
  end
  if not wait then
    return err
  end
  stats.retry(call.ctx.stats, err)
  return call:pause(wait, "retry", nil, err.kind == "throttled" and "rate" or nil)
end

-- Notes a failure in the call; its verdict.
local function judge(call, failing, err)
  if failing == oauth.row then
    call.token_tries = (call.token_tries or 0) + 1
  elseif failing and outcome.of(failing.effect, err) == "unclear" then
    call.unsure = true
  end
  return failing and outcome.verdict(failing, err) or "final"
end

--- Sends the call's request until there is a result.
---@param call extcontacts.Call
---@param settled extcontacts.Error|nil a failure of this call that has been reconciled
---@param verdict "retry"|"final"|nil what the reconciliation found, with `settled`
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
---@return "ambiguous"|nil verdict the call has not ended: the request may have been carried out and must not
--- be sent again before that is settled
function loop.run(call, settled, verdict)
  local err, failing = settled, call.row
  while true do
    local value
    if not settled then
      value, err, failing = attempt(call)
      if err and call.row.effect == "delete" and call.unsure and outcome.is_absent(err) then
        value, err = true, nil -- the earlier attempt deleted it
      end
      if not err then
        log.report(call.ctx.config, call.entry)
        return call:succeed(value)
      end
      verdict = judge(call, failing, err)
    end
    settled = nil
    local renewed = renews(call, failing, err)
    if verdict == "ambiguous" and not renewed then
      return nil, err, nil, "ambiguous"
    end
    local wait = renewed and 0 or verdict == "retry" and next_wait(call, failing, err) or nil
    local stop = prepare_next(call, failing, err, wait)
    if stop then
      return fail(call, failing, stop)
    end
  end
end

return loop
