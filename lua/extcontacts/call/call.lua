--- The Call: the one object that the stages of a call share.  It is created once,
-- with the operation's row, the arguments, the request, the deadline and the
-- way to wait, and collects the attempts and the last answer.

local core = require "extcontacts.core"
local creates = require "extcontacts.call.reconcile.creates"
local errors = require "extcontacts.base.errors"
local limits = require "extcontacts.api.limits"
local requests = require "extcontacts.api.request"
local response = require "extcontacts.api.response"
local runtime = require "extcontacts.runtime"
local stats = require "extcontacts.transport.stats"
local transport = require "extcontacts.transport"

local call = {}

---@class extcontacts.Call
---@field ctx extcontacts.ClientContext
---@field row extcontacts.Operation
---@field args extcontacts.Arguments
---@field request extcontacts.Request|nil nil if an argument is invalid
---@field runtime table how the call waits
---@field started number monotonic seconds
---@field deadline number|nil monotonic seconds
---@field timeout number seconds one request may take
---@field cancel_token extcontacts.CancelToken|nil
---@field attempts integer requests sent
---@field sent_at number|nil when the first was sent, in seconds since 1970 by the server's clock
---@field reply table|nil the last answer
---@field entry extcontacts.LogEntry|nil of the last request, not yet reported
---@field token string|nil of the last request
---@field exchange extcontacts.Exchange|nil the last request
---@field token_tries integer|nil failed requests for a token
---@field renewed boolean|nil whether a refused token was renewed
---@field unsure boolean|nil whether an earlier attempt may have been carried out
---@field recovered boolean|nil whether the record of a lost create was found
local Call = {}
local metatable = { __index = Call, __name = "extcontacts.call" }

-- With a cancel token, or where a signal does not end a sleep, a single sleep
-- is no longer than this many seconds.
local LONGEST_SLEEP = 0.2

-- Seconds of the shortest wait that is reported, and between two reports.
local SHORTEST_REPORTED, REPORT_EVERY = 1, 1

-- The earlier of the call's own deadline and that of the code around it.
-- `waiting` is the runtime.
local function deadline_of(waiting, budget, args, started)
  local own = args.deadline or budget and started + budget
  local around = waiting.deadline and waiting.deadline()
  if own and around then
    return math.min(own, around)
  end
  return own or around
end

local function first_of(option, setting)
  if option == nil then
    return setting
  end
  return option
end

--- Checks a call's arguments and builds its request; nothing is sent.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@return extcontacts.Request|nil
---@return extcontacts.Error|nil
function call.request(ctx, row, args)
  if row.build then
    return row.build(row, args, ctx.config) -- not an operation of the table (`api.file_request`)
  end
  if ctx.config.validate then
    local ok, err = limits.check(row, args)
    if not ok then
      return nil, err
    end
  end
  return requests.build(row, args, ctx.config)
end

--- Creates a call and its request.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param args extcontacts.Arguments from `params.bind`
---@return extcontacts.Call
---@return extcontacts.Error|nil err why there is no request, for `Call:fail`
function call.prepare(ctx, row, args)
  local started, config, options = ctx.now(), ctx.config, args.options
  local waiting = runtime.here(ctx)
  if row.varies then
    -- Loaded here, since few calls need it.
    row = require("extcontacts.api.effects").row_of(row, args)
  end
  local self = setmetatable({
    ctx = ctx,
    row = row,
    args = args,
    runtime = waiting,
    started = started,
    deadline = deadline_of(waiting, options.deadline or config.deadline, args, started),
    timeout = options.timeout or config.timeout,
    cancel_token = options.cancel,
    retry = first_of(options.retry, config.retry),
    max_attempts = options.max_attempts or config.max_attempts,
    max_retry_after = options.max_retry_after or config.max_retry_after,
    on_ambiguous = options.on_ambiguous or config.on_ambiguous,
    check_time = options.check_time or config.check_time,
    attempts = 0,
  }, metatable)
  local err
  self.request, err = call.request(ctx, row, args)
  return self, err
end

--- Creates a call without a request, to wait with `pause` between the calls of a job.
---@param ctx extcontacts.ClientContext
---@param cancel_token extcontacts.CancelToken|nil
---@return extcontacts.Call
function call.idle(ctx, cancel_token)
  return setmetatable({ ctx = ctx, runtime = runtime.here(ctx), cancel_token = cancel_token, attempts = 0 }, metatable)
