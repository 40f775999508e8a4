--- One exchange with the server: sends a request, classifies the answer and
-- creates the entry for the log.  This room owns the client's engine, the log
-- entries (`transport.log`), the counters (`transport.stats`) and the requests under
-- way (`transport.exchanges`).  It sends each request once; the gate and the retries
-- are in `call`.

local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local exchanges = require "extcontacts.transport.exchanges"
local log = require "extcontacts.transport.log"
local outcome = require "extcontacts.api.outcome"
local replies = require "extcontacts.transport.reply"
local response = require "extcontacts.api.response"
local runtime = require "extcontacts.runtime"
local stats = require "extcontacts.transport.stats"

local transport = {}

local function new_engine(config, is_foreign)
  return runtime.engine {
    user_agent = config.user_agent,
    proxy = config.proxy,
    no_proxy = config.no_proxy,
    ca_file = config.ca_file,
    client_cert = not is_foreign and config.client_cert or nil,
    client_key = not is_foreign and config.client_key or nil,
    connect_timeout = config.connect_timeout,
    max_body = config.max_body,
    gzip = config.compress,
  }
end

--- The engine of a client, created at first use and again in a forked child.
---@param ctx extcontacts.ClientContext
---@return table|nil engine nil if the process has no descriptor left for one
---@return table|nil failure
function transport.engine(ctx)
  if not ctx.engine or not ctx.engine:usable() then
    local failure
    ctx.engine, failure = new_engine(ctx.config)
    return ctx.engine, failure
  end
  return ctx.engine
end

-- The engine for other servers than the API: a client certificate is for the API alone.
local function foreign_engine(ctx)
  if not ctx.config.client_cert then
    return transport.engine(ctx)
  elseif not ctx.foreign_engine or not ctx.foreign_engine:usable() then
    local failure
    ctx.foreign_engine, failure = new_engine(ctx.config, true)
    return ctx.foreign_engine, failure
  end
  return ctx.foreign_engine
end

-- Failures to connect, which a proxy may have caused.
local OF_CONNECTIONS = { refused = true, unreachable = true, connect_timeout = true }

-- The engine does not know which options its URL and proxy came from.
local function message_of(config, row, failure)
  local message = failure.message
  if row.url_option then
    message = message:gsub("base_url", row.url_option)
  end
  if config.proxy_variable then
    message = message:gsub("the proxy option", config.proxy_variable)
  end
  if OF_CONNECTIONS[failure.code] and (config.proxy or "") ~= "" and config.base_url:find "^https:" then
    message = ("%s; check the proxy that %s names, too"):format(message, config.proxy_variable or "the proxy option")
  end
  return message
end

--- A failure of the engine as an error object.
---@param config extcontacts.Config
---@param row extcontacts.Operation
---@param failure table
---@return extcontacts.Error
function transport.error(config, row, failure)
  if failure.code == "descriptors" then
    collectgarbage() -- engines that nobody uses any more give theirs back
  end
  local err = errors.new {
    kind = failure.kind,
    code = failure.code,
    message = message_of(config, row, failure),
    status = failure.status,
    sent = failure.sent,
    permanent = failure.permanent,
    cause = failure,
  }
  err.retryable = outcome.is_retryable(row, err)
  return err
end

-- Sends one request and waits for its end.
local function transmit(call, row, request, authorization)
  local ctx, cancel_token = call.ctx, call.cancel_token
  local engine, failure
  if row.is_foreign then
    engine, failure = foreign_engine(ctx)
  else
    engine, failure = transport.engine(ctx)
  end
  local transfer
  if engine then
    transfer, failure = engine:submit(request, authorization)
  end
  if not transfer then
    return nil, transport.error(ctx.config, row, failure)
  end
  local exchange = call.exchange or {}
  exchanges.add(ctx, exchange, transfer)
  if cancel_token then
    cancel_token:watch(transfer)
  end
  ctx.stats.requests = ctx.stats.requests + 1
  local ok, problem = pcall(call.runtime.wait, engine, transfer)
  if cancel_token then
    cancel_token:forget(transfer)
  end
  if not ok then
    ctx.exchanges[transfer] = nil
    transfer:cancel()
    error(problem, 0)
  end
  local reply
  reply, failure = exchanges.take(ctx, exchange)
  if not reply then
    return nil, transport.error(ctx.config, row, failure)
  end
  return reply
