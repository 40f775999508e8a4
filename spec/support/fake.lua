-- A client over a scripted engine: no network, a clock that advances only during
-- sleeps, and a random number that is always 0.5.
local calls = require "extcontacts.call.call"
local client = require "extcontacts.client"
local client_context = require "extcontacts.call.client_context"
local config = require "extcontacts.config"
local json = require "extcontacts.base.json"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"

local fake = {}

-- Statuses with a code of the API's.
local CODES = { [400] = "bad.request", [403] = "not.authorized", [404] = "not.found", [409] = "general.conflict" }

-- The API's error body: the given fields, and those that every such body has.
local function error_body(status, fields)
  local body = { code = CODES[status], message = "it failed", status = status, contextId = "ctx-0" }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return body
end

--- A reply with a JSON body; beyond 2xx the API's own error, except for the token
-- endpoint's, which has a field `error`.
function fake.json(status, value, headers)
  if status >= 400 and not (value and value.error) then
    value = error_body(status, value)
  end
  return {
    status = status,
    headers = headers or { ["content-type"] = "application/json" },
    body = value == nil and "" or assert(json.encode(value)),
    bytes_sent = 100,
    bytes_received = 200,
  }
end

--- A reply that is not the API's: a gateway's page, by default.
function fake.foreign(status, body, headers)
  return {
    status = status,
    headers = headers or { ["content-type"] = "text/html" },
    body = body or "<html><body>default backend</body></html>",
    bytes_sent = 100,
    bytes_received = 200,
  }
end

--- A failure of the engine.
function fake.failure(kind, code, sent, permanent)
  return { failure = { kind = kind, code = code, sent = sent, permanent = permanent,
    message = "the transfer failed" } }
end

--- A copy of a request with its authorization header.
function fake.sent(request, authorization)
  local headers = { authorization }
  for _, header in ipairs(request.headers) do
    headers[#headers + 1] = header
  end
  return {
    method = request.method, url = request.url, headers = headers, body = request.body, deadline = request.deadline,
  }
end

--- A store in memory; its tables are in `tables`.
function fake.store()
  local tables = {}
  return {
    tables = tables,
    update = function(key, change)
      tables[key] = tables[key] or {}
      return change(tables[key])
    end,
  }
end

--- A grant of the token endpoint.
function fake.grant(token, lifetime)
  return fake.json(200, { access_token = token, token_type = "Bearer", expires_in = lifetime or 86400 })
end

--- Options with client credentials.
function fake.with_credentials(options)
  local all = { client_id = "the-id", client_secret = "the-secret" }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return all
end

--- A script that answers every request: the token endpoint with tokens t1, t2, …,
-- and the API with `reply(request)`, by default a contact.
function fake.endless(reply)
  local tokens = 0
  local function answer(request)
    if request.url:find("/oauth/token", 1, true) then
      tokens = tokens + 1
      return fake.grant("t" .. tokens)
    end
    return reply and reply(request) or fake.json(200, { id = "a" })
  end
  return setmetatable({}, {
    __index = function()
      return answer
    end,
  })
end

--- The value of a request's header.
function fake.header(request, name)
  for _, pair in ipairs(request.headers) do
    if pair[1] == name then
      return pair[2]
    end
  end
end

-- An engine that answers the n-th request with `script[n]`.
local function scripted_engine(self, script)
  local engine = {}
  function engine.usable()
    return true
  end
  function engine.submit(_, wire, authorization)
    local request = fake.sent(wire, authorization)
    self.requests[#self.requests + 1] = request
    local answer = script[#self.requests]
    if type(answer) == "function" then
      answer = answer(request)
    end
    assert(answer, "an unexpected request: " .. request.method .. " " .. request.url)
    return {
      done = function()
        return true
      end,
      cancel = function() end,
      result = function()
        if answer.failure then
          return nil, answer.failure
        end
        return answer
      end,
    }
  end
  function engine.close()
    self.closed = true
  end
  return engine
end

local function resolved(options)
  local settings = {
    base_url = "https://api.example.test",
    login_url = "https://login.example.test",
  }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  if not settings.access_token and not settings.client_id then
    settings.access_token = "given-token"
  end
  return assert(config.resolve(settings))
end

local function internals_of(self, script)
  return {
    engine = scripted_engine(self, script),
    runtime = {
      wait = function() end,
      notify = function() end,
      sleep = function(_, seconds)
        self.slept[#self.slept + 1] = seconds
        self.time = self.time + seconds
      end,
    },
    store = self.store,
    now = function()
      return self.time
    end,
    time = function()
      return math.floor(self.time + self.wall)
    end,
    random = function()
      return 0.5
    end,
  }
end

local function new_fake()
  return { requests = {}, slept = {}, time = 1000, wall = 0, store = fake.store() }
end

--- A client whose n-th request is answered with `script[n]`: a reply, a failure or
-- a function of the request.
---@return table self `client`, `requests`, `slept`, `time`, `store`, and `wall`, the seconds by which this
--- machine's date is ahead of `time`
function fake.client(script, options)
  local self = new_fake()
  self.client = client.new(resolved(options), internals_of(self, script))
  return self
end

--- The same with a client's context, `ctx`, for specs of a single stage of a call.
function fake.context(script, options)
  local self = new_fake()
  self.ctx = assert(client_context.new(resolved(options), internals_of(self, script)))
  return self
end

--- A prepared call of an operation, by its short name.
function fake.call(self, short, ...)
  local row = operations.by_short[short]
  return calls.prepare(self.ctx, row, assert(params.bind(row, select("#", ...), { ... })))
end

--- `table.unpack` of either VM.
fake.unpack = rawget(table, "unpack") or rawget(_G, "unpack")

--- The message that a misused call raises.
function fake.misuse(fn, ...)
  local ok, message = pcall(fn, ...)
  assert(not ok, "nothing was raised")
  assert(type(message) == "string", "an error object was raised, not a sentence")
  return message
end

return fake
