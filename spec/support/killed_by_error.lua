-- A coroutine can end at any wait without another line of its code: an event loop
-- drops it, or a debug hook or a lack of memory raises an error anywhere.  Each
-- scenario is ended at its first wait, then at its second one, and so on; then the
-- next caller gets its answer, and nothing is held.

local client_context = require "extcontacts.call.client_context"
local core = require "extcontacts.core"
local ec = require "extcontacts"
local reactor = require "extcontacts.runtime.reactor"
local sandbox = require "spec.support.sandbox"
local scenarios = require "spec.support.kill_scenarios"

-- A scenario has fewer waits than this.
local MANY = 200

-- Instructions from the beginning of a wait to the error that a hook raises;
-- EXTCONTACTS_DEEP=1 tries more.
local INSTRUCTIONS = os.getenv "EXTCONTACTS_DEEP" and { 1, 4, 10, 26, 60, 100, 150, 300, 400 } or { 1, 60 }

local jit = rawget(_G, "jit")

-- The descriptors of this process.
local function descriptors()
  collectgarbage()
  collectgarbage()
  local handle = io.popen("ls /proc/self/fd/../../$PPID/fd | wc -l")
  local count = handle:read("*n")
  handle:close()
  return count
end

-- An event loop without a list of what can be read: each turn wakes everybody.
local function new_loop()
  local loop, waits = {}, {}
  function loop.poll(fd, _, seconds)
    local co = coroutine.running()
    waits[co] = { fd = fd, due = core.engine.now() + seconds }
    coroutine.yield()
  end
  local function resume(co)
    local ok, problem = coroutine.resume(co)
    if not ok then
      error(problem, 0)
    end
  end
  function loop.begin(fn)
    local co = coroutine.create(fn)
    resume(co)
    return co
  end
  function loop.drop(co)
    waits[co] = nil
  end
  function loop.turn()
    local set, list, seconds = core.poll.set(), {}, 0.05
    for co, wait in pairs(waits) do
      list[#list + 1] = co
      set:watch(wait.fd)
      seconds = math.min(seconds, math.max(wait.due - core.engine.now(), 0))
    end
    set:wait(seconds)
    set:close()
    for _, co in ipairs(list) do
      if waits[co] then
        waits[co] = nil
        resume(co)
      end
    end
  end
  return loop
end

describe("a coroutine that ends at any of its waits", function()
  local api, ids, ctx
  local new_context, hold = client_context.new, reactor.hold

  setup(function()
    api = sandbox.start { contacts = 30, rate = 0 }
    ids = {}
    local client = ec.new(scenarios.options({}, api))
    for contact in client:scan_contacts { max_items = 4 } do
      ids[#ids + 1] = contact.id
    end
    client:close()
    function client_context.new(...)
      ctx = new_context(...)
      return ctx
    end
  end)

  teardown(function()
    client_context.new = new_context
    api:stop()
  end)

  after_each(function()
    reactor.hold = hold
    debug.sethook()
  end)

  local function begin(scenario, more)
    api:control("POST", "/sandbox/faults", scenario.faults or require("cjson").empty_array)
    return ec.new(scenarios.options(scenario, api, more))
  end

  -- Calls `fn(scenario, at)` with ever later waits until it returns false, and
  -- returns their number.
  local function each_wait(fn, ...)
    for at = 1, MANY do
      if not fn(at, ...) then
        return at - 1
      end
    end
    error "the scenario does not end"
  end

  -- Turns the loop with other calls until nothing is held.
  local function await_release(client, call, at)
    local held
    local ends_at = core.engine.now() + 30
    repeat
      held = scenarios.held(ctx, client)
      if held == "" then
        return
      end
      call()
    until core.engine.now() > ends_at
    error(("after wait %d: %s"):format(at, held))
  end

  -- Raises from a hook, some instructions after the n-th wait began.
  local function raise_at(at, scenario, instructions)
    local client, count = begin(scenario), 0
    if scenario.prepare then
      scenario.prepare(client, ids)
    end
    function reactor.hold(...)
      hold(...)
      count = count + 1
      if count == at then
        debug.sethook(function()
          debug.sethook()
          error("budget used up", 0)
        end, "", instructions)
      end
    end
    pcall(function()
      ec.run(function()
        if scenario.first then
          ec.spawn(scenario.run, client, ids)
        end
        scenario.run(client, ids)
      end)
    end)
    debug.sethook()
    reactor.hold = hold
    local function next_call()
      assert(client.contacts:get(ids[1], { deadline = 10 }))
    end
    next_call()
    await_release(client, next_call, at)
    client:close()
    return count >= at
  end

  -- Drops the coroutine at its n-th wait.
  local function drop_at(at, scenario)
    local loop, count, victim, is_over = new_loop(), 0, nil, false
    local client = begin(scenario, { poll = loop.poll })
    local function in_loop(fn)
      local done, problem = false, nil
      loop.begin(function()
        local ok, raised = pcall(fn)
        done, problem = true, not ok and raised or nil
      end)
      repeat
        loop.turn()
      until done
      assert(not problem, problem)
    end
    if scenario.prepare then
      in_loop(function() scenario.prepare(client, ids) end)
    end
    if scenario.first then
      loop.begin(function() scenario.run(client, ids) end)
    end
    function reactor.hold(...)
      hold(...)
      count = count + (coroutine.running() == victim and 1 or 0)
    end
    loop.begin(function()
      victim = coroutine.running()
      scenario.run(client, ids)
      is_over = true
    end)
    while not is_over and count < at do
      loop.turn()
    end
    reactor.hold = hold
    loop.drop(victim)
    victim = nil -- luacheck: ignore
    local function next_call()
      in_loop(function() assert(client.contacts:get(ids[1], { deadline = 10 })) end)
    end
    next_call()
    await_release(client, next_call, at)
    client:close()
    return not is_over
  end

  for _, scenario in ipairs(scenarios.list) do
    it(("by an error from a debug hook leaves nothing behind while it waits for %s"):format(scenario.name),
      function()
        if jit then
          jit.off() -- compiled code does not call hooks
        end
        finally(function()
          if jit then
            jit.on()
          end
        end)
        local total, before = 0, descriptors()
        for _, instructions in ipairs(INSTRUCTIONS) do
          local waits = each_wait(raise_at, scenario, instructions)
          assert.is_true(waits > 0)
          total = total + waits
        end
        -- A leak adds one for each wait; the process itself keeps a few more or fewer.
        assert.is_true(descriptors() - before < total / 2)
        print(("hook  %-40s %d waits"):format(scenario.name, total))
      end)

    it(("dropped by its event loop leaves nothing behind while it waits for %s"):format(scenario.name), function()
      local waits = each_wait(drop_at, scenario)
      assert.is_true(waits > 0)
      print(("drop  %-40s %d waits"):format(scenario.name, waits))
    end)
  end
end)