end

-- The server's clock by its Date header.  It is measured against the monotonic
-- clock: this machine's date may be wrong, and may be corrected at any time.
local function read_clock(ctx, reply)
  local text = reply.headers["date"]
  if text == ctx.date_text then
    return -- of the same second
  end
  ctx.date_text = text
  local date = dates.http(text)
  if date then
    ctx.server_offset = date - ctx.now()
  end
end

-- Masks secrets in what an error repeats of an answer.
local function conceal(err, reply, config, authorization)
  local secrets = require "extcontacts.api.secrets"
  local list = reply.secrets or secrets.of(config, authorization)
  if not reply.secrets then
    secrets.conceal_reply(reply, list)
  end
  for _, name in ipairs { "message", "code", "correlation_id", "details" } do
    err[name] = secrets.conceal(err[name], list)
  end
end

--- The time by the server's clock, or up to some seconds earlier: the Date header
-- has whole seconds, and its answer was on its way.
---@param ctx extcontacts.ClientContext
---@return number|nil seconds since 1970; nil if no answer had a Date header
function transport.server_time(ctx)
  return ctx.server_offset and ctx.now() + ctx.server_offset
end

local function entry_of(call, row, started, reply, err)
  return {
    operation = row.name,
    method = row.method,
    path = row.path,
    attempt = call.attempts,
    elapsed = call.ctx.now() - started,
    status = reply and reply.status or err.status,
    kind = err and err.kind,
    code = err and err.code,
    bytes_sent = reply and reply.bytes_sent or 0,
    bytes_received = reply and reply.bytes_received or 0,
    correlation_id = reply and response.correlation_id(reply.headers),
  }
end

--- Sends a request and classifies its answer.
---@param call extcontacts.Call the call it belongs to
---@param row extcontacts.Operation
---@param request extcontacts.Request its `deadline` is set here
---@param authorization string[]|nil a header that stays out of `request`
---@param classify fun(row, reply: table, args: extcontacts.Arguments, decoding: table): any, extcontacts.Error|nil
---@return any value
---@return extcontacts.Error|nil
---@return table|nil reply
---@return extcontacts.LogEntry|nil entry nil without a log and a hook
function transport.send(call, row, request, authorization, classify)
  local ctx = call.ctx
  local started = ctx.now()
  local deadline = started + call.timeout
  request.deadline = call.deadline and math.min(call.deadline, deadline) or deadline
  local value, err
  local reply, failure = transmit(call, row, request, authorization)
  if reply then
    if not row.is_foreign then
      read_clock(ctx, reply)
    end
    if reply.status > 299 then -- for the date of a Retry-After
      reply.server_time = transport.server_time(ctx) or ctx.time()
      local secrets = require "extcontacts.api.secrets"
      secrets.conceal_reply(reply, secrets.of(ctx.config, authorization))
    end
    value, err = classify(row, reply, call.args, ctx.decoding)
    if err then
      conceal(err, reply, ctx.config, authorization)
    end
  else
    err = failure
  end
  if err then
    err.operation, err.method, err.path = row.name, row.method, request.path
  end
  stats.exchange(ctx.stats, reply and reply.status or err.status, reply)
  local entry = log.is_enabled(ctx.config) and entry_of(call, row, started, reply, err) or nil
  if reply then
    if entry and ctx.config.log_bodies then
      reply.body = reply.body -- as a string, which stays
    end
    local args = call.args
    if args and (args.places or args.keeps_text) and not err then
      args.reply = reply -- for the caller to release
    else
      replies.release(reply)
    end
  end
  return value, err, reply, entry
end

return transport
