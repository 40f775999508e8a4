local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the control API of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 40, rate = 0, ledger = 10 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  it("returns the last requests, without bodies and tokens", function()
    session:call("POST", "/contacts", { firstName = "Secret", lastName = "Person" })
    session:call("GET", "/contacts?q=x&pageSize=1")
    local entries = server:control("GET", "/sandbox/ledger")
    local last = entries[#entries]
    assert.equal("contacts.list", last.operation)
    assert.equal("GET", last.method)
    assert.equal("/api/v2/externalcontacts/contacts", last.path)
    assert.equal("q=x&pageSize=1", last.query)
    assert.equal("200", last.status)
    assert.is_string(last.correlation_id)
    local text = api.request(server.direct_url .. "/sandbox/ledger").text
    for _, secret in ipairs { "Secret", session.token, server.client_secret } do
      assert.is_nil(text:find(secret, 1, true))
    end
    for _ = 1, 15 do
      session:call("GET", "/organizations")
    end
    entries = server:control("GET", "/sandbox/ledger")
    assert.equal(10, #entries)
    local number = entries[10].number
    session:call("GET", "/contacts")
    entries = server:control("GET", "/sandbox/ledger?since=" .. math.floor(number))
    assert.equal(1, #entries)
    assert.equal("contacts.list", entries[1].operation)
  end)

  it("resets the data and settings", function()
    local first = session:must("GET", "/contacts?pageSize=1").entities[1]
    session:must("DELETE", "/contacts/" .. first.id)
    session:must("POST", "/contacts", { firstName = "A", lastName = "B" })
    server:control("POST", "/sandbox/settings", { rate = 1 })
    server:reset()
    assert.equal(0, server:control("GET", "/sandbox/settings").rate)
    assert.equal(first.id, session:must("GET", "/contacts?pageSize=1").entities[1].id)
    assert.equal(40, session:must("GET", "/contacts").total)
    server:reset { contacts = 7, seed = 99 }
    assert.equal(7, session:must("GET", "/contacts").total)
    assert.not_equal(first.id, session:must("GET", "/contacts?pageSize=1").entities[1].id)
    server:reset()
    assert.equal(40, session:must("GET", "/contacts").total)
    server:reset { tokens = true }
    assert.equal(401, session:call("GET", "/contacts").status)
  end)

  it("rejects unknown paths and wrong values", function()
    local function post(path, body)
      return api.request(server.direct_url .. path, { method = "POST", body = body })
    end
    assert.equal(404, post("/sandbox/nothing").status)
    assert.equal(400, post("/sandbox/settings", '{"port":1}').status)
    assert.equal(400, post("/sandbox/settings", '{"rate":-1}').status)
    assert.equal(400, post("/sandbox/settings", '{').status)
    assert.equal(400, post("/sandbox/clock", '{"advance":-1}').status)
    assert.equal(400, post("/sandbox/reset", '{"contacts":"many"}').status)
  end)

  describe("refuses a web page's requests:", function()
    local function status(headers)
      return api.request(server.direct_url .. "/sandbox/health", { headers = headers }).status
    end

    it("another host or port", function()
      local port = server.port
      for _, host in ipairs { "127.0.0.1:" .. port, "localhost:" .. port, "LOCALHOST:" .. port, "127.1.2.3:" .. port,
        "[::1]:" .. port } do
        assert.equal(200, status { host = host })
      end
      for _, host in ipairs { "evil.example:" .. port, "evil.example", "localhost", "127.0.0.1", "localhost:1",
        "127.0.0.1.evil.example:" .. port, "localhost.evil.example:" .. port, "10.0.0.1:" .. port, "0.0.0.0:" .. port,
        "[::2]:" .. port, "localhost.:" .. port, "127.0.0.1:" .. port .. "0" } do
        assert.equal(403, status { host = host }, host)
      end
    end)

    it("any origin, and other sites", function()
      for _, origin in ipairs { "http://evil.example", "null", "http://127.0.0.1:" .. server.port } do
        assert.equal(403, status { origin = origin })
        for _, method in ipairs { "POST", "DELETE", "OPTIONS" } do
          local answer = api.request(server.direct_url .. "/sandbox/faults", { method = method,
            headers = { origin = origin } })
          assert.equal(403, answer.status)
          assert.is_nil(answer.headers["access-control-allow-origin"])
        end
      end
      for site, expected in pairs { ["cross-site"] = 403, ["same-site"] = 403, ["same-origin"] = 200, none = 200 } do
        assert.equal(expected, status { ["sec-fetch-site"] = site })
      end
    end)
  end)
end)
