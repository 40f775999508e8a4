--- The checks that need no token: name, connection, TLS, the API's own answer
-- and the clock.

local clock = require "extcontacts.doctor.clock"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local problems = require "extcontacts.doctor.problems"
local response = require "extcontacts.api.response"
local runtime = require "extcontacts.runtime"
local transport = require "extcontacts.transport"

local reachability = {}

-- Seconds by which this machine's clock may be wrong.
local MAX_SKEW = 60

--- Returns the host of a URL, with its port if it has one.
---@param url string
---@return string
function reachability.host_of(url)
  return url:match("^https?://([^/]+)")
end

local host_of = reachability.host_of

--- Sends a request once.  Raises an error object if the wait is cancelled.
---@param ctx extcontacts.Examination
---@param request extcontacts.Request
---@return table|nil reply
---@return table|nil failure of the engine
function reachability.send(ctx, request)
  local engine, no_engine = transport.engine(ctx)
  if not engine then
    return nil, no_engine
  end
  local transfer, failure = engine:submit {
    method = request.method,
    url = request.url,
    headers = request.headers,
    body = request.body,
    deadline = core.engine.now() + ctx.config.timeout,
  }
  if not transfer then
    return nil, failure
  end
  runtime.here(ctx).wait(engine, transfer)
  local reply
  reply, failure = transfer:result()
  if failure and failure.kind == "cancelled" then
    error(errors.new { kind = failure.kind, code = failure.code, message = failure.message }, 0)
  end
  return reply, failure
end

-- The stages of a connection, and the one at which each problem ends it; 0 is
-- before the first stage, and a problem that is not listed comes after the last.
local STAGES = { "resolve", "connect", "tls" }
local FAILED_STAGE = {
  configuration = 0, dns = 1, refused = 2, unreachable = 2, proxy = 2,
  tls_untrusted = 3, tls_expired = 3, tls_name = 3, tls = 3,
}

-- One finding for each stage that a connection completed.  `answer` is the reply
-- or the failure; both have the address.
local function report_stages(ctx, url, completed, answer)
  local host, findings = host_of(url), ctx.findings
  if completed >= 1 then
    findings:ok("resolve", host .. (answer.address and " is " .. answer.address or " resolves"),
      { host = host, address = answer.address })
  end
  if completed >= 2 then
    findings:ok("connect", "to " .. host, { host = host })
  end
  if completed >= 3 then
    if url:sub(1, 6) == "https:" then
      findings:ok("tls", "the certificate of " .. host .. " is trusted", { host = host, http = answer.version })
    else
      findings:note("tls", "not used: plain http to this machine", { host = host })
    end
  end
end

-- Whether a server answers a request without a token.
local function reach(ctx, url)
  local before = os.time()
  local reply, failure = reachability.send(ctx, {
    method = "GET",
    url = url,
    headers = { { "Accept", "application/json" } },
  })
  if not reply then
    local name = problems.of(failure)
    local stage = FAILED_STAGE[name] or 4
    report_stages(ctx, url, stage - 1, failure)
    ctx.findings:fail(STAGES[stage] or (stage == 0 and "configuration" or "api"), name,
      stage == 0 and failure.message or host_of(url), stage == 4 and failure.message or nil,
      { host = host_of(url), code = failure.code })
    return nil
  end
  report_stages(ctx, url, 3, reply)
  local ahead = clock.ahead(reply.headers.date, before, os.time())
  if ahead and (not ctx.ahead or math.abs(ahead) > math.abs(ctx.ahead)) then
    ctx.ahead = ahead
  end
  return reply
end

--- Checks the API's server.  The API answers a request without a token with 401
-- and its error body.
---@param ctx extcontacts.Examination
---@param row extcontacts.Operation a read
---@return boolean answers whether a server answered
---@return boolean is_api whether it is the API
function reachability.examine_api(ctx, row)
  local url = ctx.config.base_url .. row.path
  local reply = reach(ctx, url)
  if not reply then
    return false, false
  end
  local host, findings = host_of(url), ctx.findings
  local facts = { host = host, status = reply.status, correlation_id = response.correlation_id(reply.headers) }
  if reply.status >= 500 then
    findings:fail("api", "server", host, "HTTP " .. reply.status, facts)
  elseif reply.status == 429 then
    findings:fail("api", "throttled", host, nil, facts)
  elseif reply.status ~= 401 or not response.error_body(reply) then
    findings:fail("api", "not_the_api", host, "HTTP " .. reply.status, facts)
  else
    findings:ok("api", host .. " answers as the API does", facts)
    return true, true
  end
  return true, false
end

--- Checks that the login server answers.
---@param ctx extcontacts.Examination
---@param row extcontacts.Operation the token endpoint
---@return boolean answers
function reachability.examine_login(ctx, row)
  return reach(ctx, ctx.config.login_url .. row.path) ~= nil
end

--- Compares this machine's clock with the servers', from their answers so far.
---@param ctx extcontacts.Examination
function reachability.examine_clock(ctx)
  local ahead, findings = ctx.ahead, ctx.findings
  if not ahead then
    return findings:note("clock", "not checked: no server sent its time")
  end
  local facts = { seconds_ahead = ahead }
  local offset = ("%d s %s the server's"):format(math.abs(ahead), ahead > 0 and "ahead of" or "behind")
  if math.abs(ahead) > MAX_SKEW then
    findings:fail("clock", "clock", offset, nil, facts)
  else
    findings:ok("clock", ahead == 0 and "agrees with the server's" or offset, facts)
  end
end

return reachability