end

------------------------------------------------------------------- waiting --

local function cancelled(message, code)
  return errors.new { kind = "cancelled", code = code, message = message, sent = "nothing" }
end

--- Why the call must not continue; nil when it may.
---@param signal string|nil the signal that came, if it counts here
---@return extcontacts.Error|nil
function Call:stopped(signal)
  local cancel_token = self.cancel_token
  if self.ctx.closed then
    return errors.new { kind = "closed", message = "the client is closed" }
  elseif cancel_token and cancel_token.cancelled then
    return cancelled("the call was cancelled")
  elseif signal then
    return cancelled("the call was interrupted", "interrupted")
  end
end

--- Whether a wait would end after the call's deadline.
---@param wait number seconds
---@return boolean
function Call:is_past(wait)
  return self.deadline ~= nil and self.ctx.now() + wait >= self.deadline
end

-- Waits once; returns whether the call may continue.
local function wait_once(self, engine, seconds, waitable)
  local now = self.ctx.now
  if not waitable then
    return self.runtime.sleep(engine, seconds, now) ~= false
  end
  local due = now() + seconds
  return self.runtime.wait_until(engine, waitable, due, now) or now() >= due
end

--- Lets time pass for as long as the call may continue.  A signal ends the
-- pause even while signals are deferred; those wait for work that can be
-- finished at once.
---@param seconds number
---@param reason "rate"|"retry"|"circuit"|"token"|"job" for the client's counters
---@param waitable table|nil ends the wait once it is done
---@param shown string|nil the reason to report, if it is another one
---@return extcontacts.Error|nil why the call must not continue
function Call:pause(seconds, reason, waitable, shown)
  local stop = self:stopped(core.signal.pending())
  if stop then
    return stop
  end
  local ctx = self.ctx
  local engine, started = transport.engine(ctx), ctx.now()
  local finish, on_wait = started + seconds, seconds >= SHORTEST_REPORTED and ctx.on_wait or nil
  repeat
    local remaining = finish - ctx.now()
    if on_wait then
      if not waitable or ctx.now() - started >= SHORTEST_REPORTED then -- it may be there at once
        on_wait(shown or reason, remaining)
      end
      remaining = math.min(remaining, REPORT_EVERY)
    end
    if self.cancel_token or core.signal.deferred() then
      remaining = math.min(remaining, LONGEST_SLEEP)
    end
    local passed = wait_once(self, engine, remaining, waitable)
    stop = self:stopped(core.signal.pending()) or not passed and cancelled("the call was cancelled") or nil
  until stop or ctx.now() >= finish or (waitable and waitable:done())
  if on_wait then
    on_wait(shown or reason, 0)
  end
  local waits = ctx.stats.waits
  waits[reason] = waits[reason] + ctx.now() - started
  return stop
end

-------------------------------------------------------------------- the end --

local function summary(self)
  local reply = self.reply
  local headers = reply and reply.headers or {}
  return {
    status = reply and reply.status,
    headers = headers,
    attempts = self.attempts,
    elapsed = self.ctx.now() - self.started,
    correlation_id = response.correlation_id(headers),
    recovered = self.recovered,
  }
end

--- Ends the call with a value.
---@param value any
---@return any value
---@return nil
---@return extcontacts.Response
function Call:succeed(value)
  local ctx, row = self.ctx, self.row
  if row.check then
    creates.claim(ctx.creates, value)
  end
  stats.call(ctx.stats, row.name, ctx.now() - self.started)
  local result = summary(self)
  if row.asked_id then
    result.resolved_id = response.resolved_id(row, self.args, value)
  end
  return value, nil, result
end

--- Ends the call with a failure, and completes the error with the operation, the
-- path, the attempts and the response.
---@param err extcontacts.Error changed
---@return nil
---@return extcontacts.Error
function Call:fail(err)
  local row, request = self.row, self.request
  err.operation = err.operation or row.name
  if err.operation == row.name then -- not a request for a token
    err.method = err.method or row.method
    err.path = err.path or request and request.path
  end
  err.attempts = self.attempts
  err.response = summary(self)
  stats.call(self.ctx.stats, row.name, err.response.elapsed, err)
  return nil, err
end

return call
