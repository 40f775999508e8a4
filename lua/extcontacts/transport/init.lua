--- One exchange with the server: a request on its way, its answer classified,
-- and what there is to report of it.

local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local log = require "extcontacts.transport.log"
local response = require "extcontacts.api.response"
local retry = require "extcontacts.call.retry"
local runtime = require "extcontacts.runtime"
local stats = require "extcontacts.transport.stats"

local transport = {}

--- The engine of a client, made at first use and again in a forked child.
---@param state extcontacts.State
---@return table
function transport.engine(state)
  if not state.engine or not state.engine:usable() then
    local config = state.config
    state.engine = runtime.engine {
      user_agent = config.user_agent,
      proxy = config.proxy,
      ca_file = config.ca_file,
      client_cert = config.client_cert,
      client_key = config.client_key,
      connect_timeout = config.connect_timeout,
      max_body = config.max_body,
      gzip = config.compress,
    }
  end
  return state.engine
end

-- A failure of the engine as an error object.
local function engine_error(row, failure)
  local err = errors.new {
    kind = failure.kind,
    code = failure.code,
    message = failure.message,
    status = failure.status,
    sent = failure.sent,
    permanent = failure.permanent,
    cause = failure,
  }
  err.retryable = retry.worth_repeating(row, err)
  return err
end

-- Sends one request and waits for its end.
local function transmit(state, call, row, wire, authorization, deadline)
  local engine = transport.engine(state)
  wire.deadline = deadline
  local transfer, failure = engine:submit(wire, authorization)
  if not transfer then
    return nil, engine_error(row, failure)
  end
  local canceller = call.canceller
  if canceller then
    canceller:watch(transfer)
  end
  state.stats.requests = state.stats.requests + 1
  state.stats.in_flight = state.stats.in_flight + 1
  local ok, problem = pcall(call.here.wait, engine, transfer)
  state.stats.in_flight = state.stats.in_flight - 1
  if canceller then
    canceller:forget(transfer)
  end
  if not ok then
    error(problem, 0)
  end
  local reply
  reply, failure = transfer:result()
  if not reply then
    return nil, engine_error(row, failure)
  end
  return reply
end

-- How far the server's clock is ahead of this one, for dates it writes.
local function read_clock(state, reply)
  local text = reply.headers["date"]
  if text == state.date_text then
    return -- of the same second
  end
  state.date_text = text
  local date = dates.http(text)
  if date then
    state.server_ahead = date - state.time()
  end
end

--- Sends a request and classifies its answer.
---@param state extcontacts.State
---@param call table the call it belongs to
---@param row extcontacts.Operation
---@param wire table `{ method, url, headers, body }`; its `deadline` is set
---@param authorization string[]|nil a header that stays out of `wire`
---@param classify fun(row: extcontacts.Operation, reply: table, bound): any, extcontacts.Error|nil
---@param bound extcontacts.Bound|nil for `classify`
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.LogEntry|nil nil where nobody wants it
---@return table|nil reply
function transport.send(state, call, row, wire, authorization, classify, bound)
  local started = state.now()
  local deadline = started + (call.options.timeout or state.config.timeout)
  if call.deadline and call.deadline < deadline then
    deadline = call.deadline
  end
  local value, err
  local reply, failure = transmit(state, call, row, wire, authorization, deadline)
  if reply then
    read_clock(state, reply)
    value, err = classify(row, reply, bound)
  else
    err = failure
  end
  local status = reply and reply.status or err.status
  stats.exchange(state.stats, status, reply)
  local entry = log.wanted(state.config) and {
    operation = row.name,
    method = row.method,
    path = row.path,
    attempt = call.attempts,
    elapsed = state.now() - started,
    status = status,
    kind = err and err.kind,
    code = err and err.code,
    bytes_sent = reply and reply.bytes_sent or 0,
    bytes_received = reply and reply.bytes_received or 0,
    correlation_id = reply and response.correlation_id(reply.headers),
  } or nil
  return value, err, entry, reply
end

return transport
