local core = require "extcontacts.core"
local drive = require "spec.support.drive"
local peer = require "spec.support.peer"

local poll = core.poll

describe("a bell", function()
  it("is readable until it is cleared", function()
    local bell, set = poll.bell(), poll.set()
    assert.is_true(set:watch(bell:fd()))
    assert.is_false(set:wait(0))
    bell:ring()
    bell:ring()
    assert.is_true(set:wait(20))
    assert.is_true(set:wait(20))
    bell:clear()
    assert.is_false(set:wait(0))
  end)

  it("can be closed more than once, and then not used", function()
    local bell = poll.bell()
    bell:close()
    bell:close()
    assert.is_false(pcall(bell.ring, bell))
    assert.is_false(pcall(bell.fd, bell))
  end)
end)

describe("a set of descriptors", function()
  local fixture = drive.fixture()
  after_each(fixture.clear)

  it("forgets a closed descriptor", function()
    local bell, other, set = poll.bell(), poll.bell(), poll.set()
    set:watch(bell:fd())
    set:watch(other:fd())
    bell:ring()
    bell:close()
    assert.is_false(set:wait(0))
    other:ring()
    assert.is_true(set:wait(0))
  end)

  it("rejects a value that is not a descriptor", function()
    local set = poll.set()
    assert.is_false(set:watch(-1))
    assert.is_false(pcall(set.watch, set, "x"))
  end)

  it("has a descriptor that stands for all of them #pollable", function()
    local bell, inner, outer = poll.bell(), poll.set(), poll.set()
    inner:watch(bell:fd())
    outer:watch(inner:fd())
    assert.is_false(outer:wait(0))
    bell:ring()
    assert.is_true(outer:wait(20))
  end)

  it("waits for several engines at the same time #pollable", function()
    local scripted = fixture.start { { { "read" }, { "send", peer.reply("hello") } } }
    local idle, busy = fixture.new {}, fixture.new {}
    local transfer = assert(busy:submit { method = "GET", url = scripted.url, deadline = core.engine.now() + 20 })
    local set = poll.set()
    set:watch(idle:pollfd())
    set:watch(busy:pollfd())
    while not transfer:done() do
      set:wait(math.min(busy:timeout() or 1, 1))
      busy:step(0)
    end
    assert.equal("hello", transfer:result().body)
  end)

  it("can be closed more than once, and then not used", function()
    local set = poll.set()
    assert.is_true(set:usable())
    set:close()
    set:close()
    assert.is_false(set:usable())
    assert.is_false(pcall(set.wait, set, 0))
  end)
end)
