-- Calls under pacing, the token pool, an outage, cancelling, and the numbers
-- and log lines they leave.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local limiter = require "extcontacts.rate.limiter"
local log = require "extcontacts.transport.log"
local token_cache = require "extcontacts.auth.cache"

local CREDENTIALS = { client_id = "the-id", client_secret = "the-secret" }

local function grant(token)
  return fake.json(200, { access_token = token, token_type = "Bearer", expires_in = 86400 })
end

-- Answers every request; tokens are numbered.
local function any(options, reply)
  local tokens = 0
  local script = setmetatable({}, {
    __index = function()
      return function(request)
        if request.url:find("/oauth/token", 1, true) then
          tokens = tokens + 1
          return grant("t" .. tokens)
        end
        return reply and reply(request) or fake.json(200, { id = "a" })
      end
    end,
  })
  return fake.client(script, options)
end

local function with(options)
  for name, value in pairs(CREDENTIALS) do
    options[name] = value
  end
  return options
end

local function tokens_used(self)
  local used = {}
  for _, request in ipairs(self.requests) do
    local token = request.headers[1][2]:match("^Bearer (.+)$")
    if token then
      used[token] = (used[token] or 0) + 1
    end
  end
  return used
end

describe("pacing", function()
  it("sends the allowance and waits for the next window", function()
    local self = any { rate = 10, reserve = 0 }
    for _ = 1, 25 do
      assert(self.client.contacts:get("a"))
    end
    assert.is_true(self.time > 1120 and self.time < 1121, self.time)
    assert.is_true(self.client:stats().waits.rate > 120)
  end)

  it("takes no gateway's answer for the beginning of the server's window", function()
    local count = 0
    local self = any({ rate = 2, reserve = 0, retry = false }, function()
      count = count + 1
      return count == 1 and fake.json(503) or fake.json(200, {})
    end)
    self.client.contacts:get("a")
    self.time = self.time + 50
    self.client.contacts:get("a") -- the server's window may begin here
    self.client.contacts:get("a")
    assert.is_true(self.time > 1110, self.time)
  end)

  it("keeps a reserve for others, and is off with rate = false", function()
    local self = any { rate = 10, reserve = 0.5 }
    for _ = 1, 6 do
      self.client.contacts:get("a")
    end
    assert.is_true(self.time > 1060)
    self = any { rate = false }
    for _ = 1, 1000 do
      self.client.contacts:get("a")
    end
    assert.equal(1000, self.time)
  end)

  it("counts repeats and scans' pages, too", function()
    local count = 0
    local self = any({ rate = 2, reserve = 0 }, function()
      count = count + 1
      return count == 1 and fake.json(503) or fake.json(200, {})
    end)
    self.client.contacts:get("a")
    self.client.contacts:get("a")
    assert.is_true(self.time > 1060)
  end)

  it("gives up when the window opens past the deadline, and says when it does", function()
    local self = any { rate = 1, reserve = 0 }
    self.client.contacts:get("a")
    local _, err = self.client.contacts:get("a", { deadline = 5 })
    assert.equal("throttled", err.kind)
    assert.equal("rate_allowance", err.code)
    assert.is_true(err.retryable)
    assert.is_true(err.retry_after > 59)
    assert.equal(0, err.attempts)
    assert.equal(1, #self.requests)
  end)

  it("holds all calls of a token after a 429", function()
    local count = 0
    local self = any({}, function()
      count = count + 1
      return count == 1 and fake.json(429, {}, { ["retry-after"] = "30" }) or fake.json(200, {})
    end)
    local _, err = self.client.contacts:get("a", { retry = false })
    assert.equal(429, err.status)
    self.client.contacts:get("b")
    assert.is_true(self.time >= 1031)
    assert.equal(1, self.client:stats().throttled)
  end)

  it("shares the window of a token between clients, by nothing that tells the token", function()
    local first = any { rate = 2, reserve = 0, access_token = "secret-token" }
    first.client.contacts:get("a")
    for key, values in pairs(first.store.tables) do
      assert.equal(limiter.key "secret-token", key)
      for _, value in pairs(values) do
        assert.equal("number", type(value))
      end
    end
    assert.matches("^%x+$", limiter.key "secret-token")
    assert.equal(32, #limiter.key "")
  end)
end)

describe("a token pool", function()
  it("asks for a further token only when the others have no room", function()
    local self = any(with { rate = 10, reserve = 0, token_pool = 3, token_cache = false })
    for _ = 1, 10 do
      self.client.contacts:get("a")
    end
    assert.same({ t1 = 10 }, tokens_used(self))
    for _ = 1, 15 do
      self.client.contacts:get("a")
    end
    assert.same({ t1 = 10, t2 = 10, t3 = 5 }, tokens_used(self))
    assert.equal(1000, self.time)
    for _ = 1, 6 do
      self.client.contacts:get("a")
    end
    assert.is_true(self.time > 1060)
  end)

  it("waits for the tokens it has when a further one is refused", function()
    local asked = 0
    local self = fake.client(setmetatable({}, { __index = function()
      return function(request)
        if request.url:find("/oauth/token", 1, true) then
          asked = asked + 1
          return asked == 1 and grant "t1" or fake.json(503)
        end
        return fake.json(200, {})
      end
    end }), with { rate = 2, reserve = 0, token_pool = 2, token_cache = false })
    for _ = 1, 3 do
      assert(self.client.contacts:get("a"))
    end
    assert.is_true(self.time > 1060)
  end)

  it("drops only the token that was refused", function()
    local self = any(with { rate = 1, reserve = 0, token_pool = 2, token_cache = false }, function(request)
      return request.headers[1][2] == "Bearer t1" and fake.json(401, {}) or fake.json(200, { id = "a" })
    end)
    assert(self.client.contacts:get("a"))
    assert(self.client.contacts:get("a"))
    assert.is_nil(tokens_used(self).t4)
  end)

  it("needs client credentials", function()
    assert.matches("token_pool", fake.misuse(ec.new, { access_token = "x", token_pool = 2 }))
  end)
end)

describe("cached tokens", function()
  local function settings(store)
    return with { token_cache = store, rate = false }
  end

  it("are used by the next client, until they expire", function()
    local cache = fake.store()
    local first = any(settings(cache))
    first.client.contacts:get("a")
    local second = any(settings(cache))
    second.client.contacts:get("a")
    assert.equal(1, #second.requests)
    second.time = 1000 + 86400
    local third = any(settings(cache))
    third.time = second.time
    third.client.contacts:get("a")
    assert.equal(2, #third.requests)
  end)

  it("are not given to who does not know the secret", function()
    local cache = fake.store()
    any(settings(cache)).client.contacts:get("a")
    local other = any { client_id = "the-id", client_secret = "a guess", token_cache = cache, rate = false }
    other.client.contacts:get("a")
    assert.matches("/oauth/token", other.requests[1].url, 1, true)
  end)

  it("are dropped when the server refuses them", function()
    local cache = fake.store()
    local first = any(settings(cache))
    first.client.contacts:get("a")
    local second = any(settings(cache), function(request)
      return request.headers[1][2] == "Bearer t1" and #first.requests == 2
        and not first.again and fake.json(401, {}) or fake.json(200, {})
    end)
    second.client.contacts:get("a")
    assert.equal(3, #second.requests)
  end)

  it("are asked for by one process at a time; a dead one holds up only for a while", function()
    local cache, time = fake.store(), 5000
    local function now()
      return time
    end
    local config = { login_url = "https://login.example.test", client_id = "the-id", client_secret = "the-secret" }
    local one, two = token_cache.new(cache, config, now), token_cache.new(cache, config, now)
    local token, _, busy = one:take(1)
    assert.is_nil(token)
    assert.is_false(busy)
    _, _, busy = two:take(1)
    assert.is_true(busy)
    time = time + 40
    _, _, busy = two:take(1)
    assert.is_false(busy)
    two:put(1, { token = "t", lifetime = 3600 })
    assert.equal("t", (one:take(1)))
    assert.is_nil((one:take(1, "t")))
  end)

  it("wait for another process, as long as the call may", function()
    local cache = fake.store()
    local config = { login_url = "https://login.example.test", client_id = "the-id", client_secret = "the-secret" }
    token_cache.new(cache, config, function() return 1000 end):take(1)
    local self = any(settings(cache))
    local _, err = self.client.contacts:get("a", { deadline = 3 })
    assert.equal("token_wait", err.code)
    assert(self.client.contacts:get("a"))
    assert.is_true(self.time >= 1035)
  end)
end)

describe("wrong credentials", function()
  it("are shown once, whatever the number of calls", function()
    local self = fake.client({ fake.json(400, { error = "invalid_client" }) }, CREDENTIALS)
    for _ = 1, 50 do
      local _, err = self.client.contacts:get("a")
      assert.equal("auth", err.kind)
      assert.equal("invalid_client", err.code)
    end
    assert.equal(1, #self.requests)
  end)
end)

describe("an outage", function()
  it("is not multiplied: the calls wait, one at a time tries", function()
    local down = true
    local self = any({ rate = false }, function()
      return down and fake.json(503) or fake.json(200, { id = "a" })
    end)
    local failed = 0
    while self.time < 1030 do
      if not self.client.contacts:get("a") then
        failed = failed + 1
      end
    end
    assert.is_true(#self.requests <= 20, #self.requests)
    assert.is_true(failed <= 4, failed)
    down = false
    assert(self.client.contacts:get("a"))
    local before = self.time
    for _ = 1, 100 do
      assert(self.client.contacts:get("a"))
    end
    assert.equal(before, self.time)
    assert.is_true(self.client:stats().waits.circuit > 0)
  end)

  it("ends a call with a deadline at once", function()
    local self = any({ rate = false }, function()
      return fake.json(503)
    end)
    self.client.contacts:get("a")
    local sent = #self.requests
    local _, err = self.client.contacts:get("a", { deadline = 0.1 })
    assert.equal("circuit_open", err.code)
    assert.equal(503, err.status)
    assert.is_true(err.retryable)
    assert.equal(sent, #self.requests)
  end)
end)

describe("a cancel token", function()
  it("ends later calls, and those that wait", function()
    local stop = ec.cancel_token()
    local self
    self = any({}, function()
      stop:cancel()
      return fake.json(503)
    end)
    local _, err = self.client.contacts:get("a", { cancel = stop })
    assert.equal("cancelled", err.kind)
    _, err = self.client.contacts:get("a", { cancel = stop })
    assert.equal("cancelled", err.kind)
    assert.equal(1, #self.requests)
    assert.matches("cancel_token", fake.misuse(self.client.contacts.get, self.client.contacts, "a", { cancel = true }))
  end)
end)

describe("per-call options", function()
  it("override the client's policy", function()
    local self = any({ rate = false }, function()
      return fake.json(503)
    end)
    self.client.contacts:get("a", { retry = false })
    assert.equal(1, #self.requests)
    self.client.contacts:get("a", { max_attempts = 2 })
    assert.equal(3, #self.requests)
  end)

  for name, value in pairs {
    retry = "no", max_attempts = 0, max_retry_after = -1, on_ambiguous = "chek", check_time = "1", marker = 5,
  } do
    it("refuse a wrong " .. name, function()
      local self = any {}
      assert.matches(name, fake.misuse(self.client.contacts.get, self.client.contacts, "a", { [name] = value }))
    end)
  end
end)

describe("the client's numbers", function()
  it("count calls, requests, repeats, waits and latencies", function()
    local count = 0
    local self = any({}, function()
      count = count + 1
      return count == 1 and fake.json(503) or fake.json(200, { id = "a" })
    end)
    self.client.contacts:get("a")
    local stats = self.client:stats()
    assert.equal(1, stats.calls)
    assert.equal(2, stats.requests)
    assert.same({ ["503"] = 1 }, stats.retries)
    assert.equal(0, stats.in_flight)
    assert.equal(200, stats.bytes_sent)
    assert.equal(0.25, stats.waits.retry)
    local latency = stats.operations.get_externalcontacts_contact.latency
    assert.equal(1, latency.count)
    assert.equal(0.25, latency.sum)
    assert.equal(1, latency.buckets[6])
    stats.calls = 99
    assert.equal(1, self.client:stats().calls)
  end)

  it("count an answer that broke off as a broken connection, whatever its status", function()
    local cut = fake.failure("transport", "closed_early", "all")
    cut.failure.status = 200
    local self = fake.client { cut, fake.json(200, { id = "a" }) }
    self.client.contacts:get("a")
    assert.same({ transport = 1 }, self.client:stats().retries)
  end)

  it("count failures by kind", function()
    local self = any({}, function()
      return fake.json(404, {})
    end)
    self.client.contacts:get("a")
    assert.same({ http = 1 }, self.client:stats().operations.get_externalcontacts_contact.errors)
  end)
end)

describe("log entries", function()
  it("are lines of JSON, too", function()
    local entries = {}
    local self = any { log = function(entry) entries[#entries + 1] = entry end }
    self.client.contacts:get("a-private-id")
    local line = log.json_line(entries[1])
    local value = ec.json.decode(line)
    assert.equal("/api/v2/externalcontacts/contacts/{contactId}", value.path)
    assert.equal(200, value.status)
    assert.is_nil(line:find("a-private-id", 1, true))
    assert.is_nil(line:find("\n", 1, true))
  end)

  it("hold bodies only when asked, and then masked", function()
    local entries = {}
    local function note(entry)
      entries[#entries + 1] = entry
    end
    local function reply()
      return fake.json(200, { id = "c1", firstName = "Ann", customFields = { shoe = 42, id = "x" },
        workPhone = { e164 = "+13175550100", extension = 7 }, createDate = "2026-01-01T00:00:00Z" })
    end
    any({ log = note }, reply).client.contacts:create { firstName = "Ann" }
    assert.is_nil(entries[1].request_body)
    any({ log = note, log_bodies = true }, reply).client.contacts:create { firstName = "Ann", type = "x" }
    assert.equal('{"firstName":"…","type":"x"}', entries[2].request_body)
    assert.equal('{"createDate":"2026-01-01T00:00:00Z","customFields":{"id":"…","shoe":"…"},"firstName":"…",'
      .. '"id":"c1","workPhone":{"e164":"…","extension":"…"}}', entries[2].response_body)
  end)
end)
