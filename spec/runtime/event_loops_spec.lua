-- Calls in the coroutines of other event loops, against the sandbox.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"

-- Each kind of loop: `begin(fn)` makes fn a coroutine of it, `run()` returns
-- when all have ended, `poll` is the client's option.
local loops = {}

-- The least one: coroutines that wait for a descriptor each.
function loops.minimal()
  local waits = {} -- coroutine → { fd, due }
  local function resume(co)
    local ok, fd, seconds = coroutine.resume(co)
    assert(ok, fd)
    waits[co] = fd and { fd = fd, due = core.engine.now() + seconds }
  end
  local loop = { waits = waits, dropped = {} }
  function loop.poll(fd, events, seconds)
    assert(events == "r")
    coroutine.yield(fd, seconds)
  end
  function loop.begin(fn)
    resume(coroutine.create(fn))
  end
  function loop.run()
    while next(waits) do
      local seconds = math.huge
      local all = assert(core.poll.set())
      for _, wait in pairs(waits) do
        assert(all:watch(wait.fd))
        seconds = math.min(seconds, math.max(wait.due - core.engine.now(), 0))
      end
      all:wait(seconds)
      local ready = {}
      for co, wait in pairs(waits) do
        local one = assert(core.poll.set())
        one:watch(wait.fd)
        if one:wait(0) or core.engine.now() >= wait.due then
          ready[#ready + 1] = co
        end
        one:close()
      end
      all:close()
      for _, co in ipairs(ready) do
        if waits[co] then
          resume(co)
        end
      end
    end
  end
  return loop
end

function loops.cqueues()
  local cqueues = require "cqueues"
  local queue = cqueues.new()
  return {
    poll = function(fd, events, seconds)
      cqueues.poll { pollfd = fd, events = events, timeout = seconds }
    end,
    begin = function(fn)
      queue:wrap(fn)
    end,
    run = function()
      assert(queue:loop())
    end,
  }
end

function loops.luv()
  local uv = require "luv"
  local function resume(co)
    assert(coroutine.resume(co))
  end
  return {
    poll = function(fd, events, seconds)
      local co, handle, timer = coroutine.running(), assert(uv.new_poll(fd)), uv.new_timer()
      local function go_on()
        if timer then
          handle:close()
          timer:close()
          timer = nil
          resume(co)
        end
      end
      assert(handle:start(events, go_on))
      timer:start(math.ceil(seconds * 1000), 0, go_on)
      coroutine.yield()
    end,
    begin = function(fn)
      resume(coroutine.create(fn))
    end,
    run = function()
      uv.run()
    end,
  }
end

local server

local function connect(loop)
  return ec.new {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret,
    rate = false, poll = loop.poll,
  }
end

local function ids_of(count)
  local ids = {}
  for contact in connect({}):scan_contacts { max_items = count } do
    ids[#ids + 1] = contact.id
  end
  return ids
end

before_each(function()
  server = sandbox.shared()
  server:reset()
end)

for _, name in ipairs { "minimal", "cqueues", "luv" } do
  describe("in an event loop (" .. name .. ") calls", function()
    local loop, client

    before_each(function()
      loop = loops[name]()
      client = connect(loop)
    end)

    after_each(function()
      client:close()
    end)

    it("wait concurrently and request one token", function()
      local ids = ids_of(20)
      local issued = server:control("GET", "/sandbox/counters").tokens_issued
      server:control("POST", "/sandbox/faults", { { operation = "contacts.get", delay = 0.1 } })
      local begun, ended, begun_at_first_end = 0, 0, nil
      for _, id in ipairs(ids) do
        loop.begin(function()
          begun = begun + 1
          local contact = assert(client.contacts:get(id))
          begun_at_first_end = begun_at_first_end or begun
          assert(contact.id == id)
          ended = ended + 1
        end)
      end
      loop.run()
      assert.equal(20, ended)
      assert.equal(20, begun_at_first_end)
      assert.equal(issued + 1, server:control("GET", "/sandbox/counters").tokens_issued)
    end)

    it("can be those of iterators and maps", function()
      local scanned, got = 0, 0
      loop.begin(function()
        for _ in client:scan_contacts { limit = 50 } do
          scanned = scanned + 1
        end
      end)
      loop.begin(function()
        for id, contact in client:map(ids_of(60), function(id)
          return client.contacts:get(id)
        end) do
          assert(contact.id == id)
          got = got + 1
        end
      end)
      loop.run()
      assert.equal(500, scanned)
      assert.equal(60, got)
    end)

    it("wait in the loop for their next attempt", function()
      server:control("POST", "/sandbox/faults", { { operation = "contacts.get", nth = "1-2", status = 503 } })
      local got = 0
      for _, id in ipairs(ids_of(3)) do
        loop.begin(function()
          assert(client.contacts:get(id).id == id)
          got = got + 1
        end)
      end
      loop.run()
      assert.equal(3, got)
    end)

    it("of two clients run concurrently", function()
      local other = connect(loop)
      local ids, got = ids_of(10), 0
      for _, one in ipairs { client, other } do
        for _, id in ipairs(ids) do
          loop.begin(function()
            assert(one.contacts:get(id).id == id)
            got = got + 1
          end)
        end
      end
      loop.run()
      other:close()
      assert.equal(20, got)
    end)

    it("fail as they do elsewhere", function()
      local err
      loop.begin(function()
        local _
        _, err = client.contacts:get("00000000-0000-4000-8000-000000000000")
      end)
      loop.run()
      assert.equal(404, err.status)
    end)
  end)
end

describe("an event loop that drops a coroutine", function()
  it("does not affect the calls of other coroutines", function()
    local real, shift = core.engine.now, 0
    core.engine.now = function()
      return real() + shift
    end
    finally(function()
      core.engine.now = real
    end)
    local loop = loops.minimal()
    local client = connect(loop)
    local ids, got = ids_of(4), {}
    loop.begin(function()
      client.contacts:get(ids[1]) -- the token is there
    end)
    loop.run()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.get", delay = 0.05 } })
    for index, id in ipairs(ids) do
      loop.begin(function()
        got[index] = assert(client.contacts:get(id)).id
      end)
      if index == 1 then
        loop.waits[next(loop.waits)] = nil -- it was the one at the engine
        shift = 10
      end
    end
    loop.run()
    assert.same({ nil, ids[2], ids[3], ids[4] }, got)
  end)
end)
