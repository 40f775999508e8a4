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

  it("know whether two equal bodies are in flight", function()
    creates.count_body(self, "body", 1)
    assert.is_false(creates.is_shared(self, "body"))
    creates.count_body(self, "body", 1)
    assert.is_true(creates.is_shared(self, "body"))
    creates.count_body(self, "body", -1)
    assert.is_false(creates.is_shared(self, "body"))
    creates.count_body(self, "body", -1)
    assert.is_nil(next(self.bodies))
  end)
end)
