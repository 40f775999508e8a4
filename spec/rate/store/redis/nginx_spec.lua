-- The store in Redis, inside nginx: two instances, as on two machines.

local announcer = require "extcontacts.rate.store.redis.announcer"
local nginx = require "spec.support.nginx"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local sandbox = require "spec.support.sandbox"
local session = require("spec.support.api").session
local socket = require "socket"
local tls = require "spec.support.tls"

describe("nginx instances with a store in Redis", function()
  local servers, store = {}, nil
  after_each(function()
    for _, server in ipairs(servers) do
      server:stop()
    end
    servers = {}
    if store then
      store:signal "CONT"
      store:stop()
      store = nil
    end
  end)

  -- An instance whose `/get` calls the sandbox, and whose `/neighbour` does not.
  local function start(api, url, options, directives)
    local server = nginx.start {
      workers = 2,
      listen = "reuseport",
      http = (directives or "") .. ([[
        init_by_lua_block {
          client = require("extcontacts").new {
            base_url = "%s", login_url = "%s", client_id = "%s", client_secret = "%s", store = "%s", %s
          }
        }
      ]]):format(api.base_url, api.login_url, api.client_id, api.client_secret, url, options),
      server = [[
        location = /get {
          content_by_lua_block {
            local page, err = client.contacts:list({ page_size = 1, deadline = 20 })
            ngx.print(page and "page" or err.code or tostring(err))
          }
        }
        location = /write {
          content_by_lua_block {
            local done, err = client.contacts:update(ngx.var.arg_id, { firstName = "Ann" }, { deadline = 20 })
            ngx.print(done and "done" or tostring(err))
          }
        }
        location = /neighbour { content_by_lua_block { ngx.print "here" } }
      ]],
    }
    servers[#servers + 1] = server
    return server
  end

  -- Sends requests to all instances at the same time; returns how often each answer came.
  local function all(count)
    local connections, answers = {}, {}
    for index = 1, count do
      connections[index] = servers[index % #servers + 1]:open "/get"
    end
    for _, connection in ipairs(connections) do
      local answer = assert(connection:receive "*a"):match "\r\n\r\n(.*)$"
      answers[answer] = (answers[answer] or 0) + 1
      connection:close()
    end
    return answers
  end

  local function tokens_asked(api)
    local count = 0
    for _, entry in ipairs(api:control("GET", "/sandbox/ledger?last=1000")) do
      count = count + (entry.path == "/oauth/token" and 1 or 0)
    end
    return count
  end

  it("together use one token, and stay within its rate", function()
    programs.need(redis.package, pending)
    store = redis.start()
    local api = sandbox.shared { resets = false }
    api:reset()
    start(api, store.url, "rate = 30, reserve = 0")
    start(api, store.url, "rate = 30, reserve = 0")
    assert.same({ page = 30, rate_allowance = 30 }, all(60))
    assert.equal(1, tokens_asked(api))
  end)

  describe("over TLS", function()
    local certificates
    tls.around(function(made)
      certificates = made
    end, setup, teardown)

    it("check its certificate with nginx's authorities", function()
      programs.need(redis.package, pending)
      store = redis.start(redis.tls_settings(certificates, { requirepass = "s3cret-word" }))
      local api = sandbox.shared()
      api:reset()
      local url = ("rediss://:s3cret-word@localhost:%d?timeout=60"):format(store.port)
      local trusting = start(api, url, "rate = 100000, rate_period = 1",
        ("lua_ssl_trusted_certificate %s;"):format(certificates.ca))
      assert.equal("page", trusting:must "/get")
      assert.is_nil(trusting:errors():find("unavailable", 1, true))
      local other = start(api, url, "rate = 100000, rate_period = 1")
      assert.equal("page", other:must "/get")
      local log = other:errors()
      assert.matches("nginx trusts the authorities in lua_ssl_trusted_certificate", log, 1, true)
      assert.is_nil(log:find("-word", 1, true))
    end)
  end)

  it("serve neighbours while the store hangs, and continue with their share and a warning", function()
    programs.need(redis.package, pending)
    store = redis.start()
    local api = sandbox.shared()
    api:reset()
    local server = start(api, store.url:gsub("timeout=60", "timeout=0.5&machines=4"), "rate = 100000, rate_period = 1")
    assert.equal("page", server:must "/get")
    store:signal "STOP"
    local waiting = server:open "/get"
    assert.equal("here", server:must "/neighbour")
    assert.matches("page$", assert(waiting:receive "*a"))
    waiting:close()
    assert.same({ page = 10 }, all(10))
    assert.matches("is unavailable: it does not answer in time", server:errors(), 1, true)
    store:signal "CONT"
    local ends_at = os.time() + 90
    repeat
      assert.equal("page", server:must "/get")
      assert.is_true(os.time() < ends_at, "the store was not found again")
    until server:errors():find("is available again", 1, true)
  end)

  it("wait for a resolver no longer than for the store", function()
    local resolver = socket.udp()
    resolver:setsockname("127.0.0.1", 0)
    resolver:settimeout(90)
    local _, port = resolver:getsockname()
    local server = nginx.start {
      http = ("resolver 127.0.0.1:%d ipv6=off; resolver_timeout 600s;"):format(port),
      server = [[
        location = / {
          content_by_lua_block {
            local url = ("rediss://store.example:1/0?timeout=%s"):format(ngx.var.arg_timeout)
            local store = assert(require("extcontacts.rate.store").named(url))
            store.admit("k", { rate = 10, reserve = 0, period = 60 })
            ngx.print(store.link.problem)
          }
        }
      ]],
    }
    servers[#servers + 1] = server
    assert.equal("it does not answer in time", server:must "/?timeout=0.05")
    local query, address, from = resolver:receivefrom() -- answered with 127.0.0.1
    resolver:sendto(query:sub(1, 2) .. "\129\128\0\1\0\1\0\0\0\0" .. query:sub(13)
      .. "\192\12\0\1\0\1\0\0\0\60\0\4\127\0\0\1", address, from)
    assert.matches("connection refused", server:must "/?timeout=60", 1, true)
    resolver:close()
  end)

  it("do not take a connection that they have kept for the store's answer", function()
    programs.need(redis.package, pending)
    store = redis.start()
    local api = sandbox.shared()
    api:reset()
    local url = store.url:gsub("timeout=60", "timeout=0.5")
    local server = nginx.start {
      workers = 1,
      server = ([[
        location = / {
          content_by_lua_block {
            link = link or assert(require("extcontacts.rate.store").named("%s")).link
            local threads = {}
            for index = 1, tonumber(ngx.var.arg_count) do
              threads[index] = ngx.thread.spawn(function()
                link:exchange { name = "read", keys = { "extcontacts:{k}" }, values = {} }
              end)
            end
            for _, thread in ipairs(threads) do
              ngx.thread.wait(thread)
            end
            ngx.print(link.is_away and "away" or "there", link.probed_until and " probed" or "")
          }
        }
      ]]):format(url),
    }
    servers[#servers + 1] = server
    assert.equal("there", server:must "/?count=8")
    store:signal "STOP"
    server:must "/?count=1"
    local answer
    nginx.eventually(function()
      answer = server:must "/?count=1"
      return answer ~= "away"
    end)
    for _ = 1, 5 do
      assert.equal("away probed", answer)
      answer = server:must "/?count=1"
    end
  end)

  it("announce what they change, after the store was away too", function()
    programs.need(redis.package, pending)
    store = redis.start()
    local api = sandbox.shared()
    api:reset()
    local ids = {}
    for index, contact in ipairs(session(api):must("GET", "/contacts?pageSize=2").entities) do
      ids[index] = contact.id
    end
    local server = start(api, store.url, "rate = 100000, rate_period = 1")
    local function announced()
      local found = {}
      for _, entry in ipairs(store:command("XRANGE", announcer.STREAM, "-", "+")) do
        found[#found + 1] = entry[2][2]
      end
      return table.concat(found, " ")
    end
    assert.equal("done", server:must("/write?id=" .. ids[1]))
    nginx.eventually(function()
      return announced() == ids[1]
    end)
    store:kill()
    assert.equal("done", server:must("/write?id=" .. ids[2]))
    store:start_again()
    nginx.eventually(function()
      server:must "/get"
      return announced() == ids[2]
    end)
  end)
end)
