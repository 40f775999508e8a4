-- The most frequent of many texts.
local frequent = require "extcontacts.data_profile.frequent"

describe("the count of the most frequent texts", function()
  it("is exact for few texts", function()
    local counts = frequent.new(10)
    for index = 1, 100 do
      counts:add(index % 3 == 0 and "a" or "b")
    end
    assert.same({ { value = "b", count = 67 }, { value = "a", count = 33 } }, counts:top(5))
    assert.same({ { value = "b", count = 67 } }, counts:top(1))
    assert.equal(0, counts.missed)
  end)

  it("keeps its size, and states by how much a count may be too low", function()
    local counts, most = frequent.new(50), 0
    for index = 1, 20000 do
      counts:add(index % 4 == 0 and "often" or "rare " .. index)
      counts:add "always"
      most = math.max(most, counts.size)
    end
    assert.is_true(most <= 101)
    local top = counts:top(2)
    assert.same({ "always", "often" }, { top[1].value, top[2].value })
    for index, count in ipairs { 20000, 5000 } do
      assert.is_true(top[index].count <= count and top[index].count + counts.missed >= count)
    end
    assert.is_true(counts.missed > 0 and counts.missed < 40000 / 50)
    local size = 0
    for _ in pairs(counts.counts) do
      size = size + 1
    end
    assert.equal(counts.size, size)
  end)

  it("orders equally frequent texts by name", function()
    assert.same({ { value = "a", count = 1 }, { value = "b", count = 1 } }, frequent.sorted { b = 1, a = 1 })
  end)
end)
