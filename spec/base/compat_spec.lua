local compat = require "extcontacts.base.compat"

describe("compat", function()
  it("unpacks, also in part", function()
    assert.same({ 1, 2, 3 }, { compat.unpack { 1, 2, 3 } })
    assert.equal(3, select("#", compat.unpack({}, 1, 3)))
    assert.same({ 2 }, { compat.unpack({ 1, 2, 3 }, 2, 2) })
  end)

  it("packs values with their number, nils included", function()
    local packed = compat.pack(1, nil, nil)
    assert.equal(3, packed.n)
    assert.equal(1, packed[1])
  end)

  it("compiles text under a name, and returns the problem of a wrong one", function()
    assert.equal(3, compat.load_text("return 1 + 2", "@sum.lua")())
    local chunk, problem = compat.load_text("return +", "@sum.lua")
    assert.is_nil(chunk)
    assert.matches("^sum%.lua:1: ", problem)
  end)

  it("knows whether the code can yield", function()
    assert.is_true(coroutine.wrap(function()
      return compat.is_yieldable()
    end)())
    local isyieldable = coroutine.isyieldable -- luacheck: ignore 143
    if isyieldable then
      assert.equal(isyieldable(), compat.is_yieldable())
    end
  end)
end)
