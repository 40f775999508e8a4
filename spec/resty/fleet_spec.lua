-- Caller lookups on several machines, which share a Redis server: nginx instances, each
-- with a dictionary of its own.

local cjson = require "cjson"
local compat = require "extcontacts.base.compat"
local escape = require("spec.support.api").escape
local files = require "extcontacts.base.files"
local lookups = require "spec.support.lookups"
local nginx = require "spec.support.nginx"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local session = require("spec.support.api").session

local NUMBER, caller = lookups.NUMBER, lookups.caller

describe("lookups on several machines", function()
  local api, store, contact
  local servers = {}

  -- A spec of machines that share a store.
  local function share(name, run)
    it(name, function()
      programs.need(redis.package, pending)
      store = redis.start()
      api, contact = lookups.api()
      run()
    end)
  end

  after_each(function()
    local logs = {}
    for index, server in ipairs(servers) do
      logs[index] = server:stop()
    end
    servers = {}
    if store then
      store:signal "CONT"
      store:stop()
      store = nil
    end
    for _, log in ipairs(logs) do
      assert.is_nil(log:find(NUMBER, 1, true), "a number is in the log")
      assert.is_nil(log:find("traceback", 1, true), log)
    end
  end)

  -- Starts another machine.  It has a token and a rate limit of its own, which would pause
  -- for a minute after a restart of the store.
  local function start(options, settings)
    settings = settings or {}
    local server = lookups.start(settings.api or api, "fleet = true, " .. (options or ""), {
      workers = settings.workers,
      client = ("store = %q, rate_store = shared, token_cache = shared,"):format(settings.url or store.url),
    })
    servers[#servers + 1] = server
    return server
  end

  local function calls()
    return lookups.calls(api)
  end

  local function faults(list)
    lookups.faults(api, list)
  end

  local function metric(server, name)
    return tonumber(server:must("/metrics"):match("\nextcontacts_lookup_" .. name:gsub("%p", "%%%0") .. " (%S+)\n"))
  end

  -- Waits until a machine's worker reads what others announce.
  local function await_reader(server)
    nginx.eventually(function()
      return store:command("CLIENT", "LIST"):find("cmd=xread", 1, true)
    end)
    return server
  end

  -- Changes the contact's name without any lookup's knowledge.
  local function rename(name)
    contact.firstName = name
    contact = session(api):must("PUT", "/contacts/" .. contact.id, contact)
  end

  share("send one call for equal questions on all of them", function()
    local first, second = start(nil, { workers = 2 }), start(nil, { workers = 2 })
    faults { { operation = "lookup.reverse", delay = 0.3 } }
    local connections = {}
    for index = 1, 200 do
      connections[index] = (index % 2 == 0 and first or second):open("/caller?n=" .. escape(NUMBER))
    end
    for _, connection in ipairs(connections) do
      local answer = cjson.decode(assert(connection:receive "*a"):match "\r\n\r\n(.*)$")
      assert.equal("Ann", answer.name)
      connection:close()
    end
    assert.equal(1, calls())
    nginx.eventually(function()
      return metric(first, 'fleet_total{result="call"}') + metric(second, 'fleet_total{result="call"}') == 1
    end)
  end)

  share("share answers, also that no contact has the number", function()
    local first, second = start(), start()
    assert.equal("api", caller(first).source)
    assert.equal("api", caller(first, "+13175559999").source)
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 2
    end)
    local answer = caller(second)
    assert.same({ "Ann", "fleet", false, 1 }, { answer.name, answer.source, answer.stale, answer.contacts })
    assert.equal("fleet", caller(second, "+13175559999").source)
    assert.equal("shared", caller(second).source)
    assert.equal(2, calls())
    assert.equal(2, metric(second, 'lookups_total{result="fleet"}'))
    assert.equal(2, metric(second, 'fleet_total{result="answer"}'))
    for _, key in ipairs(store:command("KEYS", "*")) do
      assert.is_nil(key:find("317555", 1, true), key)
      assert.matches("^extcontacts:{", key)
    end
  end)

  share("find the shared answers after a restart", function()
    assert.equal("api", caller(start()).source)
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 1
    end)
    table.remove(servers):stop()
    assert.equal("fleet", caller(start()).source)
    assert.equal(1, calls())
  end)

  share("drop an answer that was invalidated or forgotten on another", function()
    local first, second = start(), start(nil, { workers = 2 })
    assert.equal("Ann", caller(first).name)
    assert.equal("Ann", caller(second).name)
    await_reader(second)
    rename "Beth"
    first:must("/invalidate?id=" .. contact.id)
    nginx.eventually(function()
      return caller(second).name == "Beth"
    end)
    assert.equal("Beth", caller(second).name)
    rename "Cleo"
    first:must("/forget?n=" .. escape(NUMBER))
    nginx.eventually(function()
      return caller(second).name == "Cleo"
    end)
    assert.equal("Cleo", caller(first).name)
    assert.equal("Cleo", caller(second).name)
  end)

  share("drop it also if nginx ended the first lookup while it read the announcements", function()
    local first, second = start(), start()
    assert.equal("killed", second:must("/killed?n=" .. escape(NUMBER)))
    assert.equal("Ann", caller(first).name)
    assert.equal("Ann", caller(second).name)
    rename "Beth"
    first:must("/invalidate?id=" .. contact.id)
    nginx.eventually(function()
      return caller(second).name == "Beth"
    end)
  end)

  share("do not share an answer whose contact was changed during the call", function()
    local first, second = start(), start()
    caller(second, "+13175559999")
    faults { { operation = "lookup.reverse", delay = 1, times = 1 } }
    local connection = first:open("/caller?n=" .. escape(NUMBER))
    nginx.eventually(function()
      return api:control("GET", "/sandbox/faults")[1].applied == 1
    end)
    second:must("/invalidate?id=" .. contact.id)
    assert.matches('"name":"Ann"', (connection:receive "*a"))
    connection:close()
    nginx.eventually(function()
      return store:command("GET", ("extcontacts:{lookup}:changed:%s"):format(contact.id))
        and #store:command("KEYS", "*:call:*") == 0
    end)
    local before = calls()
    assert.equal("api", caller(second).source)
    assert.equal(before + 1, calls())
  end)

  share("catch up with what was announced while they were cut off from the store", function()
    local first = start()
    local second = start(nil, { url = store.url:gsub("timeout=60", "timeout=0.5") })
    assert.equal("Ann", caller(first).name)
    assert.equal("Ann", caller(second).name)
    await_reader(second)
    local reader = second:workers()[1]
    os.execute("kill -STOP " .. reader) -- it hears nothing
    rename "Beth"
    first:must("/invalidate?id=" .. contact.id)
    nginx.eventually(function()
      return store:command("XLEN", "extcontacts:{lookup}:changes") == 1
    end)
    os.execute("kill -CONT " .. reader)
    nginx.eventually(function()
      return caller(second).name == "Beth"
    end)
  end)

  share("trust no answer after the store was restarted, unless the API can't answer", function()
    local server = start("stale_while_revalidate = 60", { url = store.url:gsub("timeout=60", "timeout=0.5") })
    assert.equal("Ann", caller(server).name)
    await_reader(server)
    store:kill()
    rename "Beth"
    store:start_again()
    await_reader(server)
    faults { { operation = "lookup.reverse", status = 503 } }
    local answer = caller(server)
    assert.same({ "Ann", true }, { answer.name, answer.stale })
    assert.equal(1, metric(server, 'lookups_total{result="stale_on_error"}'))
    api:control("DELETE", "/sandbox/faults")
    server:must "/advance?seconds=2" -- past error_ttl
    assert.equal("Beth", caller(server).name)
  end)

  share("trust no answer if the store no longer has all announcements", function()
    local first, second = start(), start()
    assert.equal("Ann", caller(first).name)
    assert.equal("Ann", caller(second).name)
    await_reader(second)
    os.execute("kill -STOP " .. second:workers()[1])
    rename "Beth"
    first:must("/invalidate?id=" .. contact.id)
    nginx.eventually(function()
      return store:command("XLEN", "extcontacts:{lookup}:changes") == 1
    end)
    store:command("XTRIM", "extcontacts:{lookup}:changes", "MAXLEN", 0)
    os.execute("kill -CONT " .. second:workers()[1])
    nginx.eventually(function()
      return caller(second).name == "Beth"
    end)
  end)

  share("continue without the store, and use it when it is there again", function()
    local server = start("ttl = 60", { url = store.url:gsub("timeout=60", "timeout=0.5") })
    store:kill()
    assert.equal("api", caller(server).source)
    assert.equal("shared", caller(server).source)
    local health = cjson.decode(server:must "/health")
    assert.same({ true, "away" }, { health.ok, health.fleet })
    assert.equal(0, metric(server, "fleet_available"))
    store:start_again()
    nginx.eventually(function()
      return cjson.decode(server:must "/health").fleet == "available"
    end)
    caller(server, "+13175559999")
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 1
    end)
  end)

  share("wait once for a store that hangs", function()
    local server = start("deadline = 60", { url = store.url:gsub("timeout=60", "timeout=2") })
    caller(server)
    store:signal "STOP"
    local began = os.time()
    for index = 1, 20 do
      assert.equal("api", caller(server, ("+13175551%03d"):format(index)).source)
    end
    assert.is_true(os.time() - began < 30, "each of them waited")
  end)

  share("take over from a machine that ended during its call", function()
    local first, second = start "deadline = 8", start "deadline = 60"
    caller(second, "+13175559999")
    faults { { operation = "lookup.reverse", delay = 60, times = 1 } }
    local connection = first:open("/caller?n=" .. escape(NUMBER))
    nginx.eventually(function()
      return lookups.delayed(api) == 1
    end)
    os.execute(("kill -KILL %d %d"):format(first.pid, first:workers()[1]))
    local answer = caller(second)
    assert.equal("api", answer.source, cjson.encode(answer))
    connection:close()
  end)

  share("return shared answers that are old if the API can't answer", function()
    local options = "ttl = 1e-6, stale_while_revalidate = 0, error_ttl = 0"
    caller(start(options))
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 1
    end)
    faults { { operation = "lookup.reverse", status = 503 } }
    local answer = caller(start(options))
    assert.same({ "Ann", true }, { answer.name, answer.stale })
  end)

  share("keep the answers of two accounts apart", function()
    local first = start()
    caller(first)
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 1
    end)
    local other = start(nil, { api = {
      base_url = api.base_url:gsub("127%.0%.0%.1", "localhost"), login_url = api.login_url,
      client_id = api.client_id, client_secret = api.client_secret,
    } })
    assert.equal("api", caller(other).source)
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 2
    end)
  end)

  share("store no answer in a server that is nearly full", function()
    local server = start()
    caller(server)
    await_reader(server)
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 1
    end)
    store:command("SETRANGE", "filler", 20000000, "x") -- what connections need is little beside it
    local used = tonumber(store:command("INFO", "memory"):match "used_memory:(%d+)")
    store:command("CONFIG", "SET", "maxmemory", math.floor(used * 1.1))
    assert.equal("api", caller(server, "+13175559999").source)
    nginx.eventually(function()
      return #store:command("KEYS", "*:call:*") == 0
    end)
    assert.equal(1, #store:command("KEYS", "*:answer:*"))
    assert.equal("available", cjson.decode(server:must "/health").fleet)
  end)

  share("need the documented permissions of the store only", function()
    local words = {}
    for word in files.read("docs/rate-limits.md"):match("\nACL SETUSER (.-)\n```"):gmatch "%S+" do
      words[#words + 1] = word == ">PASSWORD" and ">s3cret-word" or word
    end
    store:command("ACL", "SETUSER", compat.unpack(words))
    local url = store.url:gsub("//", "//extcontacts:s3cret-word@")
    local first, second = start(nil, { url = url }), start(nil, { url = url })
    assert.equal("api", caller(first).source)
    nginx.eventually(function()
      return #store:command("KEYS", "*:answer:*") == 1
    end)
    assert.equal("fleet", caller(second).source)
    await_reader(second)
    rename "Anna"
    assert.equal("1", first:must("/invalidate?id=" .. contact.id))
    nginx.eventually(function()
      return caller(second).name == "Anna"
    end)
    for _, server in ipairs { first, second } do
      assert.is_nil(server:errors():find("permission", 1, true))
    end
  end)

  it("need a client with a store, and know whose answers they share", function()
    local server = nginx.start {
      http = "lua_shared_dict lookups 1m;",
      server = [[
        location = /x {
          content_by_lua_block {
            local ec = require "extcontacts"
            for _, client in ipairs {
              ec.new { access_token = "token" },
              ec.new { access_token = function() end, store = "redis://127.0.0.1:1" },
              ec.new { access_token = "token", store = "redis://127.0.0.1:1" },
            } do
              ngx.say(tostring(select(2, pcall(require("extcontacts.resty").lookup, {
                client = client, dict = "lookups", fleet = true,
              }))))
            end
          }
        }
      ]],
    }
    servers[#servers + 1] = server
    local lines = {}
    for line in server:must("/x"):gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    assert.matches("'fleet' requires a client with a store", lines[1], 1, true)
    assert.matches("'fleet' requires a client with client_id and client_secret", lines[2], 1, true)
    assert.equal("extcontacts.lookup", lines[3])
  end)
end)
