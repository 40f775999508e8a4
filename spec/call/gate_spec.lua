-- The gate before a request: a token, room in its window, and a circuit that
-- isn't open.
local circuit = require "extcontacts.call.circuit"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local gate = require "extcontacts.call.gate"
local health = require "extcontacts.call.health"
local oauth = require "extcontacts.auth.oauth"

local function contact()
  return fake.json(200, { id = "a" })
end

local function unavailable()
  return fake.json(503)
end

describe("the gate", function()
  it("returns a token and its place in the window", function()
    local self = fake.context({}, { access_token = "t1" })
    local lease = assert(gate.pass((fake.call(self, "contacts.get", "a"))))
    assert.equal("t1", lease.token)
    assert.same({ "Authorization", "Bearer t1" }, lease.authorization)
    assert.is_table(lease.ticket)
  end)

  it("returns the place of a request that was not sent", function()
    local self = fake.context({}, { rate = 1, reserve = 0 })
    local call = fake.call(self, "contacts.get", "a")
    health.settle(self.ctx, assert(gate.pass(call)), { arrived = false }, self.time)
    assert(gate.pass(call))
    assert.same({}, self.slept)
  end)

  it("waits for the next window", function()
    local self = fake.context({}, { rate = 1, reserve = 0 })
    local call = fake.call(self, "contacts.get", "a")
    local lease = assert(gate.pass(call))
    health.settle(self.ctx, lease, { arrived = true, headers = {} }, self.time)
    assert(gate.pass(call))
    assert.is_true(self.time >= 1060, self.time)
    assert.is_true(self.ctx.stats.waits.rate >= 60)
  end)

  it("fails if the window opens after the deadline, with the time until then", function()
    local self = fake.context({}, { rate = 1, reserve = 0 })
    assert(gate.pass((fake.call(self, "contacts.get", "a"))))
    local lease, err = gate.pass((fake.call(self, "contacts.get", "a", { deadline = 5 })))
    assert.is_nil(lease)
    assert.equal("throttled", err.kind)
    assert.equal("rate_allowance", err.code)
    assert.is_true(err.retryable)
    assert.is_true(err.retry_after > 59)
    assert.matches("1 requests in 60 s", err.message, 1, true)
  end)

  it("fails if the window opens after max_retry_after", function()
    local self = fake.context({}, { rate = 1, reserve = 0 })
    assert(gate.pass((fake.call(self, "contacts.get", "a"))))
    local _, err = gate.pass((fake.call(self, "contacts.get", "a", { max_retry_after = 10 })))
    assert.equal("rate_allowance", err.code)
    assert.same({}, self.slept)
  end)

  it("fails after the deadline", function()
    local self = fake.context {}
    local call = fake.call(self, "contacts.get", "a", { deadline = 5 })
    self.time = self.time + 5
    local _, err = gate.pass(call)
    assert.equal("timeout", err.kind)
    assert.equal("nothing", err.sent)
    assert.is_true(err.retryable)
  end)

  it("fails with the token endpoint's error, and names that operation", function()
    local self = fake.context({ fake.json(401, { error = "invalid_client" }) }, fake.with_credentials())
    local lease, err, row = gate.pass((fake.call(self, "contacts.get", "a")))
    assert.is_nil(lease)
    assert.equal("auth", err.kind)
    assert.equal(oauth.row, row)
  end)

  it("fails if the call was cancelled or the client is closed", function()
    local self = fake.context {}
    local token = ec.cancel_token()
    local call = fake.call(self, "contacts.get", "a", { cancel = token })
    token:cancel()
    assert.equal("cancelled", select(2, gate.pass(call)).kind)
    self.ctx.closed = true
    assert.equal("closed", select(2, gate.pass((fake.call(self, "contacts.get", "a")))).kind)
  end)
end)

describe("an open circuit", function()
  local function open(self)
    for time = 1, circuit.POLICY.failures do
      self.time = self.time + time
      circuit.failed(self.ctx.circuit, circuit.POLICY, self.time, self.time, 1)
    end
    self.ctx.outage = { kind = "http", status = 503 }
  end

  it("lets a call wait for the probe", function()
    local self = fake.context {}
    open(self)
    assert(gate.pass((fake.call(self, "contacts.get", "a"))))
    assert.is_true(self.ctx.stats.waits.circuit >= circuit.POLICY.first_pause)
  end)

  it("ends a call whose deadline is before the probe", function()
    local self = fake.context {}
    open(self)
    local _, err = gate.pass((fake.call(self, "contacts.get", "a", { deadline = 0.1 })))
    assert.equal("circuit_open", err.code)
    assert.equal("http", err.kind)
    assert.equal(503, err.status)
    assert.is_true(err.retryable)
    assert.equal("nothing", err.sent)
    assert.same({}, self.slept)
  end)

  it("requests no token", function()
    local self = fake.context({}, fake.with_credentials())
    open(self)
    gate.pass((fake.call(self, "contacts.get", "a", { deadline = 0.1 })))
    assert.equal(0, #self.requests)
  end)

  it("keeps an outage from multiplying requests", function()
    local down = true
    local self = fake.client(fake.endless(function()
      return down and unavailable() or contact()
    end), { rate = false })
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

  it("ends a call without sending it", function()
    local self = fake.client(fake.endless(unavailable), { rate = false })
    self.client.contacts:get("a")
    local sent = #self.requests
    local _, err = self.client.contacts:get("a", { deadline = 0.1 })
    assert.equal("circuit_open", err.code)
    assert.equal(sent, #self.requests)
  end)
end)
