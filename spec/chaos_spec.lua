-- The bad network that the specs can be run through: that it is one, and that
-- the client gets through it.
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"

describe("a bad network", function()
  local server

  after_each(function()
    server:stop()
  end)

  -- A client, and how many failures each operation's requests met.
  local function connect(options)
    local met = {}
    local given = {
      base_url = server.base_url, login_url = server.login_url,
      client_id = server.client_id, client_secret = server.client_secret,
      ca_file = server.ca_file, max_attempts = 20,
      on_request = function(entry)
        if entry.kind then
          met[entry.operation] = (met[entry.operation] or 0) + 1
        end
      end,
    }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return ec.new(given), met
  end

  local function ids(client)
    local list = {}
    for contact in client:scan_contacts { limit = 10 } do
      list[#list + 1] = contact.id
    end
    return list
  end

  it("that delivers small pieces late changes nothing", function()
    server = sandbox.start { contacts = 200, rate = 0, chaos = "split=1 delay=0.05 late=0.002" }
    local client, met = connect()
    local seen = ids(client)
    server:stop()
    server = sandbox.start { contacts = 200, rate = 0, chaos = "split=0 delay=0" }
    assert.same(ids(connect()), seen)
    assert.same({}, met)
  end)

  it("that resets connections loses and duplicates nothing", function()
    server = sandbox.start { contacts = 400, rate = 0, chaos = "delay=0.05 late=0.001 reset=0.3 seed=7" }
    local client, met = connect()
    local seen, count = {}, 0
    for _, id in ipairs(ids(client)) do
      assert.is_nil(seen[id])
      seen[id], count = true, count + 1
    end
    assert.equal(400, count)
    assert.is_true((met.get_externalcontacts_scan_contacts or 0) > 0, "no request met a reset")
  end)

  for safe, expected in pairs { [1] = false, [0] = true } do
    it("resets requests that can't be sent again only if configured, safe=" .. safe, function()
      server = sandbox.start { contacts = 1, rate = 0, chaos = "delay=0 reset=0.5 safe=" .. safe }
      local client, met = connect { retry = safe == 1 }
      for number = 1, 30 do
        client.contacts:create { firstName = "Ada", lastName = "Number " .. number }
      end
      assert.equal(expected, met.post_externalcontacts_contacts ~= nil)
    end)
  end

  it("ends with its server", function()
    server = sandbox.start { contacts = 1, rate = 0, chaos = "delay=0" }
    server:stop()
    local _, err = connect({ retry = false }).contacts:list()
    assert.equal("refused", err.code)
  end)
end)
