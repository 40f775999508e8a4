-- The Call object: deadlines, stop reasons, pauses, and how it ends.
local clients = require "extcontacts.client"
local ec = require "extcontacts"
local errors = require "extcontacts.base.errors"
local fake = require "spec.support.fake"

describe("a call's deadline", function()
  it("is the earlier one of its own and of the code around it", function()
    local self = fake.context {}
    assert.is_nil(fake.call(self, "contacts.get", "a").deadline)
    assert.equal(1005, fake.call(self, "contacts.get", "a", { deadline = 5 }).deadline)
    self.ctx.runtime.deadline = function()
      return 1003
    end
    assert.equal(1003, fake.call(self, "contacts.get", "a", { deadline = 5 }).deadline)
    assert.equal(1002, fake.call(self, "contacts.get", "a", { deadline = 2 }).deadline)
    assert.equal(1003, fake.call(self, "contacts.get", "a").deadline)
  end)

  it("comes from the client's options by default", function()
    local self = fake.context({}, { deadline = 7, timeout = 3 })
    local call = fake.call(self, "contacts.get", "a")
    assert.equal(1007, call.deadline)
    assert.equal(3, call.timeout)
  end)

  it("is past if a wait ends at it or later", function()
    local call = fake.call(fake.context {}, "contacts.get", "a", { deadline = 5 })
    assert.is_false(call:is_past(4.9))
    assert.is_true(call:is_past(5))
    assert.is_false(fake.call(fake.context {}, "contacts.get", "a"):is_past(1e9))
  end)
end)

describe("a call's options", function()
  it("replace those of the client", function()
    local self = fake.context({}, { max_attempts = 3, max_retry_after = 60, on_ambiguous = "error", check_time = 9 })
    local call = fake.call(self, "contacts.get", "a", {
      retry = false, max_attempts = 2, max_retry_after = 10, on_ambiguous = "check", check_time = 1,
    })
    assert.same({ false, 2, 10, "check", 1 },
      { call.retry, call.max_attempts, call.max_retry_after, call.on_ambiguous, call.check_time })
    call = fake.call(self, "contacts.get", "a")
    assert.same({ true, 3, 60, "error", 9 },
      { call.retry, call.max_attempts, call.max_retry_after, call.on_ambiguous, call.check_time })
  end)

  for name, value in pairs {
    retry = "no", max_attempts = 0, max_retry_after = -1, on_ambiguous = "chek", check_time = "1", marker = 5,
  } do
    it("are rejected with a wrong " .. name, function()
      local self = fake.client {}
      assert.matches(name, fake.misuse(self.client.contacts.get, self.client.contacts, "a", { [name] = value }))
    end)
  end
end)

