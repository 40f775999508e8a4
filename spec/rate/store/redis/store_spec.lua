-- The store in a real Redis server: windows that processes share, the server's restarts
-- and silences, tokens, users and TLS.  A `timeout` of 60 seconds in the URL stands for
-- patience, so that no claim depends on the machine's speed.

local blocking = require "extcontacts.runtime.blocking"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local programs = require "spec.support.programs"
local rate_window = require "extcontacts.rate.window"
local redis = require "spec.support.redis"

local tls = require "spec.support.tls"

local POLICY = { rate = 10, reserve = 0, period = 60 }

local ANSWERED = { arrived = true, headers = {} }

describe("the store in Redis", function()
  local server, reports
  local place = redis.around(before_each, after_each)
  before_each(function()
    reports = place.reports
  end)

  local function start(settings)
    server = place:start(settings)
    return server
  end

  local function open(...)
    return place:open(...)
  end

  local function bad_url(url)
    return (url:gsub("timeout=60", "timeout=0.05&machines=5"))
  end

  -- Takes places until there is none; returns how many there were, and the wait.
  local function take_all(store, key, policy)
    local count = 0
    while true do
      local wait = store.admit(key, policy or POLICY)
      if wait then
        return count, wait
      end
      count = count + 1
      assert(count <= 1000)
    end
  end

  local function begin(store, key)
    store.start(key or "k", POLICY)
    return store
  end

  -- Waits until a store has found its server again.
  local function until_there(store)
    local ends_at = core.engine.now() + 90
    while store.link.is_away do
      assert(core.engine.now() < ends_at, "the store was not found again")
      core.poll.sleep(0.02)
      store.update("other", function() end)
    end
  end

  it("has one window for all who use it, by the server's clock", function()
    programs.need(redis.package, pending)
    start()
    local first, second = begin(open()), open()
    for _ = 1, 4 do
      assert.is_nil((first.admit("k", POLICY)))
    end
    local count, wait = take_all(second, "k")
    assert.equal(6, count)
    assert.is_true(wait > 0 and wait <= 91)
    assert.equal(0, (take_all(first, "k")))
    assert.same({}, reports)
  end)

  it("settles as the window does: what was not sent has its place again, a 429 stops all", function()
    programs.need(redis.package, pending)
    start()
    local first, second = begin(open()), open()
    local _, number = first.admit("k", POLICY)
    assert.equal(9, (take_all(second, "k")))
    first.settle("k", number, POLICY, { arrived = false })
    first.update("other", function() end) -- the connection's order is the server's
    assert.equal(1, (take_all(second, "k")))
    first.settle("k", number, POLICY, { arrived = true, headers = {}, throttled = true, retry_after = 500 })
    first.update("other", function() end)
    local _, wait = take_all(second, "k")
    assert.is_true(wait > 480 and wait <= 501)
  end)

  it("takes the server's reports of its limit from headers", function()
    programs.need(redis.package, pending)
    start()
    local store = begin(open())
    local _, number = store.admit("k", POLICY)
    store.settle("k", number, POLICY, {
      arrived = true, headers = { ["inin-ratelimit-allowed"] = "5", ["x-name"] = "personal" },
    })
    assert.equal(4, (take_all(store, "k")))
    assert.is_nil(server:command("GET", "extcontacts:{k}:window"):find("personal", 1, true))
  end)

  it("runs the same algorithm on the server as here", function()
    programs.need(redis.package, pending)
    start()
    local policy = { rate = 7, reserve = 0.1, period = 3600 }
    local store = begin(open())
    local window = rate_window.open {}
    local random, numbers = 99, {}
    local function pick(most)
      random = (random * 16807) % 2147483647
      return random % most + 1
    end
    for _ = 1, 150 do
      local now = core.engine.now()
      if pick(3) > 1 or #numbers == 0 then
        local wait, number = store.admit("k", policy)
        local own_wait, own_number = rate_window.admit(window, now, policy)
        assert.equal(own_wait == nil, wait == nil)
        assert.equal(own_number, number)
        numbers[#numbers + 1] = number
      else
        local number = table.remove(numbers, pick(#numbers))
        local report = pick(2) == 1 and { arrived = false } or ANSWERED
        store.settle("k", number, policy, report)
        rate_window.settle(window, number, now, policy, report)
      end
    end
    store.update("other", function() end)
    local kept = core.json.decode(server:command("GET", "extcontacts:{k}:window"))
    for _, name in ipairs { "number", "sent", "certain", "served", "late", "carried", "trailing", "strikes" } do
      assert.equal(window[name], kept[name])
    end
  end)

  describe("after the server was started again", function()
    it("does not trust a window of before, whether it is there or lost", function()
      programs.need(redis.package, pending)
      for _, settings in ipairs { { appendonly = "yes", appendfsync = "always" }, {} } do
        start(settings)
        local store = begin(open())
        assert.is_nil((store.admit("k", POLICY)))
        server:kill()
        server:start_again()
        local fresh = open()
        local count, wait = take_all(fresh, "k")
        assert.equal(0, count)
        assert.is_true(wait > 30 and wait <= 61)
        assert.equal(0, (take_all(fresh, "never-used")))
        server:stop()
        server = nil
      end
    end)

    it("does not trust a log that was cut", function()
      programs.need(redis.package, pending)
      start { appendonly = "yes", appendfsync = "always", aof_load_truncated = "yes" }
      local store = begin(open())
      for _ = 1, 10 do
        store.admit("k", POLICY)
      end
      server:kill()
      os.execute(("f=$(ls %s/appendonlydir/*.incr.aof) && truncate -s -200 \"$f\""):format(server.directory))
      server:start_again()
      local count, wait = take_all(open(), "k")
      assert.equal(0, count)
      assert.is_true(wait > 30)
    end)

    it("knows that the window of a token just granted is empty", function()
      programs.need(redis.package, pending)
      start()
      assert.equal(10, (take_all(begin(open(), "granted"), "granted")))
    end)

    it("does not begin a window anew that is in use", function()
      programs.need(redis.package, pending)
      start()
      local store = begin(open())
      for _ = 1, 4 do
        store.admit("k", POLICY)
      end
      assert.equal(6, (take_all(begin(open()), "k")))
    end)

    it("sends the script again when the server has lost it", function()
      programs.need(redis.package, pending)
      start()
      local store = begin(open())
      store.admit("k", POLICY)
      server:command("SCRIPT", "FLUSH")
      assert.equal(9, (take_all(store, "k")))
      assert.same({}, reports)
    end)
  end)

  describe("while the server is away", function()
    -- A store that has learned that two use the window, 4 of 10 places are taken, and
    -- whose patience is short.
    local function learned()
      local other = begin(open())
      other.admit("k", POLICY)
      local store = open()
      for _ = 1, 3 do
        assert.is_nil((store.admit("k", POLICY)))
      end
      store.address.timeout = 0.05 -- also the link's
      return store, other
    end

    it("keeps to its part of what was left, then of the limit, and says so once", function()
      programs.need(redis.package, pending)
      start()
      local store = learned()
      server:signal "STOP"
      assert.equal(3, (take_all(store, "k")))
      assert.is_true(store.link.is_away)
      assert.equal(1, #reports)
      assert.matches("the store 127.0.0.1:%d+ is unavailable: it does not answer in time; "
        .. "this process keeps to its share of the rate limit", reports[1])
    end)

    it("pauses after a 429 that it can't tell", function()
      programs.need(redis.package, pending)
      start()
      local store = begin(open())
      local _, number = store.admit("k", POLICY)
      server:kill()
      store.update("other", function() end)
      store.settle("k", number, POLICY, { arrived = true, headers = {}, throttled = true, retry_after = 500 })
      local count, wait = take_all(store, "k")
      assert.equal(0, count)
      assert.is_true(wait > 480)
      server:start_again()
      until_there(store)
      assert.is_true(store.admit("k", POLICY) > 400)
    end)

    it("divides by the machines of its URL when it has never been there", function()
      programs.need(redis.package, pending)
      start()
      server:signal "STOP"
      local store = open(bad_url(server.url))
      assert.equal(2, (take_all(store, "k")))
    end)

    it("comes back by itself, tells what it sent, and keeps to its share for the rest of the window", function()
      programs.need(redis.package, pending)
      start()
      local store, other = learned()
      server:signal "STOP"
      assert.is_nil((store.admit("k", POLICY)))
      local _, number = store.admit("k", POLICY)
      assert.is_true(number < 0)
      store.settle("k", number, POLICY, { arrived = false })
      server:signal "CONT"
      store.address.timeout = 60
      until_there(store)
      assert.matches("is available again$", reports[#reports])
      local before = core.json.decode(server:command("GET", "extcontacts:{k}:window"))
      assert.equal(2, (take_all(store, "k"))) -- 3 was its share
      local after = core.json.decode(server:command("GET", "extcontacts:{k}:window"))
      assert.equal(before.sent + 3, after.sent)
      -- What the server had received while it was stopped has taken places, too.
      assert.equal(10 - after.sent, (take_all(other, "k")))
    end)

    it("silences the window if it sent something that may have opened one unknown to the server", function()
      programs.need(redis.package, pending)
      start()
      local store = learned()
      server:signal "STOP"
      assert.is_nil((store.admit("k", POLICY)))
      server:signal "CONT"
      server:command("DEL", "extcontacts:{k}:window")
      server:command("SET", "extcontacts:{k}:window", '{"number":9,"sent":0,"certain":0,"served":0,"carried":0,'
        .. '"strikes":0,"lo":1,"hi":1,"run":"' .. server:command("INFO", "server"):match "run_id:(%x+)" .. '"}')
      store.address.timeout = 60
      until_there(store)
      store.shares["k"].own = nil
      local wait = store.admit("k", POLICY)
      assert.is_true(wait > 30)
    end)

    it("makes no call wait twice", function()
      programs.need(redis.package, pending)
      start()
      server:signal "STOP"
      local store = open(bad_url(server.url))
      local waits, wait_until = 0, blocking.wait_until
      finally(function()
        blocking.wait_until = wait_until
      end)
      function blocking.wait_until(...)
        waits = waits + 1
        return wait_until(...)
      end
      for index = 1, 200 do
        store.admit("k" .. index, POLICY)
        store.update("tokens", function() end)
      end
      assert.equal(1, waits)
      assert.is_true(store.link.is_away)
    end)

    it("keeps tokens of its own", function()
      programs.need(redis.package, pending)
      start()
      local store = open(bad_url(server.url))
      server:kill()
      assert.equal(1, store.update("tokens", function(values, now)
        assert.is_nil(now)
        values.token0 = "own"
        return 1
      end))
      assert.equal("own", store.update("tokens", function(values)
        return values.token0
      end))
      server:start_again()
    end)
  end)

  describe("for tokens", function()
    it("changes values one process after another, and passes the server's clock", function()
      programs.need(redis.package, pending)
      start()
      local first, second = open(), open()
      local function count(values, now)
        assert.is_true(math.abs(now - os.time()) < 3600)
        values.count = (values.count or 0) + 1
        return values.count, "second", "third"
      end
      assert.same({ 1, "second", "third" }, { first.update("tokens", count) })
      local seen = {}
      second.update("tokens", function(values, now)
        if #seen == 0 then
          seen[1] = first.update("tokens", count) -- between reading and writing
        end
        seen[#seen + 1] = values.count
        return count(values, now)
      end)
      assert.same({ 2, 1, 2 }, seen)
      assert.equal(3, core.json.decode(server:command("GET", "extcontacts:{tokens}")).count)
    end)

    it("starts from nothing when the values can't be right", function()
      programs.need(redis.package, pending)
      start()
      for _, text in ipairs { '{"bad":1}', "[]", "no json", '"x"' } do
        server:command("SET", "extcontacts:{tokens}", text)
        open().update("tokens", function(values)
          assert.is_nil(next(values))
        end, function(values)
          return values.bad and "bad"
        end)
      end
    end)
  end)

  it("continues with its share if the server's answers make no sense", function()
    programs.need(redis.package, pending)
    start()
    for _, program in ipairs {
      "return 1", "return 'text'", "return nil", "return {}", "return {'[', 'x'}", "return {'', 'x'}", "return {1, 2}",
      "return 'null'", "return '[]'", "return '{}'", [[return '{"wait":"x","members":1,"left":1,"ends":1}']],
      [[return '{"wait":1,"members":1,"ends":1}']], [[return '{"number":1,"members":{},"left":1,"ends":1}']],
    } do
      for _, use in ipairs {
        function(store)
          assert.equal(5, (take_all(store, "k")), program)
        end,
        function(store)
          assert.equal(7, store.update("tokens", function()
            return 7
          end), program)
        end,
      } do
        local store, count = open(), #reports
        store.link.options.program = program
        use(store)
        assert.equal(count + 1, #reports, program)
        assert.matches("answers are not those of Redis", reports[#reports], 1, true)
      end
    end
  end)

  it("warns of a server that may forget", function()
    programs.need(redis.package, pending)
    start { maxmemory = "100mb", maxmemory_policy = "allkeys-lru" }
    begin(open()).admit("k", POLICY)
    assert.equal(1, #reports)
    assert.matches("maxmemory%-policy is allkeys%-lru; set it to noeviction", reports[1])
  end)

  describe("for a user", function()
    local USER = "ext on >s3cret-word ~extcontacts:* +evalsha +eval +script|load +info +get +set +zadd +zcard "
      .. "+zremrangebyscore +pexpire +time +select +xadd"

    it("needs few permissions", function()
      programs.need(redis.package, pending)
      start()
      local words = {}
      for word in USER:gmatch "%S+" do
        words[#words + 1] = word
      end
      server:command("ACL", "SETUSER", compat.unpack(words))
      local store = begin(open((server.url:gsub("//", "//ext:s3cret-word@"))))
      assert.equal(10, (take_all(store, "k")))
      store.update("tokens", function(values)
        values.n = 1
      end)
      assert.same({}, reports)
    end)

    for command, action in pairs {
      time = function(store)
        store.admit("k", POLICY)
      end,
      set = function(store)
        store.start("k", POLICY)
      end,
      evalsha = function(store)
        store.admit("k", POLICY)
      end,
      xinfo = function(store)
        store.link:exchange {
          name = "changes", keys = { store.changes_key }, values = { run = "another", entry = "0-0", count = 0 },
        }
      end,
      ["script|load"] = function(store)
        store.admit("k", POLICY)
      end,
    } do
      it(("is away and says so without the permission to run '%s'"):format(command), function()
        programs.need(redis.package, pending)
        start()
        local words = {}
        for word in USER:gmatch "%S+" do
          words[#words + 1] = word ~= "+" .. command and word or nil
        end
        server:command("ACL", "SETUSER", compat.unpack(words))
        action(open((server.url:gsub("//", "//ext:s3cret-word@"))))
        assert.equal(1, #reports)
        assert.matches(("lacks the permission to run '%s'; docs/"):format(command), reports[1], 1, true)
      end)
    end

    for name, case in pairs {
      ["rejects"] = { "ext:guessed-word@", "rejects the user or password" },
      ["requires"] = { "", "requires a user and password" },
    } do
      it("is away, and says why without the password, when the server " .. name .. " it", function()
        programs.need(redis.package, pending)
        start { requirepass = "s3cret-word" }
        local store = open((server.url:gsub("//", "//" .. case[1])))
        assert.equal(5, (take_all(store, "k")))
        assert.equal(1, #reports)
        assert.matches(case[2], reports[1], 1, true)
        for _, text in ipairs { reports[1], tostring(store) } do
          assert.is_nil(text:find("-word", 1, true))
          assert.is_nil(text:find("guessed", 1, true))
        end
      end)
    end
  end)

  describe("over TLS", function()
    local certificates
    tls.around(function(made)
      certificates = made
    end, setup, teardown)

    it("checks the server's certificate", function()
      programs.need(redis.package, pending)
      start(redis.tls_settings(certificates))
      local url = ("rediss://localhost:%d?timeout=60"):format(server.port)
      assert.equal(10, (take_all(begin(open(url, { ca_file = certificates.ca })), "k")))
      assert.same({}, reports)
      assert.equal(5, (take_all(open(url), "k")))
      assert.matches("not signed by a trusted authority", reports[1], 1, true)
    end)
  end)
end)
