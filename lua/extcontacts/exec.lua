--- The one loop over attempts: token, send, classify, decide.  Every call of
-- every operation comes through here, and only `env/*` waits.

local auth = require "extcontacts.auth"
local core = require "extcontacts.core"
local env = require "extcontacts.env"
local errors = require "extcontacts.error"
local log = require "extcontacts.log"
local params = require "extcontacts.params"
local request = require "extcontacts.request"
local response = require "extcontacts.response"
local retry = require "extcontacts.retry"

local exec = {}

---@class extcontacts.State what a client holds
---@field config extcontacts.Config
---@field auth extcontacts.Auth
---@field env table|nil how to wait, where it is not found from where the call stands
---@field now fun(): number monotonic seconds
---@field random fun(): number from 0 to 1
---@field closed boolean

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

-- The engine, made at first use and again in a forked child.
local function engine_of(state)
  if not state.engine or not state.engine:usable() then
    local config = state.config
    state.engine = core.engine.new {
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

-- Sends one request and waits for its end.
local function transmit(state, row, wire, deadline)
  local engine = engine_of(state)
  local transfer, failure = engine:submit {
    method = wire.method,
    url = wire.url,
    headers = wire.headers,
    body = wire.body,
    deadline = deadline,
  }
  if not transfer then
    return nil, engine_error(row, failure)
  end
  env.here(state).wait(engine, transfer)
  local reply
  reply, failure = transfer:result()
  if not reply then
    return nil, engine_error(row, failure)
  end
  return reply
end

-- One exchange: send, classify, report.  `attempt` is for the report.
local function exchange(state, call, row, wire, classify)
  local started = state.now()
  local deadline = started + (call.timeout or state.config.timeout)
  if call.deadline and call.deadline < deadline then
    deadline = call.deadline
  end
  local value, err
  local reply, failure = transmit(state, row, wire, deadline)
  if reply then
    value, err = classify(reply)
    call.reply = reply
  else
    err = failure
    call.reply = nil
  end
  return value, err, {
    operation = row.name,
    method = row.method,
    path = row.path,
    attempt = call.attempts,
    elapsed = state.now() - started,
    status = reply and reply.status or err.status,
    kind = err and err.kind,
    code = err and err.code,
    bytes_sent = reply and reply.bytes_sent or 0,
    bytes_received = reply and reply.bytes_received or 0,
    correlation_id = reply and response.correlation_id(reply.headers),
  }
end

-- The request with its bearer token; `wire` itself stays without.
local function signed(wire, token)
  local headers = { { "Authorization", "Bearer " .. token } }
  for _, header in ipairs(wire.headers) do
    headers[#headers + 1] = header
  end
  return { method = wire.method, url = wire.url, headers = headers, body = wire.body }
end

local function summary(state, call)
  local reply = call.reply
  local headers = reply and reply.headers or {}
  return {
    status = reply and reply.status,
    headers = headers,
    attempts = call.attempts,
    elapsed = state.now() - call.started,
    correlation_id = response.correlation_id(headers),
  }
end

local function finish(state, call, row, wire, err)
  err.operation = err.operation or row.name
  err.method = err.method or row.method
  err.path = err.path or wire and wire.path
  err.attempts = call.attempts
  err.response = summary(state, call)
  return nil, err
end

-- One attempt: a token, then the request.  Returns the row that was at work
-- when it failed, since a token request has its own rules.
local function attempt(state, call, row, wire, bound)
  local token, err = state.auth:get(function(token_row, token_wire, classify)
    local grant, failure, entry = exchange(state, call, token_row, token_wire, classify)
    call.entry = entry
    log.report(state.config, entry)
    return grant, failure
  end)
  if not token then
    return nil, err, auth.row
  end
  local value
  call.attempts = call.attempts + 1
  value, err, call.entry = exchange(state, call, row, signed(wire, token), function(reply)
    return response.classify(row, reply, bound)
  end)
  call.token = token
  return value, err, row
end

-- How long to wait before the next attempt; nil to give up.  A refused token
-- is renewed and the request sent again at once, one time.
local function next_wait(state, call, row, err)
  if err.status == 401 and row ~= auth.row then
    if not call.renewed and state.auth:refused(call.token) then
      call.renewed = true
      return 0
    end
    return nil
  end
  local tries = row == auth.row and call.token_tries or call.attempts
  local wait = retry.decide(row, err, tries, state.config, state.random())
  if wait and call.deadline and state.now() + wait >= call.deadline then
    return nil
  end
  return wait
end

--- Performs a bound call.
---@param state extcontacts.State
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function exec.call(state, row, bound)
  local options = bound.options
  local started = state.now()
  local budget = options.deadline or state.config.deadline
  local call = {
    started = started,
    timeout = options.timeout,
    deadline = budget and started + budget,
    attempts = 0,
    token_tries = 0,
  }
  if state.closed then
    return finish(state, call, row, nil, errors.new {
      kind = "closed", message = "the client is closed",
    })
  end
  local wire, err = exec.plan(state, row, bound)
  if not wire then
    return finish(state, call, row, nil, err)
  end

  while true do
    local value, failing_row
    value, err, failing_row = attempt(state, call, row, wire, bound)
    local wait
    if err then
      if failing_row == auth.row then
        call.token_tries = call.token_tries + 1
      end
      wait = next_wait(state, call, failing_row, err)
    end
    if failing_row == row then
      call.entry.wait = wait
      log.report(state.config, call.entry)
    end
    if not err then
      return value, nil, summary(state, call)
    elseif not wait then
      return finish(state, call, row, wire, err)
    end
    env.here(state).sleep(engine_of(state), wait, state.now)
  end
end

--- Checks a bound call and builds its request; nothing is sent.
---@param state extcontacts.State
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@return extcontacts.Request|nil
---@return extcontacts.Error|nil
function exec.plan(state, row, bound)
  if state.config.validate then
    local ok, err = params.check(row, bound)
    if not ok then
      return nil, err
    end
  end
  return request.build(row, bound, state.config)
end

return exec