describe("a call's request", function()
  it("is built without sending anything", function()
    local self = fake.context {}
    local call, err = fake.call(self, "contacts.get", "a")
    assert.is_nil(err)
    assert.equal("GET", call.request.method)
    assert.equal(0, #self.requests)
  end)

  it("is missing if an argument breaks a documented limit", function()
    local call, err = fake.call(fake.context {}, "contacts.scan", { limit = 1000 })
    assert.is_nil(call.request)
    assert.equal("limit", err.kind)
  end)
end)

describe("a call stops", function()
  it("when the client is closed", function()
    local self = fake.context {}
    local call = fake.call(self, "contacts.get", "a")
    assert.is_nil(call:stopped())
    self.ctx.closed = true
    assert.equal("closed", call:stopped().kind)
  end)

  it("when its cancel token is cancelled", function()
    local token = ec.cancel_token()
    local call = fake.call(fake.context {}, "contacts.get", "a", { cancel = token })
    assert.is_nil(call:stopped())
    token:cancel()
    assert.same({ "cancelled", "nothing" }, { call:stopped().kind, call:stopped().sent })
  end)

  it("at a signal", function()
    local err = fake.call(fake.context {}, "contacts.get", "a"):stopped("INT")
    assert.same({ "cancelled", "interrupted" }, { err.kind, err.code })
  end)

  it("between two attempts if its token is cancelled meanwhile", function()
    local token = ec.cancel_token()
    local self = fake.client(fake.endless(function()
      token:cancel()
      return fake.json(503)
    end))
    local _, err = self.client.contacts:get("a", { cancel = token })
    assert.equal("cancelled", err.kind)
    _, err = self.client.contacts:get("a", { cancel = token })
    assert.equal("cancelled", err.kind)
    assert.equal(1, #self.requests)
    assert.matches("cancel_token", fake.misuse(self.client.contacts.get, self.client.contacts, "a", { cancel = true }))
  end)
end)

describe("a pause", function()
  local function on_wait(self, report)
    self.ctx.on_wait = report
  end

  it("is one sleep, and counts as waited", function()
    local self = fake.context {}
    assert.is_nil(fake.call(self, "contacts.get", "a"):pause(3, "retry"))
    assert.same({ 3 }, self.slept)
    assert.equal(3, self.ctx.stats.waits.retry)
  end)

  it("is reported every second while it lasts, and at its end", function()
    local self, reports = fake.context {}, {}
    on_wait(self, function(reason, seconds)
      reports[#reports + 1] = ("%s %g"):format(reason, seconds)
    end)
    local call = fake.call(self, "contacts.get", "a")
    assert.is_nil(call:pause(2.5, "rate"))
    assert.same({ "rate 2.5", "rate 1.5", "rate 0.5", "rate 0" }, reports)
    assert.same({ 1, 1, 0.5 }, self.slept)
    assert.is_nil(call:pause(0.9, "retry")) -- too short to report
    assert.equal(4, #reports)
    on_wait(self, nil)
    assert.is_nil(call:pause(3, "retry"))
    assert.equal(4, #reports)
  end)

  it("after a 429 is reported as the rate limit", function()
    local self = fake.client({ fake.json(429, nil, { ["retry-after"] = "2", ["content-type"] = "application/json" }),
      fake.json(200, { id = "a" }) }, {})
    local reasons = {}
    clients.on_wait(self.client, function(reason)
      reasons[reason] = true
    end)
    assert(self.client.contacts:get "a")
    assert.same({ rate = true }, reasons)
  end)

  it("checks its cancel token five times per second", function()
    local self = fake.context {}
    local token = ec.cancel_token()
    local call = fake.call(self, "contacts.get", "a", { cancel = token })
    local sleep = self.ctx.runtime.sleep
    self.ctx.runtime.sleep = function(engine, seconds)
      sleep(engine, seconds)
      if self.time >= 1000.35 then
        token:cancel()
      end
    end
    assert.equal("cancelled", call:pause(60, "rate").kind)
    assert.same({ 0.2, 0.2 }, self.slept)
    assert.is_true(self.ctx.stats.waits.rate < 1)
  end)

  it("ends if the task of the call must end", function()
    local self = fake.context {}
    self.ctx.runtime.sleep = function()
      return false
    end
    assert.equal("cancelled", fake.call(self, "contacts.get", "a"):pause(60, "rate").kind)
  end)

  it("does not begin if the call has stopped", function()
    local self = fake.context {}
    local call = fake.call(self, "contacts.get", "a")
    self.ctx.closed = true
    assert.equal("closed", call:pause(60, "rate").kind)
    assert.same({}, self.slept)
  end)
end)

describe("the end of a call", function()
  it("returns the value and the response, and is counted", function()
    local self = fake.context {}
    local call = fake.call(self, "contacts.get", "a")
    call.attempts, call.reply = 2, fake.json(200, {}, { ["inin-correlation-id"] = "c-1" })
    self.time = self.time + 4
    local value, err, response = call:succeed("value")
    assert.equal("value", value)
    assert.is_nil(err)
    assert.same({ 200, 2, 4, "c-1" },
      { response.status, response.attempts, response.elapsed, response.correlation_id })
    assert.equal(1, self.ctx.stats.calls)
  end)

  it("adds the operation to an error without one", function()
    local self = fake.context {}
    local call = fake.call(self, "contacts.get", "a")
    local value, err = call:fail(errors.new { kind = "timeout", message = "late" })
    assert.is_nil(value)
    assert.equal("get_externalcontacts_contact", err.operation)
    assert.equal("GET", err.method)
    assert.equal("/api/v2/externalcontacts/contacts/a", err.path)
    assert.equal(0, err.attempts)
    assert.same({ timeout = 1 }, self.ctx.stats.operations.get_externalcontacts_contact.errors)
    value, err = call:fail(errors.new { kind = "auth", message = "no", operation = "oauth.token" })
    assert.is_nil(value)
    assert.equal("oauth.token", err.operation)
  end)
end)
