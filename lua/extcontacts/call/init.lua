--- One call, from its bound arguments to its result.  This room owns the Call
-- object, the gate before a request, the loop over attempts, the circuit
-- breaker with its retry budget, and the reconciliation of creates whose reply
-- was lost.  Only `runtime` waits, and only `api.outcome` classifies.

local calls = require "extcontacts.call.call"
local creates = require "extcontacts.call.reconcile.creates"
local log = require "extcontacts.transport.log"
local loop = require "extcontacts.call.loop"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local reconcile = require "extcontacts.call.reconcile"
local replies = require "extcontacts.transport.reply"
local runtime = require "extcontacts.runtime"

local call = {}

--- The request that a call would send; nothing is sent.
call.request = calls.request

-- Sends the request until there is a result that needs no reconciliation.
local function send(self)
  local value, err, response, verdict = loop.run(self)
  while verdict do
    local record
    record, verdict = reconcile.settle(self, err)
    if record then
      log.report(self.ctx.config, self.entry)
      return self:succeed(record)
    end
    -- The record does not exist, except under "resend", which does not search.
    self.unsure = verdict ~= "retry" or self.on_ambiguous == "resend"
    value, err, response, verdict = loop.run(self, err, verdict)
  end
  return value, err, response
end

-- A create whose record can be looked for.
local function create(self)
  local bodies, body = self.ctx.creates, self.request.body
  creates.enter(bodies, body, self)
  local value, err, response
  if self.args.options.maybe_sent_at then
    value, err = reconcile.find_earlier(self)
  end
  if value then
    value, err, response = self:succeed(value)
  elseif err then
    value, err = self:fail(err)
  else
    value, err, response = send(self)
  end
  creates.leave(bodies, body, self)
  return value, err, response
end

local function perform(ctx, row, args)
  local self, err = calls.prepare(ctx, row, args)
  if err then
    return self:fail(err)
  elseif row.check then
    return create(self)
  end
  return send(self)
end

--- Performs a call.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function call.perform(ctx, row, args)
  return runtime.call(ctx, perform, ctx, row, args)
end

--- Performs a call that the module itself makes, of an operation by its name.
---@param ctx extcontacts.ClientContext
---@param name string
---@param count integer of the arguments
---@param arguments table in the operation's order, then the options; valid
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function call.named(ctx, name, count, arguments)
  local row = operations.find(name)
  return call.perform(ctx, row, assert(params.bind(row, count, arguments)))
end

--- The same, for the answer's text beside its value.
---@param ctx extcontacts.ClientContext
---@param name string
---@param count integer of the arguments
---@param arguments table
---@return any value
---@return extcontacts.Error|nil
---@return string|nil text JSON, as received
function call.named_with_text(ctx, name, count, arguments)
  local row = operations.find(name)
  local args = assert(params.bind(row, count, arguments))
  args.keeps_text = true
  local value, err = call.perform(ctx, row, args)
  if err then
    return nil, err
  end
  local text = args.reply.body
  replies.release(args.reply)
  return value, nil, text
end

return call
