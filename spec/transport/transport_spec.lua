-- One request and its reply: the engine, deadlines, errors and log entries.
local fake = require "spec.support.fake"
local response = require "extcontacts.api.response"
local transport = require "extcontacts.transport"

-- Sends the request of contacts.get once.
local function send(self, options)
  local call = fake.call(self, "contacts.get", "a", options or {})
  return transport.send(call, call.row, call.request, { "Authorization", "Bearer t1" }, response.classify)
end

describe("the transport", function()
  it("returns the classified reply, and adds the authorization to the request", function()
    local self = fake.context { fake.json(200, { id = "a" }) }
    local value, err, reply = send(self)
    assert.same({ id = "a" }, value)
    assert.is_nil(err)
    assert.equal(200, reply.status)
    assert.equal("Bearer t1", fake.header(self.requests[1], "Authorization"))
  end)

  it("sends once, whatever the reply", function()
    local self = fake.context { fake.json(503) }
    local value, err, reply = send(self)
    assert.is_nil(value)
    assert.equal("http", err.kind)
    assert.equal(503, reply.status)
    assert.equal(1, #self.requests)
    assert.same({}, self.slept)
  end)

  it("passes the nearer of timeout and deadline to the engine", function()
    local self = fake.context { fake.json(200, {}), fake.json(200, {}), fake.json(200, {}) }
    send(self, { timeout = 5, deadline = 60 })
    send(self, { timeout = 60, deadline = 3 })
    send(self, { timeout = 4 })
    assert.equal(1005, self.requests[1].deadline)
    assert.equal(1003, self.requests[2].deadline)
    assert.equal(1004, self.requests[3].deadline)
  end)

  it("turns a failure of the engine into an error that knows whether it may be retried", function()
    for sent, retryable in pairs { nothing = true, all = true } do
      local self = fake.context { fake.failure("transport", "reset", sent) }
      local value, err, reply = send(self)
      assert.is_nil(value)
      assert.is_nil(reply)
      assert.same({ "transport", "reset", sent, retryable }, { err.kind, err.code, err.sent, err.retryable })
    end
    local self = fake.context { fake.failure("transport", "tls_name", "nothing", true) }
    local _, err = send(self)
    assert.is_false(err.retryable)
  end)

  it("counts a request while it is under way, also if the wait raises", function()
    local self = fake.context { fake.json(200, {}), fake.json(200, {}) }
    self.ctx.runtime.wait = function()
      assert.is_truthy(next(self.ctx.exchanges))
    end
    send(self)
    assert.is_nil(next(self.ctx.exchanges))
    self.ctx.runtime.wait = function()
      error "stop"
    end
    assert.is_false(pcall(send, self))
    assert.equal(2, self.ctx.stats.requests)
    assert.is_nil(next(self.ctx.exchanges))
  end)

  it("watches the call's cancel token only while the request is under way", function()
    local self = fake.context { fake.json(200, {}) }
    local token = require("extcontacts").cancel_token()
    self.ctx.runtime.wait = function()
      assert.is_truthy(next(token.transfers))
    end
    send(self, { cancel = token })
    assert.is_nil(next(token.transfers))
  end)

  it("learns the server's clock from the Date header", function()
    local self = fake.context {
      fake.json(200, {}, { date = "Thu, 01 Jan 1970 00:17:10 GMT" }), -- 1030
      fake.json(200, {}, { date = "nonsense" }),
    }
    assert.is_nil(transport.server_time(self.ctx))
    send(self)
    assert.equal(1030, transport.server_time(self.ctx))
    send(self)
    assert.equal(1030, transport.server_time(self.ctx))
    self.time, self.wall = 1100.5, -3600 -- this machine's date is set back
    assert.equal(1130.5, transport.server_time(self.ctx))
  end)

  it("creates a log entry only for a log or a hook", function()
    local self = fake.context { fake.json(200, {}) }
    assert.is_nil((select(4, send(self))))
    self = fake.context({ fake.json(404, { code = "not.found" }, { ["inin-correlation-id"] = "c-1" }) },
      { on_request = function() end })
    local entry = select(4, send(self))
    assert.same({ "get_externalcontacts_contact", "GET", "/api/v2/externalcontacts/contacts/{contactId}", 404, "http",
      "not.found", "c-1", 100, 200 }, { entry.operation, entry.method, entry.path, entry.status, entry.kind, entry.code,
      entry.correlation_id, entry.bytes_sent, entry.bytes_received })
  end)
end)

describe("the engine of a client", function()
  it("is created once, and again when it is no longer usable", function()
    local ctx = fake.context({}).ctx
    ctx.engine, ctx.runtime = nil, nil
    local first = transport.engine(ctx)
    assert.equal(first, transport.engine(ctx))
    first:close()
    local second = transport.engine(ctx)
    assert.are_not.equal(first, second)
    second:close()
  end)
end)
