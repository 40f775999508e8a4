--- What the result of a request says about the token's window and the server, for
-- the limiter and the circuit breaker.  It is noted once for each request: by its
-- call, or by the next one if the call ended in its wait.

local changed_records = require "extcontacts.call.changed_records"
local circuit = require "extcontacts.call.circuit"
local exchanges = require "extcontacts.transport.exchanges"
local outcome = require "extcontacts.api.outcome"
local response = require "extcontacts.api.response"
local transport = require "extcontacts.transport"

local health = {}

-- Seconds between two searches for requests whose call ended.
local SEARCH_EVERY = 1

-- What the answer says about the token's window.
local function report_of(reply, err)
  return {
    arrived = reply ~= nil or err.sent ~= "nothing",
    -- A gateway's answer says nothing about the server's window.
    headers = reply and not (err and outcome.is_outage(err)) and reply.headers or nil,
    throttled = err ~= nil and outcome.of("read", err) == "throttled",
    retry_after = err and err.retry_after,
  }
end

-- Notes what the answer says about the server.
local function note_server(ctx, sent_at, err, now)
  if err and err.kind == "cancelled" then
    circuit.undecided(ctx.circuit, now)
  elseif err and outcome.is_outage(err) then
    ctx.outage = err
    circuit.failed(ctx.circuit, circuit.POLICY, sent_at, now, ctx.random())
  else
    circuit.succeeded(ctx.circuit)
  end
end

--- Notes in the token's window what became of a request that passed the gate.
---@param ctx extcontacts.ClientContext
---@param lease extcontacts.Lease
---@param report extcontacts.RequestReport
---@param now number when it ended
---@param call extcontacts.Call|nil the call that the store may wait with
function health.settle(ctx, lease, report, now, call)
  if lease.ticket then
    ctx.limiter:settle(lease.ticket, now, report, call)
  end
end

--- Notes a request's result.
---@param ctx extcontacts.ClientContext
---@param exchange extcontacts.Exchange changed
---@param reply table|nil
---@param err extcontacts.Error|nil
---@param now number when it ended
---@param call extcontacts.Call|nil as for `settle`
function health.note(ctx, exchange, reply, err, now, call)
  if exchange.is_settled or exchange.row.is_foreign then
    return
  end
  exchange.is_settled = true
  if ctx.probe == exchange then
    ctx.probe = nil
  end
  if exchange.lease.ticket then
    health.settle(ctx, exchange.lease, report_of(reply, err), now, call)
  end
  note_server(ctx, exchange.sent_at, err, now)
end

-- Notes the result of a finished request for its call, which may come back for it.
local function note_for_call(ctx, exchange)
  local reply, failure = exchanges.take_early(ctx, exchange)
  if exchange.lease and not exchange.row.is_foreign then
    local err = failure and transport.error(ctx.config, exchange.row, failure)
      or reply.status > 299 and response.failure(exchange.row, reply) or nil
    local elapsed = (reply or failure).elapsed
    health.note(ctx, exchange, reply, err, elapsed and exchange.sent_at + elapsed or ctx.now())
    changed_records.announce(ctx, exchange, err)
  end
end

--- Settles the requests whose call ended in its wait.
---@param ctx extcontacts.ClientContext
---@param at_once boolean|nil also if that was done a moment ago
function health.settle_orphans(ctx, at_once)
  local now = ctx.now()
  if not at_once and now < (ctx.orphans_at or now) then
    return
  end
  ctx.orphans_at = now + SEARCH_EVERY
  for transfer, exchange in pairs(ctx.exchanges) do
    if transfer:done() then
      note_for_call(ctx, exchange)
    end
  end
end

--- Ends a probe of the circuit breaker whose call ended in its wait or raised, so
-- that the next call becomes the probe.
---@param ctx extcontacts.ClientContext
---@param awaits (fun(waitable: table): boolean)|nil of the runtime
function health.check_probe(ctx, awaits)
  local transfer = ctx.probe.transfer
  local is_under_way = transfer and ctx.exchanges[transfer]
  if is_under_way and transfer:done() then
    note_for_call(ctx, ctx.probe)
  elseif not is_under_way or awaits and not awaits(transfer) then
    ctx.probe = nil
    circuit.undecided(ctx.circuit, ctx.now())
  end
end

return health
