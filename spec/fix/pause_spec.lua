-- Pausing a running apply, and how it waits.
local client_module = require "extcontacts.client"
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local pause = require "extcontacts.fix.pause"

describe("a paused run", function()
  local place = fixes.fresh_place(before_each, after_each)

  for _, concurrency in ipairs { 1, 4 } do
    it(("starts nothing until it may continue, with %d at a time"):format(concurrency), function()
      place:plan_titles(8, "Pilot")
      local asked, seen = 0, {}
      local result = assert(place:apply {
        concurrency = concurrency,
        paused = function()
          asked = asked + 1
          return asked == 3 or asked == 4 or asked == 5
        end,
        on_progress = function(progress)
          if progress.paused then
            seen[#seen + 1] = progress.settled
          end
        end,
      })
      assert.equal(8, result.applied)
      assert.same({ 2 }, seen)
    end)
  end

  it("is paused and continued by the file next to its plan", function()
    place:plan_titles(3, "Pilot")
    local path = place:path "p"
    local paused, err = fix.pause(path, true)
    assert.is_nil(paused)
    assert.equal("not_running", err.code)
    local states = {}
    local result = assert(place:apply { batch = 1, on_progress = function(progress)
      if progress.run == 1 and not progress.paused then
        assert(fix.pause(path, true))
      elseif progress.paused then
        states[#states + 1] = assert(fix.status(path)).state
        assert(fix.pause(path, false))
      end
    end, paused = function()
      return pause.is_set(path)
    end })
    assert.equal(3, result.applied)
    assert.same({ "paused" }, states)
  end)

  it("can be interrupted", function()
    place:plan_titles(3, "Pilot")
    local waits = 0
    local result = assert(place:apply {
      paused = function()
        return true
      end,
      interrupted = function()
        waits = waits + 1
        return waits > 2
      end,
    })
    assert.same({ "interrupted", 3 }, { result.stopped, result.not_started })
  end)
end)

describe("the wait of a paused run", function()
  local function connect(poll)
    return ec.new { base_url = "https://api.example.test", access_token = "t", poll = poll }
  end

  it("sleeps for the given time", function()
    local client, started = connect(), core.engine.now()
    assert.is_true(client_module.sleep(client, 0.05))
    local passed = core.engine.now() - started
    assert.is_true(passed >= 0.05 and passed < 5, passed)
  end)

  it("lets the other functions of ec.run continue", function()
    local client, order = connect(), {}
    ec.run(function()
      local waiting = ec.spawn(function()
        assert.is_true(client_module.sleep(client, 0.05))
        order[#order + 1] = "waited"
      end)
      ec.spawn(function()
        order[#order + 1] = "other"
      end)
      waiting:wait()
    end)
    assert.same({ "other", "waited" }, order)
  end)

  it("leaves an event loop to its other coroutines", function()
    local yields = 0
    local client = connect(function(_, _, seconds)
      yields = yields + 1
      coroutine.yield(seconds)
    end)
    local passed
    local waiting = coroutine.create(function()
      passed = client_module.sleep(client, 0.03)
    end)
    local started = core.engine.now()
    assert(coroutine.resume(waiting))
    assert.equal("suspended", coroutine.status(waiting), "it blocked")
    while coroutine.status(waiting) ~= "dead" do
      assert(coroutine.resume(waiting))
    end
    assert.is_true(passed)
    assert.is_true(yields > 0)
    assert.is_true(core.engine.now() - started >= 0.03)
  end)
end)
