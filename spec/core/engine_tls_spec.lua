--- core.engine: certificates, TLS and HTTP/2.

local core = require "extcontacts.core"
local drive = require "spec.support.drive"
local socket = require "socket"
local tls = require "spec.support.tls"

-- Seconds for a request that gets no answer: enough to send it, on a loaded machine.
local SILENCE = 2.5

describe("the engine over TLS", function()
  local fixture = drive.fixture()
  local certificates, server

  tls.around(function(made)
    certificates = made
  end, setup, teardown)

  after_each(function()
    fixture.clear()
    if server then
      server.stop()
      server = nil
    end
  end)

  -- A GET from openssl's server with the certificate of that name.
  local function get(name, options, server_options)
    server = tls.serve(certificates, name, server_options)
    return drive.send(fixture.new(options), { url = server.url })
  end

  it("accepts a certificate of the configured authority", function()
    local reply = assert(get("good", { ca_file = certificates.ca }))
    assert.equal(200, reply.status)
    assert.equal("1.0", reply.version)
    assert.matches("TLSv1", reply.body)
  end)

  for name, case in pairs {
    ["for another name"] = { "wrong", true, "tls_name" },
    ["that has expired"] = { "expired", true, "tls_expired" },
    ["that is not valid yet"] = { "early", true, "tls_not_yet_valid" },
    ["that signed itself"] = { "self", true, "tls_untrusted" },
    ["of an unknown authority"] = { "good", false, "tls_untrusted" },
  } do
    it("rejects a certificate " .. name, function()
      local reply, failure = get(case[1], case[2] and { ca_file = certificates.ca } or {})
      assert.is_nil(reply)
      assert.equal("transport", failure.kind)
      assert.equal(case[3], failure.code)
      assert.equal("nothing", failure.sent)
      assert.is_true(failure.permanent)
    end)
  end

  it("rejects TLS before 1.2", function()
    local reply, failure = get("good", { ca_file = certificates.ca }, "-tls1_1 -cipher DEFAULT@SECLEVEL=0")
    assert.is_nil(reply)
    assert.equal("tls", failure.code)
  end)

  it("names a CA file that can't be read", function()
    local reply, failure = get("good", { ca_file = certificates.path .. "/missing.pem" })
    assert.is_nil(reply)
    assert.equal("tls_ca_file", failure.code)
    assert.equal("nothing", failure.sent)
    assert.is_true(failure.permanent)
  end)

  it("sends its client certificate", function()
    local reply = assert(get("good", {
      ca_file = certificates.ca,
      client_cert = certificates.path .. "/good.pem",
      client_key = certificates.path .. "/good.key",
    }, "-Verify 1 -verify_return_error -CAfile " .. certificates.ca))
    assert.equal(200, reply.status)
  end)

  it("names a client certificate that can't be read", function()
    local reply, failure = get("good", {
      ca_file = certificates.ca, client_cert = certificates.path .. "/missing.pem",
    })
    assert.is_nil(reply)
    assert.equal("tls_client_cert", failure.code)
  end)

  it("reports a server without TLS as a failed handshake", function()
    local p = fixture.start { { { "send", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }, { "hang" } } }
    local reply, failure = drive.send(fixture.new(), { url = (p.url:gsub("^http:", "https:")) })
    assert.is_nil(reply)
    assert.equal("tls", failure.code)
    assert.equal("nothing", failure.sent)
  end)

  describe("and HTTP/2", function()
    local function start(options)
      server = tls.nginx(certificates)
      options = options or {}
      options.ca_file = certificates.ca
      return fixture.new(options)
    end

    it("is used if the server offers it", function()
      local reply = assert(drive.send(start(), { url = server.url .. "/" }))
      assert.equal("2", reply.version)
      assert.matches("^h2 %d+$", reply.body)
      assert.equal("text/plain", reply.headers["content-type"])
      assert.equal("all", reply.sent)
      assert.is_true(reply.bytes_sent > 0)
    end)

    it("uses HTTP/1.1 if configured", function()
      local reply = assert(drive.send(start { http2 = false }, { url = server.url .. "/" }))
      assert.equal("1.1", reply.version)
      assert.matches("^ %d+$", reply.body)
    end)

    it("sends concurrent requests over one connection", function()
      local engine = start()
      local transfers = {}
      for i = 1, 8 do
        transfers[i] = assert(engine:submit { method = "GET", url = server.url .. "/" })
      end
      local connections = {}
      for i = 1, 8 do
        drive.finish(engine, transfers[i])
        connections[i] = assert(transfers[i]:result()).body
      end
      for i = 2, 8 do
        assert.equal(connections[1], connections[i])
      end
    end)

    it("sends a body, and the next request over the same connection", function()
      local engine = start()
      local first = assert(drive.send(engine, { url = server.url .. "/" }))
      for _ = 1, 2 do
        local reply = assert(drive.send(engine, {
          url = server.url .. "/", method = "PUT", body = ("x"):rep(50000),
        }))
        assert.equal(first.body, reply.body)
        assert.is_true(reply.reused)
        assert.equal("all", reply.sent)
      end
    end)

    it("abandons a connection that lost a request", function()
      local engine = start()
      local first = assert(drive.send(engine, { url = server.url .. "/" }))
      local reply, failure = drive.send(engine, { url = server.url .. "/hang", deadline_in = SILENCE })
      assert.is_nil(reply)
      assert.equal("timeout", failure.code)
      assert.equal("all", failure.sent)
      reply = assert(drive.send(engine, { url = server.url .. "/" }))
      assert.not_equal(first.body, reply.body)
      assert.is_false(reply.reused)
    end)

    it("avoids a connection on which other requests get no answer", function()
      local engine = start()
      local first = assert(drive.send(engine, { url = server.url .. "/" }))
      local slow = assert(engine:submit { method = "GET", url = server.url .. "/hang" })
      local reply, failure = drive.send(engine, { url = server.url .. "/hang", deadline_in = SILENCE })
      assert.is_nil(reply)
      assert.equal("timeout", failure.code)
      local other = assert(drive.send(engine, { url = server.url .. "/" }))
      assert.not_equal(first.body, other.body)
      assert.is_false(slow:done())
      slow:cancel()
      local connection = assert(drive.send(engine, { url = server.url .. "/" })).body
      assert.is_true(connection == first.body or connection == other.body)
    end)

    it("keeps a connection on which other requests are answered", function()
      local engine = start()
      local first = assert(drive.send(engine, { url = server.url .. "/" }))
      local slow = assert(engine:submit {
        method = "GET", url = server.url .. "/hang", deadline = core.engine.now() + SILENCE,
      })
      local other = assert(engine:submit { method = "GET", url = server.url .. "/hang" })
      while not slow:done() do
        local quick = assert(engine:submit { method = "GET", url = server.url .. "/" })
        while not quick:done() do
          engine:step(1)
        end
        assert.equal(first.body, assert(quick:result()).body)
        socket.sleep(0.02)
      end
      assert.is_false(other:done())
      other:cancel()
      assert.equal(first.body, assert(drive.send(engine, { url = server.url .. "/" })).body)
    end)
  end)
end)
