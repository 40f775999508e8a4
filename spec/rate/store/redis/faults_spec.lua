-- What befalls a Redis server or the way to it, and a process that forks: the store says
-- what is wrong, keeps to its share meanwhile, and comes back by itself.

local blocking = require "extcontacts.runtime.blocking"
local core = require "extcontacts.core"
local luajit = require "spec.support.luajit"
local peer = require "spec.support.peer"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"

local POLICY = { rate = 10, reserve = 0, period = 60 }

describe("the store in Redis", function()
  local place = redis.around(before_each, after_each)
  local others = {}
  after_each(function()
    for _, other in ipairs(others) do
      other:stop()
    end
    others = {}
  end)

  local function also(other)
    others[#others + 1] = other
    return other
  end

  -- Takes places until there is none.
  local function take_all(store)
    local count = 0
    while not store.admit("k", POLICY) do
      count = count + 1
      assert(count <= 1000)
    end
    return count
  end

  -- Uses a store until something holds.
  local function use_until(store, holds)
    local ends_at = core.engine.now() + 90
    while not holds() do
      assert.is_true(core.engine.now() < ends_at)
      store.update("other", function() end)
      core.poll.sleep(0.02)
    end
  end

  local function until_there(store)
    use_until(store, function()
      return not store.link.is_away
    end)
  end

  local function is_reported(text)
    return table.concat(place.reports, "\n"):find(text, 1, true) ~= nil
  end

  it("is shared by a process and its fork, each with a connection of its own", function()
    programs.need(redis.package, pending)
    place:start()
    local result = luajit(([[
      local ffi = require "ffi"
      ffi.cdef "int fork(void); int waitpid(int, int *, int); void _exit(int);"
      local address = require "extcontacts.rate.store.redis.address"
      local process_store = require "extcontacts.rate.store.process"
      local store = require("extcontacts.rate.store.redis").new(address.read "%s", process_store.new(), {
        report = error,
      })
      local policy = { rate = 10, reserve = 0, period = 60 }
      local function take(count)
        for _ = 1, count do
          assert(not store.admit("k", policy))
        end
        store.announce { "a" }
      end
      store.start("k", policy)
      take(2)
      local child = ffi.C.fork()
      if child == 0 then
        local ok = pcall(function()
          take(3)
          store.flush()
        end)
        ffi.C._exit(ok and 7 or 1)
      end
      take(2) -- at the same time
      local status = ffi.new "int[1]"
      ffi.C.waitpid(child, status, 0)
      local left = 0
      while not store.admit("k", policy) do
        left = left + 1
      end
      store.flush()
      return { math.floor(status[0] / 256), left }
    ]]):format(place.server.url))
    assert.same({ 7, 3 }, result)
    assert.equal(3, place.server:command("XLEN", "extcontacts:{lookup}:changes"))
    -- Each has a share of its own while the server is away.
    assert.equal(2, place.server:command("ZCARD", "extcontacts:{k}:members"))
  end)

  it("says that its server is a replica; once that is promoted, it does not trust the windows of before", function()
    programs.need(redis.package, pending)
    local primary = also(redis.start())
    local first = place:open(primary.url)
    first.start("k", POLICY)
    assert.is_nil((first.admit("k", POLICY)))
    local replica = place:start { replicaof = "127.0.0.1 " .. primary.port }
    repeat
      core.poll.sleep(0.02)
    until replica:command("EXISTS", "extcontacts:{k}:window") == 1
    local store = place:open()
    assert.equal(5, take_all(store))
    assert.is_true(is_reported "is unavailable: the server is a replica")
    assert.equal("the server is a replica", store.status().problem)
    primary:kill()
    replica:command("REPLICAOF", "NO", "ONE")
    until_there(store)
    assert.is_true(is_reported "is available again")
    assert.is_nil(store.status().problem)
    local wait = place:open().admit("k", POLICY)
    assert.is_true(wait > 30 and wait <= 60)
  end)

  it("does not begin a window anew, or forget or prolong a pause, when the server's clock is set back", function()
    programs.need(redis.package, pending)
    local server = place:start()
    local store = place:open()
    store.start("k", POLICY)
    assert.equal(10, take_all(store))
    -- As if the clock was set back since.
    local function set_back(seconds)
      local window = core.json.decode(server:command("GET", "extcontacts:{k}:window"))
      for _, name in ipairs { "at", "lo", "hi", "blocked" } do
        window[name] = window[name] and window[name] + seconds
      end
      server:command("SET", "extcontacts:{k}:window", core.json.encode(window))
    end
    set_back(3600)
    local wait = store.admit("k", POLICY)
    assert.is_true(wait > 30 and wait < 61.5)
    store.settle("k", 1, POLICY, { arrived = true, headers = {}, throttled = true, retry_after = 500 })
    store.update("other", function() end)
    set_back(3600)
    wait = store.admit("k", POLICY)
    assert.is_true(wait > 470 and wait < 501.5) -- the server counts in doubles
  end)

  it("is away while the server's memory is full", function()
    programs.need(redis.package, pending)
    place:start()
    local store = place:open()
    store.start("k", POLICY)
    assert.is_nil((store.admit("k", POLICY)))
    place.server:command("CONFIG", "SET", "maxmemory", "1")
    store.announce { "a" }
    take_all(store)
    assert.is_true(is_reported "is unavailable: the server's memory is full")
    place.server:command("CONFIG", "SET", "maxmemory", "0")
    until_there(store)
    assert.is_true(is_reported "is available again")
  end)

  it("is away while the server loads its data", function()
    programs.need(redis.package, pending)
    local server = place:start()
    for index = 1, 500 do
      server:command("SET", "key" .. index, ("x"):rep(100))
    end
    server:command "SAVE"
    server:kill()
    server.settings.key_load_delay = 20000 -- microseconds for each key
    server.settings.loading_process_events_interval_bytes = 1024
    server:launch()
    local store = place:open()
    use_until(store, function()
      return is_reported "the server is loading its data"
    end)
    server:command("CONFIG", "SET", "key-load-delay", "0")
    until_there(store)
    server.settings.key_load_delay = nil
  end)

  it("says once what is wrong, however often it connects in vain, and once that it is there again", function()
    programs.need(redis.package, pending)
    local server = place:start()
    local store = place:open()
    server:command("LPUSH", "extcontacts:{k}:window", "another program's")
    local function connections()
      return tonumber(server:command("INFO", "stats"):match "total_connections_received:(%d+)")
    end
    local count, seen = 0, 0
    local ends_at = core.engine.now() + 90
    while count < 4 do
      assert.is_true(core.engine.now() < ends_at)
      store.admit("k", POLICY)
      local link_pipe = store.link.pipe
      count = count + (link_pipe and link_pipe ~= seen and 1 or 0)
      seen = link_pipe or seen
      core.poll.sleep(0.02)
    end
    assert.is_true(connections() > 4)
    assert.equal(1, #place.reports)
    assert.matches("is unavailable: another program has written one of its keys", place.reports[1], 1, true)
    server:command("DEL", "extcontacts:{k}:window")
    until_there(store)
    assert.equal(2, #place.reports)
    assert.is_true(is_reported "is available again")
  end)

  it("is not there again before it accepts changes, and lets no further call wait", function()
    programs.need(redis.package, pending)
    local server = place:start()
    local store = place:open()
    store.start("k", POLICY)
    store.address.timeout = 0.05 -- also the link's
    server:command("CLIENT", "PAUSE", "600000", "WRITE") -- as during a failover
    assert.equal(5, take_all(store))
    local waits, wait_until = 0, blocking.wait_until
    finally(function()
      blocking.wait_until = wait_until
    end)
    function blocking.wait_until(...)
      waits = waits + 1
      return wait_until(...)
    end
    use_until(store, function()
      return store.link.pipe ~= nil
    end)
    for _ = 1, 20 do
      store.update("other", function() end)
      core.poll.sleep(0.005)
    end
    assert.is_true(store.link.is_away)
    assert.equal(0, waits)
    server:command("CLIENT", "UNPAUSE")
    store.address.timeout = 60
    until_there(store)
    assert.equal(2, #place.reports)
  end)

  local HELLO = "+OK\r\n$13\r\nmaxmemory:0\r\n\r\n$40\r\n" .. ("a"):rep(40) .. "\r\n"

  for name, case in pairs {
    ["that is not Redis"] = { { { "send", "HTTP/1.1 400 Bad Request\r\n\r\n" }, { "hang" } },
      "the server's answers are not those of Redis" },
    ["that answers with noise"] = { { { "send", ("\0\255\1"):rep(100) }, { "hang" } },
      "the server's answers are not those of Redis" },
    ["that answers with values of the wrong type"] = { { { "send", ":1\r\n:1\r\n:1\r\n" }, { "hang" } },
      "the server's answers are not those of Redis" },
    ["that answers without being asked"] = { { { "send", HELLO .. ":1\r\n" }, { "hang" } },
      "the server's answers are not those of Redis" },
    -- Early, it is the attempt to connect that fails.
    ["that closes the connection"] = { { { "close" } }, "the connection broke", "cannot connect to the server" },
    ["that resets the connection in a reply"] = { { { "send", HELLO:sub(1, 30) }, { "reset" } },
      "the connection broke", "cannot connect to the server" },
  } do
    it("reports a server " .. name, function()
      local strange = also(peer.start { case[1] })
      local store = place:open(("redis://127.0.0.1:%d?timeout=60&machines=5"):format(strange.port))
      assert.equal(2, take_all(store))
      assert.equal(1, #place.reports)
      local problem = place.reports[1]:match "is unavailable: ([^;]+)"
      assert.is_true(problem == case[2] or problem == case[3], place.reports[1])
    end)
  end
end)
