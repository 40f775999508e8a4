local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the access tokens of the sandbox", function()
  local server
  sandbox.around({
    contacts = 30,
    rate = 0,
    client = { "reader:secret:viewer", "writer:secret:externalContacts:contact:add,externalContacts:contact:edit" },
  }, function(...)
    server = ...
  end, setup, teardown, before_each)

  it("accepts several tokens of a client, until each expires", function()
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

  it("limits the number and the rate of a client's tokens with --max-tokens and --token-rate", function()
    server:control("POST", "/sandbox/settings", { max_tokens = 2, token_rate = 3 })
    local first = api.session(server)
    local second = api.session(server)
    local third = api.session(server)
    assert.equal(401, first:call("GET", "/contacts").status)
    assert.equal(200, second:call("GET", "/contacts").status)
    assert.equal(200, third:call("GET", "/contacts").status)
    local reply = api.post_token(server, "grant_type=client_credentials")
    assert.equal(429, reply.status)
    assert.matches("^%d+$", reply.headers["retry-after"])
  end)

  it("revokes tokens through the control API", function()
    local session = api.session(server)
    assert.is_true(server:control("POST", "/sandbox/tokens/revoke", { token = session.token }).revoked == 1)
    assert.equal(401, session:call("GET", "/contacts").status)
    local other, reader = api.session(server), api.session(server, "reader", "secret")
    server:control("POST", "/sandbox/tokens/revoke", { client_id = "reader" })
    assert.equal(401, reader:call("GET", "/contacts").status)
    assert.equal(200, other:call("GET", "/contacts").status)
  end)

  it("grants each client its permissions", function()
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
end)
