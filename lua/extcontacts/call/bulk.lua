--- One request for a batch of items.  Unlike a single call, a create whose reply was
-- lost does not end here: `iterate.many` looks up its items one by one.

local calls = require "extcontacts.call.call"
local creates = require "extcontacts.call.reconcile.creates"
local loop = require "extcontacts.call.loop"
local retry = require "extcontacts.call.retry"
local retry_budget = require "extcontacts.call.retry_budget"
local runtime = require "extcontacts.runtime"
local stats = require "extcontacts.transport.stats"

local bulk = {}

---@class extcontacts.BulkAnswer
---@field call extcontacts.Call
---@field value table|nil the decoded answer
---@field err extcontacts.Error|nil
---@field response extcontacts.Response|nil
---@field is_lost boolean|nil whether the items may have been carried out and must not be sent again
--- before that is settled
---@field is_unsure boolean|nil whether an earlier attempt may have been carried out
---@field sent_at number|nil when it was sent, in seconds since 1970 by the server's clock

-- When the last attempt was sent.  The clock may be known only since its answer.
local function sent_at(self)
  local offset = self.ctx.server_offset
  return self.sent_at or offset and self.exchange and self.exchange.sent_at + offset or nil
end

local function perform(ctx, row, args, texts)
  local self, err = calls.prepare(ctx, row, args)
  if err then
    self:fail(err)
    return { call = self, err = err }
  end
  -- Other creates of equal records can't be told from these.
  for _, text in ipairs(texts) do
    creates.enter(ctx.creates, text, self)
  end
  local value, failure, response, verdict = loop.run(self)
  for _, text in ipairs(texts) do
    creates.leave(ctx.creates, text, self)
  end
  if verdict then
    failure.ambiguous = true
    self:fail(failure)
  end
  return {
    call = self, value = value, err = failure, response = response, is_lost = verdict ~= nil,
    is_unsure = self.unsure, sent_at = sent_at(self),
  }
end

--- Sends a batch, with the retries of a single call.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param texts string[] the items of a create, as JSON; otherwise empty
---@return extcontacts.BulkAnswer
function bulk.send(ctx, row, args, texts)
  return runtime.call(ctx, perform, ctx, row, args, texts)
end

--- When the last bulk request was sent, by the server's clock.
---@param answer extcontacts.BulkAnswer
---@return number|nil
function bulk.sent_at(answer)
  return answer.sent_at or sent_at(answer.call)
end

--- How long to wait before a failed item is sent again; nil to give up.
---@param self extcontacts.Call of the batch
---@param err extcontacts.Error the item's
---@param tries integer requests with the item so far
---@return number|nil wait seconds
function bulk.item_wait(self, err, tries)
  local wait = retry.delay(err, tries, self, self.ctx.random())
  return wait and not self:is_past(wait) and wait or nil
end

--- Waits before failed items are sent again, as the budget for retries permits.
---@param self extcontacts.Call of the batch
---@param err extcontacts.Error of one item
---@param wait number seconds
---@return boolean permitted
---@return extcontacts.Error|nil stop why the wait ended early
function bulk.pause(self, err, wait)
  local ctx = self.ctx
  local budget_wait = retry_budget.spend(ctx.budget, ctx.now())
  wait = math.max(wait, budget_wait or 0)
  if not budget_wait or self:is_past(wait) then
    return false
  end
  stats.retry(ctx.stats, err)
  local stop = self:pause(wait, "retry")
  return stop == nil, stop
end

--- Notes the records that a batch created, so that no other create mistakes them for
-- its own.
---@param ctx extcontacts.ClientContext
---@param record table
function bulk.claim(ctx, record)
  creates.claim(ctx.creates, record)
end

return bulk
