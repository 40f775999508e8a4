-- The counters of a client.
local errors = require "extcontacts.base.errors"
local fake = require "spec.support.fake"
local stats = require "extcontacts.transport.stats"

describe("the counters", function()
  it("count calls by operation, with their errors and latency", function()
    local self = stats.new()
    stats.call(self, "get", 0.02)
    stats.call(self, "get", 20, errors.new { kind = "timeout", message = "late" })
    stats.call(self, "list", 0.005)
    assert.equal(3, self.calls)
    local get = self.operations.get
    assert.equal(2, get.calls)
    assert.same({ timeout = 1 }, get.errors)
    assert.same({ 2, 20.02, 20 }, { get.latency.count, get.latency.sum, get.latency.max })
    assert.equal(1, get.latency.buckets[3], "at most 25 ms")
    assert.equal(1, get.latency.buckets[#stats.BOUNDS + 1], "above the last bound")
    assert.equal(1, self.operations.list.latency.buckets[1], "a bound belongs to its bucket")
  end)

  it("count bytes and 429s", function()
    local self = stats.new()
    stats.exchange(self, 429, fake.json(429))
    stats.exchange(self, 200, fake.json(200))
    stats.exchange(self, nil, nil)
    assert.same({ 1, 200, 400 }, { self.throttled, self.bytes_sent, self.bytes_received })
  end)

  it("count retries by status, or by the kind of error", function()
    local self = stats.new()
    stats.retry(self, errors.new { kind = "http", status = 503, message = "x" })
    stats.retry(self, errors.new { kind = "transport", message = "x" })
    stats.retry(self, errors.new { kind = "transport", status = 200, message = "a body that broke off" })
    assert.same({ ["503"] = 1, transport = 2 }, self.retries)
  end)

  it("are copied by a snapshot", function()
    local self = stats.new()
    stats.call(self, "get", 1)
    local copy = stats.snapshot(self, 0)
    copy.operations.get.latency.count = 99
    assert.equal(1, self.operations.get.latency.count)
    assert.same(self.waits, copy.waits)
  end)
end)

describe("client:stats()", function()
  it("counts a call with its retry, wait and latency", function()
    local self = fake.client { fake.json(503), fake.json(200, { id = "a" }) }
    self.client.contacts:get("a")
    local counters = self.client:stats()
    assert.same({ 1, 2, 0 }, { counters.calls, counters.requests, counters.in_flight })
    assert.same({ ["503"] = 1 }, counters.retries)
    assert.equal(200, counters.bytes_sent)
    assert.equal(0.25, counters.waits.retry)
    local latency = counters.operations.get_externalcontacts_contact.latency
    assert.same({ 1, 0.25, 1 }, { latency.count, latency.sum, latency.buckets[6] })
  end)

  it("returns a copy", function()
    local self = fake.client { fake.json(200, { id = "a" }) }
    self.client.contacts:get("a")
    self.client:stats().calls = 99
    assert.equal(1, self.client:stats().calls)
  end)

  it("counts a body that breaks off as a broken connection, whatever the status", function()
    local cut = fake.failure("transport", "closed_early", "all")
    cut.failure.status = 200
    local self = fake.client { cut, fake.json(200, { id = "a" }) }
    self.client.contacts:get("a")
    assert.same({ transport = 1 }, self.client:stats().retries)
  end)

  it("counts failed calls by kind", function()
    local self = fake.client { fake.json(404, {}) }
    self.client.contacts:get("a")
    assert.same({ http = 1 }, self.client:stats().operations.get_externalcontacts_contact.errors)
  end)
end)
