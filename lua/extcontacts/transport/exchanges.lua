--- The requests of a client that are under way.  A call may end in its wait, without
-- running another line: nginx ends its light thread, an event loop drops its
-- coroutine.  What a request holds is therefore written down here, and whoever comes
-- next can settle it (`call.health`).

local replies = require "extcontacts.transport.reply"

local exchanges = {}

---@class extcontacts.Exchange a request under way
---@field transfer table|nil of the engine
---@field row extcontacts.Operation
---@field sent_at number monotonic seconds
---@field lease extcontacts.Lease|nil
---@field changed string[]|nil ids of the records that it changes, if somebody is told
---@field result { reply: table|nil, failure: table|nil }|nil taken from the transfer by another than its call
---@field is_settled boolean|nil whether limiter and circuit know the result

--- Adds a request that was submitted.
---@param ctx extcontacts.ClientContext
---@param exchange extcontacts.Exchange
---@param transfer table
function exchanges.add(ctx, exchange, transfer)
  exchange.transfer = transfer
  ctx.exchanges[transfer] = exchange
end

--- Takes the result of a finished transfer, once.
---@param ctx extcontacts.ClientContext
---@param exchange extcontacts.Exchange
---@return table|nil reply
---@return table|nil failure
function exchanges.take(ctx, exchange)
  local transfer, result = exchange.transfer, exchange.result
  ctx.exchanges[transfer] = nil
  if result then
    return result.reply, result.failure
  end
  return replies.take(transfer)
end

--- Takes the result while the call may still come for it.
---@param ctx extcontacts.ClientContext
---@param exchange extcontacts.Exchange
---@return table|nil reply
---@return table|nil failure
function exchanges.take_early(ctx, exchange)
  local reply, failure = exchanges.take(ctx, exchange)
  exchange.result = { reply = reply, failure = failure }
  return reply, failure
end

--- How many requests were sent whose reply has not arrived.
---@param ctx extcontacts.ClientContext
---@return integer
function exchanges.count(ctx)
  local count = 0
  for transfer in pairs(ctx.exchanges) do
    count = count + (transfer:done() and 0 or 1)
  end
  return count
end

return exchanges
