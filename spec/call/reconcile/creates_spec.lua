-- What a client remembers of its creates.
local creates = require "extcontacts.call.reconcile.creates"

describe("the creates of a client", function()
  local self

  before_each(function()
    self = creates.new()
  end)

  it("remember the ids that creates returned", function()
    creates.claim(self, { id = "a" })
    for _, value in ipairs { true, {}, { id = 7 } } do
      creates.claim(self, value)
    end
    local claimed = creates.claimed(self, { b = true })
    assert.is_true(claimed.a)
    assert.is_true(claimed.b)
    assert.is_falsy(claimed.c)
    assert.equal(1, self.count)
  end)

  it("forget the oldest ids", function()
    for number = 1, 10000 do
      creates.claim(self, { id = "id-" .. number })
      assert.is_true(creates.claimed(self)["id-" .. math.max(1, number - 4999)])
    end
    creates.claim(self, { id = "another" })
    assert.is_falsy(creates.claimed(self)["id-1"])
  end)

  -- A call that sends a request, with the transfers that other code waits for.
  local function sending(awaited)
    local transfer = { done = function() return false end }
    awaited[transfer] = true
    return {
      exchange = { transfer = transfer }, ctx = { exchanges = { [transfer] = {} } },
      runtime = { awaits = function(waitable) return awaited[waitable] or false end },
    }, transfer
  end

  it("know whether two calls send equal bodies", function()
    local first, second = {}, { runtime = {} }
    creates.enter(self, "body", first)
    assert.is_false(creates.is_shared(self, "body", first))
    creates.enter(self, "body", second)
    assert.is_true(creates.is_shared(self, "body", first))
    creates.leave(self, "body", second)
    assert.is_false(creates.is_shared(self, "body", first))
    creates.leave(self, "body", first)
    assert.is_nil(next(self.bodies))
  end)

  it("ignore a call that ended in the wait for its request", function()
    local awaited = {}
    local killed, transfer = sending(awaited)
    local call = sending(awaited)
    creates.enter(self, "body", killed)
    creates.enter(self, "body", call)
    assert.is_true(creates.is_shared(self, "body", call))
    awaited[transfer] = nil
    assert.is_false(creates.is_shared(self, "body", call))
  end)

  it("forget the bodies of calls that were collected", function()
    for number = 1, 600 do
      creates.enter(self, "body " .. number, {})
    end
    collectgarbage()
    collectgarbage()
    for number = 1, 256 do
      creates.enter(self, "other " .. number, {})
    end
    assert.is_nil(self.bodies["body 1"])
  end)
end)
