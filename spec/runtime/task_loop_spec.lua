-- When a busy loop searches for what an error in it lost.
local core = require "extcontacts.core"
local reactor = require "extcontacts.runtime.reactor"
local task_loop = require "extcontacts.runtime.task_loop"

describe("a loop that always has results", function()
  local collect, recount, now = reactor.collect, reactor.recount, core.engine.now
  local clock, searches

  before_each(function()
    clock, searches = now(), 0
    core.engine.now = function() return clock end
    reactor.collect = function() return true end
    reactor.recount = function() searches = searches + 1 end
    repeat -- the first one may be due already
      task_loop.collect()
    until searches > 0
    searches = 0
  end)

  after_each(function()
    reactor.collect, reactor.recount, core.engine.now = collect, recount, now
  end)

  it("searches after 100 steps, however fast they are", function()
    for _ = 1, 99 do
      task_loop.collect()
    end
    assert.equal(0, searches)
    task_loop.collect()
    assert.equal(1, searches)
  end)

  it("searches after 0.2 seconds, however few steps they take", function()
    clock = clock + 0.15
    task_loop.collect()
    assert.equal(0, searches)
    clock = clock + 0.1
    task_loop.collect()
    assert.equal(1, searches)
    task_loop.collect()
    assert.equal(1, searches)
  end)
end)
