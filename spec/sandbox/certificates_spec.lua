local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

describe("the sandbox with TLS", function()
  local server

  setup(function()
    server = sandbox.start { contacts = 30, tls = true }
  end)
  teardown(function()
    server:stop()
  end)

  local function connect(options)
    local ssl = require "ssl"
    local connection = assert(socket.connect("127.0.0.1", server.port))
    local parameters = { mode = "client", protocol = "any", verify = "peer", cafile = server.ca_file }
    for key, value in pairs(options or {}) do
      parameters[key] = value
    end
    connection = assert(ssl.wrap(connection, parameters))
    return connection, connection:dohandshake()
  end

  it("has a certificate for localhost and 127.0.0.1 that its ca_file verifies", function()
    local connection, ok = connect()
    assert.is_true(ok)
    local extensions = connection:getpeercertificate():extensions()
    local names = extensions["2.5.29.17"]
    assert.equal("localhost", names.dNSName[1])
    assert.equal("127.0.0.1", names.iPAddress[1])
    connection:close()
    local other = sandbox.start { contacts = 1, tls = true }
    local _, verified, message = connect { cafile = other.ca_file }
    assert.is_falsy(verified)
    assert.matches("certificate verify failed", message)
    other:stop()
  end)

  it("offers HTTP/2 and HTTP/1.1", function()
    for _, protocol in ipairs { "h2", "http/1.1" } do
      local connection, ok = connect { alpn = { protocol } }
      assert.is_true(ok)
      assert.equal(protocol, connection:getalpn())
      connection:close()
    end
  end)

  it("serves the API", function()
    assert.matches("^https://", server.base_url)
    local session = api.session(server)
    assert.equal(20, #session:must("GET", "/contacts").entities)
  end)
end)
