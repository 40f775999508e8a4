-- The loop over a call's attempts: retries, verdicts, and the final error.
local ec = require "extcontacts"
local fake = require "spec.support.fake"

describe("the error of a call", function()
  it("names the operation, the path and the attempts", function()
    local self = fake.client({ fake.json(404, {
      message = "The requested resource was not found.", code = "not.found", contextId = "ctx-1",
    }) }, { retry = false })
    local value, err = self.client.contacts:get("a")
    assert.is_nil(value)
    assert.is_true(ec.is_error(err))
    assert.equal("get_externalcontacts_contact", err.operation)
    assert.equal("GET", err.method)
    assert.equal("/api/v2/externalcontacts/contacts/a", err.path)
    assert.equal(1, err.attempts)
    assert.equal(404, err.response.status)
    assert.equal("get_externalcontacts_contact: The requested resource was not found. "
      .. "(http, HTTP 404, not.found, correlation id ctx-1)", tostring(err))
    assert.equal("because " .. tostring(err), "because " .. err)
  end)

  it("has no query value in its path", function()
    local self = fake.client({ fake.json(400, {}) }, { retry = false })
    local _, err = self.client.lookup:reverse("ann@x.org")
    assert.is_nil(err.path:find("ann", 1, true))
  end)

  it("has the engine's kind and code", function()
    local self = fake.client({ fake.failure("timeout", "timeout", "all") }, { retry = false })
    local _, err = self.client.contacts:get("a")
    assert.equal("timeout", err.kind)
    assert.is_true(err.retryable)
    self = fake.client({ fake.failure("transport", "reset", "all") }, { retry = false })
    _, err = self.client.contacts:create {}
    assert.equal("transport", err.kind)
    assert.equal("reset", err.code)
    assert.is_false(err.retryable)
  end)
end)

describe("retry", function()
  it("sends a throttled create again after Retry-After", function()
    local self = fake.client {
      fake.json(429, {}, { ["retry-after"] = "7" }), fake.json(200, { id = "x" }),
    }
    local value, _, response = self.client.contacts:create { firstName = "Ann" }
    assert.equal("x", value.id)
    assert.equal(2, response.attempts)
    assert.same({ 8.25 }, self.slept)
  end)

  it("waits until the date in Retry-After, and no longer", function()
    local busy = fake.json(429, {}, {
      ["retry-after"] = "Thu, 01 Jan 1970 00:16:44 GMT", date = "Thu, 01 Jan 1970 00:16:40 GMT",
    })
    local self = fake.client { busy, fake.json(200, { id = "x" }), fake.json(200, { id = "x" }) }
    assert(self.client.contacts:get "x")
    assert.same({ 5.25 }, self.slept) -- four seconds, one for rounding, and a random part
    assert(self.client.contacts:get "x")
    assert.same({ 5.25 }, self.slept)
  end)

  it("counts the date by the server's clock, not by this machine's", function()
    local self = fake.client({ fake.json(503, {}, {
      ["retry-after"] = "Thu, 01 Jan 1970 01:16:44 GMT", date = "Thu, 01 Jan 1970 01:16:40 GMT",
    }) }, { max_attempts = 1 })
    local _, err = self.client.contacts:get "x"
    assert.equal(4, err.retry_after)
  end)

  it("gives up on a date past max_retry_after", function()
    local self = fake.client { fake.json(429, {}, {
      ["retry-after"] = "Thu, 01 Jan 1970 01:16:40 GMT", date = "Thu, 01 Jan 1970 00:16:40 GMT",
    }) }
    local _, err = self.client.contacts:get "x"
    assert.equal(3600, err.retry_after)
    assert.same({}, self.slept)
  end)

  it("does not resend a POST whose body may have arrived", function()
    local self = fake.client { fake.failure("transport", "reset", "all") }
    local _, err = self.client.contacts:create { firstName = "Ann" }
    assert.equal("transport", err.kind)
    assert.equal(1, #self.requests)
  end)

  it("resends a POST of which no byte was sent", function()
    local self = fake.client { fake.failure("transport", "refused", "nothing"), fake.json(200, { id = "x" }) }
    assert.equal("x", assert(self.client.contacts:create { firstName = "Ann" }).id)
    assert.equal(2, #self.requests)
  end)

  it("gives up after max_attempts with the last error", function()
    local self = fake.client({ fake.json(503), fake.json(503), fake.json(502) }, { max_attempts = 3 })
    local _, err = self.client.contacts:get("a")
    assert.equal(502, err.status)
    assert.equal(3, err.attempts)
    assert.matches("3 attempts", tostring(err), 1, true)
  end)

  it("does not wait past the call's deadline", function()
    local self = fake.client { fake.json(429, {}, { ["retry-after"] = "30" }) }
    local _, err = self.client.contacts:get("a", { deadline = 10 })
    assert.equal("throttled", err.kind)
    assert.equal(30, err.retry_after)
    assert.same({}, self.slept)
  end)

  it("follows the options of the call before those of the client", function()
    local self = fake.client(fake.endless(function()
      return fake.json(503)
    end), { rate = false })
    self.client.contacts:get("a", { retry = false })
    assert.equal(1, #self.requests)
    self.client.contacts:get("a", { max_attempts = 2 })
    assert.equal(3, #self.requests)
  end)

  it("takes a 404 as success for a DELETE that an earlier attempt may have carried out", function()
    local self = fake.client { fake.failure("transport", "reset", "all"), fake.json(404, {}) }
    assert.is_true((self.client.contacts:delete("a")))
    self = fake.client { fake.json(404, {}) }
    local _, err = self.client.contacts:delete("a")
    assert.equal(404, err.status)
  end)
end)
