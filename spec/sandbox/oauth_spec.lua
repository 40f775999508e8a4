-- The sandbox's token endpoint, tokens, permissions and rate windows.

local api = require "spec.support.api"
local mime = require "mime"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's OAuth", function()
  local server
  local GRANT = "grant_type=client_credentials"
  sandbox.around({
    contacts = 30,
    rate = 0,
    client = { "reader:secret:viewer", "writer:secret:externalContacts:contact:add,externalContacts:contact:edit" },
  }, function(...)
    server = ...
  end, setup, teardown, before_each)

  it("gives a token for Basic credentials and for form fields, on both paths", function()
    for _, path in ipairs { "/oauth/token", "/token" } do
      local reply = api.post_token(server, GRANT, nil, path)
      assert.equal(200, reply.status)
      assert.equal("bearer", reply.body.token_type:lower())
      assert.equal(86400, reply.body.expires_in)
      assert.is_nil(reply.body.refresh_token)
    end
    local form = ("%s&client_id=%s&client_secret=%s"):format(GRANT, server.client_id, api.escape(server.client_secret))
    assert.equal(200, api.post_token(server, form, {}).status)
  end)

  it("refuses in its own shape", function()
    local wrong = "Basic " .. mime.b64(server.client_id .. ":wrong")
    local cases = {
      { 401, "invalid_client", GRANT, { authorization = wrong } },
      { 401, "invalid_client", GRANT, { authorization = "Basic " .. mime.b64("nobody:x") } },
      { 401, "invalid_client", GRANT, { authorization = "Basic ###" } },
      { 401, "invalid_client", GRANT, {} },
      { 400, "unsupported_grant_type", "grant_type=password" },
      { 400, "invalid_request", "" },
      { 400, "invalid_request", "grant_type=" },
    }
    for _, case in ipairs(cases) do
      local reply = api.post_token(server, case[3], case[4])
      assert.equal(case[1], reply.status)
      assert.equal(case[2], reply.body.error)
      assert.is_string(reply.body.description)
      assert.is_string(reply.body.error_description)
      assert.is_nil(reply.body.code)
      assert.is_string(reply.headers["inin-correlation-id"])
    end
    assert.equal(405, api.request(server.login_url .. "/oauth/token").status)
  end)

  it("lets several tokens of a client live, until each expires", function()
    server:control("POST", "/sandbox/settings", { token_ttl = 100 })
    local first = api.session(server)
    server:control("POST", "/sandbox/clock", { advance = 60 })
    local second = api.session(server)
    assert.equal(200, first:call("GET", "/contacts").status)
    assert.equal(200, second:call("GET", "/contacts").status)
    server:control("POST", "/sandbox/clock", { advance = 41 })
    assert.equal("bad.credentials", first:call("GET", "/contacts").body.code)
    assert.equal(200, second:call("GET", "/contacts").status)
  end)

  it("ends the oldest token beyond max_tokens and limits their rate, when asked to", function()
    server:control("POST", "/sandbox/settings", { max_tokens = 2, token_rate = 3 })
    local first = api.session(server)
    local second = api.session(server)
    local third = api.session(server)
    assert.equal(401, first:call("GET", "/contacts").status)
    assert.equal(200, second:call("GET", "/contacts").status)
    assert.equal(200, third:call("GET", "/contacts").status)
    local reply = api.post_token(server, GRANT)
    assert.equal(429, reply.status)
    assert.matches("^%d+$", reply.headers["retry-after"])
  end)

  it("ends tokens from the control path", function()
    local session = api.session(server)
    assert.is_true(server:control("POST", "/sandbox/tokens/revoke", { token = session.token }).revoked == 1)
    assert.equal(401, session:call("GET", "/contacts").status)
    local other, reader = api.session(server), api.session(server, "reader", "secret")
    server:control("POST", "/sandbox/tokens/revoke", { client_id = "reader" })
    assert.equal(401, reader:call("GET", "/contacts").status)
    assert.equal(200, other:call("GET", "/contacts").status)
  end)

  it("gives each client its permissions", function()
    local reader = api.session(server, "reader", "secret")
    assert.equal(200, reader:call("GET", "/contacts").status)
    assert.equal(200, reader:call("GET", "/organizations").status)
    local reply = reader:call("POST", "/contacts", { firstName = "A", lastName = "B" })
    assert.equal(403, reply.status)
    assert.matches("externalContacts:contact:add", reply.body.message, 1, true)
    local writer = api.session(server, "writer", "secret")
    assert.equal(200, writer:call("POST", "/contacts", { firstName = "A", lastName = "B" }).status)
    assert.equal(403, writer:call("GET", "/contacts").status)
  end)

  describe("rate windows", function()
    it("open with a token's first request and last a fixed time", function()
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

    it("show the headers of old when asked to", function()
      local session = api.session(server)
      server:control("POST", "/sandbox/settings", { rate = 10, window = 60, rate_headers = true })
      session:call("GET", "/contacts?pageSize=1")
      local reply = session:call("GET", "/contacts?pageSize=1")
      assert.equal("10", reply.headers["inin-ratelimit-allowed"])
      assert.equal("2", reply.headers["inin-ratelimit-count"])
      assert.matches("^%d+$", reply.headers["inin-ratelimit-reset"])
    end)

    it("are off with rate 0", function()
      local session = api.session(server)
      for _ = 1, 20 do
        assert.equal(200, session:call("GET", "/contacts?pageSize=1").status)
      end
    end)
  end)
end)
