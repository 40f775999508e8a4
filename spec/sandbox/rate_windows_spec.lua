local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("a rate window of the sandbox", function()
  local server
  sandbox.around({ contacts = 30, rate = 0 }, function(...)
    server = ...
  end, setup, teardown, before_each)

  it("starts with a token's first request and lasts a fixed time", function()
    server:control("POST", "/sandbox/settings", { rate = 3, window = 60 })
    local session, other = api.session(server), api.session(server)
    server:control("POST", "/sandbox/clock", { advance = 50 })
    for _ = 1, 3 do
      assert.equal(200, session:call("GET", "/contacts?pageSize=1").status)
    end
    server:control("POST", "/sandbox/clock", { advance = 30 })
    local reply = session:call("GET", "/contacts?pageSize=1")
    assert.equal(429, reply.status)
    assert.matches("^%d+$", reply.headers["retry-after"])
    local seconds = tonumber(reply.headers["retry-after"])
    assert.is_true(seconds > 20 and seconds <= 30)
    assert.equal("no-cache, no-store, must-revalidate", reply.headers["cache-control"])
    assert.same({
      message = ("Rate limit exceeded the maximum. Retry the request in [%d] seconds"):format(seconds),
      code = "too.many.requests.retry.after",
      status = 429,
      contextId = reply.headers["inin-correlation-id"],
      details = {},
      errors = {},
    }, reply.body)
    -- Counted by token, not by organization.
    assert.equal(200, other:call("GET", "/contacts?pageSize=1").status)
    server:control("POST", "/sandbox/clock", { advance = seconds })
    assert.equal(200, session:call("GET", "/contacts?pageSize=1").status)
  end)

  it("is shown in the headers with --rate-headers", function()
    local session = api.session(server)
    server:control("POST", "/sandbox/settings", { rate = 10, window = 60, rate_headers = true })
    session:call("GET", "/contacts?pageSize=1")
    local reply = session:call("GET", "/contacts?pageSize=1")
    assert.equal("10", reply.headers["inin-ratelimit-allowed"])
    assert.equal("2", reply.headers["inin-ratelimit-count"])
    assert.matches("^%d+$", reply.headers["inin-ratelimit-reset"])
  end)

  it("does not exist with --rate 0", function()
    local session = api.session(server)
    for _ = 1, 20 do
      assert.equal(200, session:call("GET", "/contacts?pageSize=1").status)
    end
  end)
end)
