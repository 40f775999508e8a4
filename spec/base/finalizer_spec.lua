local finalizer = require "extcontacts.base.finalizer"

local function collect()
  collectgarbage()
  collectgarbage()
end

describe("a finalizer", function()
  it("runs once its object is collected, and not before", function()
    local count = 0
    local object = finalizer.new(function()
      count = count + 1
    end)
    collect()
    assert.equal(0, count)
    assert.is_truthy(object)
    object = nil -- luacheck: ignore 311
    collect()
    assert.equal(1, count)
  end)

  it("may call a function that is kept out of the compiler", function()
    local function total(list)
      local sum = 0
      for _, number in pairs(list) do
        sum = sum + number
      end
      return sum
    end
    finalizer.interpreted(total)
    local sums = {}
    for index = 1, 200 do
      finalizer.new(function()
        sums[index] = total { 1, 2, 3 }
      end)
    end
    collect()
    assert.equal(200, #sums)
    assert.equal(6, sums[200])
  end)
end)
