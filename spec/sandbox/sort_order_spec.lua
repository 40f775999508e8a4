local luajit = require "spec.support.luajit"

-- Merges written records into seeded ones; `direction` is true for descending.
local MERGE = [[
  local sort_order = require "extcontacts.sandbox.state.sort_order"
  local names = { [0] = "b", "a", "b ", "C", "d" }
  local order = sort_order.of_seeded(5, function(index)
    return { name = names[index] }
  end, "name")
  -- Seeded record 4 was changed to "b", record 5 was created without a name.
  local written, keys = { 4, 5 }, { [4] = sort_order.key({ name = "B" }, "name"), [5] = sort_order.key({}, "name") }
  sort_order.sort(written, keys, %s)
  return sort_order.first(order, function(index)
    return index == 4
  end, written, keys, %s, %d)
]]

describe("sort_order", function()
  it("merges written records into the order of the seeded ones", function()
    assert.same({ 1, 0, 2, 4, 3, 5 }, luajit(MERGE:format("false", "false", 10)))
    assert.same({ 5, 3, 0, 2, 4, 1 }, luajit(MERGE:format("true", "true", 10)))
    assert.same({ 1, 0, 2 }, luajit(MERGE:format("false", "false", 3)))
  end)
end)
