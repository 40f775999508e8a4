-- A client over a scripted engine: no network, a clock that moves only when
-- somebody waits, and a random number that is always a half.
local client = require "extcontacts.client"
local config = require "extcontacts.config"
local json = require "extcontacts.base.json"

local fake = {}

--- A reply with a JSON body.
function fake.json(status, value, headers)
  return {
    status = status,
    headers = headers or { ["content-type"] = "application/json" },
    body = value == nil and "" or assert(json.encode(value)),
    bytes_sent = 100,
    bytes_received = 200,
  }
end

--- A failure of the engine.
function fake.failure(kind, code, sent, permanent)
  return { failure = { kind = kind, code = code, sent = sent, permanent = permanent,
    message = "it failed" } }
end

--- A request as it is at the moment, with the header that goes beside it.
function fake.sent(request, authorization)
  local headers = { authorization }
  for _, header in ipairs(request.headers) do
    headers[#headers + 1] = header
  end
  return {
    method = request.method, url = request.url, headers = headers, body = request.body, deadline = request.deadline,
  }
end

--- A store of its own.
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

--- A client whose n-th request is answered with `script[n]`, a reply, a
-- failure or a function of the request.  Requests are kept in `fake.requests`.
function fake.client(script, options)
  local self = { requests = {}, slept = {}, time = 1000, store = fake.store() }
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
  self.client = client.new(assert(config.resolve(settings)), {
    engine = engine,
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
      return math.floor(self.time)
    end,
    random = function()
      return 0.5
    end,
  })
  return self
end

--- `table.unpack` under the name either VM has for it.
fake.unpack = rawget(table, "unpack") or rawget(_G, "unpack")

--- What a misused call raises.
function fake.misuse(fn, ...)
  local ok, message = pcall(fn, ...)
  assert(not ok, "nothing was raised")
  assert(type(message) == "string", "an error object was raised, not a sentence")
  return message
end

return fake
