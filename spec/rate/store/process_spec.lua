-- The store of one process.
local process_store = require "extcontacts.rate.store.process"
local store = require "extcontacts.rate.store"

local DAY = 86400

local function count(values)
  values.count = (values.count or 0) + 1
  return values.count, "second", "third"
end

describe("the process store", function()
  local own, time

  before_each(function()
    time = 1000
    own = process_store.new(function()
      return time
    end)
  end)

  it("keeps the changed values and returns the results of the change", function()
    assert.equal(1, (own.update("a", count)))
    assert.same({ 2, "second", "third" }, { own.update("a", count) })
    assert.equal(1, (own.update("b", count)))
  end)

  it("forgets values that were not used for a day", function()
    own.update("old", count)
    time = time + 10
    own.update("used", count)
    time = time + DAY - 5
    own.update("used", count)
    own.update("new", count)
    assert.equal(2, own.count())
    assert.equal(3, (own.update("used", count)))
    assert.equal(1, (own.update("old", count)))
  end)

  it("does not grow with the number of tokens that a long run uses", function()
    for number = 1, 1000 do
      own.update("token " .. number, count)
      time = time + 3600
    end
    assert.is_true(own.count() <= 26, own.count())
  end)

  it("does not grow with the number of tokens of clients that are gone", function()
    for number = 1, 2000 do
      own.update("token " .. number, count)
    end
    collectgarbage()
    assert.is_true(own.count() <= 256, own.count())
    assert.equal(2, (own.update("token 2000", count)))
    assert.equal(1, (own.update("token 1", count)))
  end)

  it("keeps what somebody holds", function()
    own.update("kept", count)
    local held = own.hold "kept"
    for number = 1, 2000 do
      own.update("token " .. number, count)
    end
    collectgarbage()
    assert.equal(2, (own.update("kept", count)))
    assert.is_table(held)
  end)

  it("is the same for all clients of a process", function()
    assert.equal(store.process, store.named "process")
    local custom = { update = own.update }
    assert.equal(custom, store.named(custom))
  end)
end)
