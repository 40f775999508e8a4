--- Finds out why the API can't be used from here: name, connection, TLS,
-- clock, token, permissions and rate limit, one after the other.  Only reads
-- are sent, and no result holds a secret or a record's data.

local client = require "extcontacts.client"
local clock = require "extcontacts.doctor.clock"
local config = require "extcontacts.config"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local oauth = require "extcontacts.auth.oauth"
local permissions = require "extcontacts.doctor.permissions"
local problems = require "extcontacts.doctor.problems"
local response = require "extcontacts.api.response"
local runtime = require "extcontacts.runtime"
local transport = require "extcontacts.transport"

local doctor = {}

--- Seconds a clock may be off.
doctor.MAX_SKEW = 60
-- Requests that measuring the rate limit sends at most.
local MAX_MEASURED = 1000

---@class extcontacts.Finding
---@field check string configuration, resolve, connect, tls, api, clock, token, permission or rate
---@field status "ok"|"failed"|"note"
---@field sentence string
---@field problem string|nil name of the row in `extcontacts.doctor.problems`
---@field remedy string|nil
---@field exit_code integer|nil
---@field facts table|nil what was measured

local Examination = {}
Examination.__index = Examination

function Examination:add(finding)
  self.findings[#self.findings + 1] = finding
  if self.report then
    self.report(finding)
  end
end

function Examination:ok(check, sentence, facts)
  self:add { check = check, status = "ok", sentence = sentence, facts = facts }
end

function Examination:note(check, sentence, facts)
  self:add { check = check, status = "note", sentence = sentence, facts = facts }
end

-- `subject` goes into the problem's sentence, `why` behind it.
function Examination:fail(check, name, subject, why, facts)
  local problem = problems.by_name[name]
  local sentence = problem.sentence:format(subject)
  self:add {
    check = check,
    status = "failed",
    sentence = why and (sentence .. ": " .. why) or sentence,
    problem = name,
    remedy = problem.remedy,
    exit_code = problem.exit_code,
    facts = facts,
  }
end

local function host_of(url)
  return url:match("^https?://([^/]+)")
end

-------------------------------------------------------------- connections --

function Examination:send(request)
  local engine = transport.engine(self)
  local transfer, failure = engine:submit {
    method = request.method,
    url = request.url,
    headers = request.headers,
    body = request.body,
    deadline = core.engine.now() + self.config.timeout,
  }
  if not transfer then
    return nil, failure
  end
  runtime.here(self).wait(engine, transfer)
  local reply
  reply, failure = transfer:result()
  if failure and failure.kind == "cancelled" then
    error(errors.new { kind = failure.kind, code = failure.code, message = failure.message }, 0)
  end
  return reply, failure
end

-- How far a connection came, by the problem it ended with.
local STAGES = { "resolve", "connect", "tls" }
local STAGE_OF = {
  configuration = 0, dns = 1, refused = 2, unreachable = 2, proxy = 2,
  tls_untrusted = 3, tls_expired = 3, tls_name = 3, tls = 3,
}

-- What came about on the way to a server, as one finding a stage.
function Examination:stages(url, reached, answer)
  local host = host_of(url)
  if reached >= 1 then
    self:ok("resolve", host .. (answer.address and " is " .. answer.address or " resolves"),
      { host = host, address = answer.address })
  end
  if reached >= 2 then
    self:ok("connect", "to " .. host, { host = host })
  end
  if reached >= 3 then
    if url:sub(1, 6) == "https:" then
      self:ok("tls", "the certificate of " .. host .. " is trusted", { host = host, http = answer.version })
    else
      self:note("tls", "none: plain http to this machine", { host = host })
    end
  end
end

-- A request without a token: only whether, and how, the server answers.
function Examination:reach(url)
  local before = os.time()
  local reply, failure = self:send {
    method = "GET",
    url = url,
    headers = { { "Accept", "application/json" } },
  }
  if not reply then
    local name = problems.of(failure)
    local stage = STAGE_OF[name] or 4
    self:stages(url, stage - 1, failure)
    self:fail(STAGES[stage] or (stage == 0 and "configuration" or "api"), name,
      stage == 0 and failure.message or host_of(url), stage == 4 and failure.message or nil,
      { host = host_of(url), code = failure.code })
    return nil
  end
  self:stages(url, 3, reply)
  local ahead = clock.ahead(reply.headers.date, before, os.time())
  if ahead and (not self.ahead or math.abs(ahead) > math.abs(self.ahead)) then
    self.ahead = ahead
  end
  return reply
end

-- The API says who it is when it is asked without a token: 401, in JSON.
-- Whether anybody answered, and whether that is the API.
function Examination:examine_api(row)
  local url = self.config.base_url .. row.path
  local reply = self:reach(url)
  if not reply then
    return false, false
  end
  local host = host_of(url)
  local body = core.json.decode(reply.body)
  local facts = { host = host, status = reply.status, correlation_id = response.correlation_id(reply.headers) }
  if reply.status >= 500 then
    self:fail("api", "server", host, "HTTP " .. reply.status, facts)
  elseif reply.status == 429 then
    self:fail("api", "throttled", host, nil, facts)
  elseif reply.status ~= 401 or type(body) ~= "table" or type(body.code) ~= "string" then
    self:fail("api", "not_the_api", host, "HTTP " .. reply.status, facts)
  else
    self:ok("api", host .. " answers as the API does", facts)
    return true, true
  end
  return true, false
end

function Examination:examine_clock()
  local ahead = self.ahead
  if not ahead then
    self:note("clock", "not compared: no server told its time")
  elseif math.abs(ahead) > doctor.MAX_SKEW then
    self:fail("clock", "clock", ("%d s %s"):format(math.abs(ahead), ahead > 0 and "ahead of" or "behind"), nil,
      { seconds_ahead = ahead })
  else
    self:ok("clock", ahead == 0 and "agrees with the server's"
      or ("%d s %s the server's"):format(math.abs(ahead), ahead > 0 and "ahead of" or "behind"),
      { seconds_ahead = ahead })
  end
end

-------------------------------------------------------------------- token --

-- A token, or nil after the finding that says why there is none.
function Examination:examine_token()
  local settings = self.config
  if type(settings.access_token) == "string" then
    self:note("token", "given; the first read tries it")
    return settings.access_token
  end
  local host = host_of(settings.login_url)
  local reply, failure = self:send(oauth.request(settings))
  local grant, err
  if reply then
    grant, err = oauth.classify(oauth.row, reply)
  end
  if grant then
    self:ok("token", grant.lifetime and ("granted by %s, lives %.1f h"):format(host, grant.lifetime / 3600)
      or "granted by " .. host, { lifetime = grant.lifetime })
    return grant.token
  end
  err = err or failure
  local name = err.kind == "auth" and "credentials" or problems.of(err)
  self:fail("token", name, host, name ~= "credentials" and err.message or nil,
    { status = err.status, code = err.code, correlation_id = err.correlation_id })
  return nil
end

-------------------------------------------------------------- permissions --

local function list(names)
  return table.concat(names, ", ")
end

-- Asks one question; false when there is no sense in asking further.
function Examination:ask(api, question)
  local any = table.concat(question.any, " or ")
  local _, err, answer = api:call(question.row.short, question.options)
  self.asked = self.asked + 1
  answer = answer or (err and err.response) or { headers = {} }
  self:learn_rate(answer.headers)
  local facts = {
    permissions = question.any,
    groups = question.groups,
    operation = question.row.short,
    status = err and err.status or answer.status,
    correlation_id = err and err.correlation_id,
  }
  local name = err and problems.of(err)
  if not err then
    self:ok("permission", ("%s (%s)"):format(any, list(question.groups)), facts)
    return true
  elseif name == "permission" then
    self:fail("permission", "permission", any, "needed by " .. list(question.groups), facts)
    return true
  elseif err.kind == "cancelled" then
    error(err, 0)
  end
  facts.retry_after = err.retry_after
  self:fail(name == "throttled" and "rate" or name == "token" and "token" or "permission", name,
    host_of(self.config.base_url), name ~= "token" and err.message or nil, facts)
  return false
end

-- Whether all that could be asked was asked.
function Examination:examine_permissions(api, groups)
  local unasked, seen = {}, {}
  for _, question in ipairs(permissions.questions(groups)) do
    if not question.row then
      local name = question.any[#question.any]
      if not seen[name] then
        seen[name] = true
        unasked[#unasked + 1] = name
      end
    elseif not self:ask(api, question) then
      return false
    end
  end
  if #unasked > 0 then
    self:note("permission", "not asked, since only a write would tell: " .. list(unasked), { permissions = unasked })
  end
  return true
end

--------------------------------------------------------------- rate limit --

-- What the server says by itself, where it does.
function Examination:learn_rate(headers)
  local allowed = tonumber(headers["inin-ratelimit-allowed"])
  if allowed then
    self.rate = {
      allowed = allowed,
      count = tonumber(headers["inin-ratelimit-count"]),
      reset = tonumber(headers["inin-ratelimit-reset"]),
    }
  end
end

-- Reads until the server has had enough.
function Examination:measure_rate(api, row, options)
  local started = core.engine.now()
  while self.asked < MAX_MEASURED do
    local _, err = api:call(row.short, options)
    if err and err.kind == "cancelled" then
      error(err, 0)
    elseif err and err.status ~= 429 then
      return self:fail("rate", problems.of(err), host_of(self.config.base_url), err.message)
    elseif err then
      return self:ok("rate", ("measured: a 429 after %d requests, all of them this command's; the next window "
        .. "opens in %s s"):format(self.asked, err.retry_after or "?"), {
        requests = self.asked,
        retry_after = err.retry_after,
        seconds = core.engine.now() - started,
      })
    end
    self.asked = self.asked + 1
  end
  self:note("rate", ("measured: no limit met in %d requests"):format(self.asked), {
    requests = self.asked,
    seconds = core.engine.now() - started,
  })
end

function Examination:examine_rate()
  local rate = self.rate
  if rate then
    self:ok("rate", ("%d requests a window, %s of them used, %s s left"):format(
      rate.allowed, rate.count or "?", rate.reset or "?"), rate)
  else
    self:note("rate", "the server does not tell its limit; 300 requests a minute and token are usual")
  end
end

-------------------------------------------------------------- the whole --

function Examination:run(options, settings)
  local misuse
  self.config, misuse = config.resolve(options, settings.sources or {})
  if not self.config then
    return self:fail("configuration", "configuration", misuse)
  end
  local own = type(self.config.access_token) == "string"
  self:ok("configuration", ("%s for %s"):format(own and "an access token" or "client credentials",
    host_of(self.config.base_url)))

  local first = permissions.questions()[1]
  local answers, is_api = self:examine_api(first.row)
  if not own and host_of(self.config.login_url) ~= host_of(self.config.base_url) then
    answers = self:reach(self.config.login_url .. oauth.row.path) ~= nil
  end
  if answers then
    self:examine_clock()
  end
  local token = answers and self:examine_token()
  if not (is_api and token) then
    return
  end

  local copy = {}
  for name, value in pairs(self.config) do
    copy[name] = value
  end
  copy.access_token, copy.retry, copy.rate = token, false, false
  local api = client.new(copy)
  if self:examine_permissions(api, settings.groups) then
    self:examine_rate()
    if settings.rate then
      self:measure_rate(api, first.row, first.options)
    end
  end
  api:close()
end

--- Examines a configuration and what it leads to.
---@param options table|nil as for `ec.connect`
---@param settings table|nil `{ groups, rate, report, sources }`: only these groups of operations
--- (`contacts`, `organizations.notes`); whether to measure the rate limit, which uses the token's whole
--- allowance; a function that gets every finding as it is made; where configuration comes from
---@return extcontacts.Finding[]
---@return integer exit_code of the first thing that is wrong; 0 when nothing is
function doctor.examine(options, settings)
  settings = settings or {}
  local misuse = permissions.problem(settings.groups or {})
  if misuse then
    error(misuse, 2)
  end
  local self = setmetatable({ findings = {}, asked = 0, report = settings.report }, Examination)
  self:run(options or {}, settings)
  if self.engine then
    self.engine:close()
  end
  for _, finding in ipairs(self.findings) do
    if finding.exit_code then
      return self.findings, finding.exit_code
    end
  end
  return self.findings, 0
end

doctor.problems = problems.list
doctor.groups = permissions.groups
--- What is wrong with a list of groups' names; nil when nothing is.
doctor.misuse = permissions.problem

return doctor
