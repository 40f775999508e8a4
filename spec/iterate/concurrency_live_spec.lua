-- Concurrent calls over real HTTP, against the sandbox.
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"

local server

local function connect(options)
  local settings = {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret,
    ca_file = server.ca_file, rate = false,
  }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  return ec.new(settings)
end

local function ids_of(client, count)
  local ids = {}
  for contact in client:scan_contacts { max_items = count } do
    ids[#ids + 1] = contact.id
  end
  assert.equal(count, #ids)
  return ids
end

-- Gets every contact by its id, and checks that each is returned once.
local function get_all(client, ids, options)
  local seen, count = {}, 0
  for id, contact, err in client:map(ids, function(id)
    return client.contacts:get(id)
  end, options) do
    assert.is_nil(err, tostring(err))
    assert.equal(id, contact.id)
    assert.is_nil(seen[id])
    seen[id], count = true, count + 1
  end
  assert.equal(#ids, count)
end

local function token_requests()
  return server:control("GET", "/sandbox/counters").tokens_issued
end

for _, tls in ipairs { false, true } do
  describe("concurrency over " .. (tls and "TLS and HTTP/2" or "plain HTTP"), function()
    sandbox.around({ contacts = 300, rate = 0, tls = tls or nil }, function(started)
      server = started
    end, setup, teardown, before_each)

    it("maps a function over many ids", function()
      local client = connect()
      get_all(client, ids_of(client, 250), { concurrency = 16 })
    end)

    it("completes despite throttling, failures and dropped connections", function()
      local client = connect { max_attempts = 10 }
      local ids = ids_of(client, 60)
      server:control("POST", "/sandbox/faults", {
        { operation = "contacts.get", nth = 5, status = 503 },
        { operation = "contacts.get", nth = 17, status = 429, retry_after = 0 },
        { operation = "contacts.get", nth = 30, drop = "before" },
      })
      get_all(client, ids, { concurrency = 8, ordered = true })
    end)

    it("requests one token for all calls", function()
      local ids = ids_of(connect(), 50)
      local before = token_requests()
      get_all(connect(), ids, { concurrency = 50 })
      assert.equal(before + 1, token_requests())
    end)

    it("runs concurrent scans, with a map inside", function()
      local client = connect()
      local contacts, notes = ec.run(function()
        local scan = ec.spawn(function()
          local found = 0
          for _ in client:scan_notes() do
            found = found + 1
          end
          return found
        end)
        local got = 0
        for _, record in client:map(client:scan_contacts { limit = 20 }, function(contact)
          return client.contacts:get(contact.id)
        end) do
          assert.is_string(record.id)
          got = got + 1
        end
        return got, scan:wait()
      end)
      assert.equal(300, contacts)
      local expected = 0
      for _ in client:scan_notes() do
        expected = expected + 1
      end
      assert.equal(expected, notes)
    end)

    it("reuses the connections after a map that ended early", function()
      local client = connect()
      local ids = ids_of(client, 100)
      local map = client:map(ids, function(id)
        return client.contacts:get(id)
      end)
      assert.is_string((map:next()))
      map:close()
      get_all(client, ids)
      client:close()
    end)
  end)
end
