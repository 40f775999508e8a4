local luajit = require "spec.support.luajit"

local UUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

describe("record_ids", function()
  it("computes an index from its id, whatever the case", function()
    assert.same({ 0, 0 }, luajit [[
      local record_ids = require "extcontacts.sandbox.state.record_ids"
      record_ids.configure(7)
      local wrong, repeated, seen = 0, 0, {}
      for number = 0, 20000 do
        local index = number < 10000 and number or 4294967295 - number
        local id = record_ids.make(1, index)
        local found, found_upper = record_ids.index(1, id), record_ids.index(1, id:upper())
        wrong = wrong + (found == index and found_upper == index and 0 or 1)
        repeated = repeated + (seen[id] and 1 or 0)
        seen[id] = true
      end
      return { wrong, repeated }
    ]])
  end)

  it("does not recognise the ids of another type or seed", function()
    assert.same({ false, false, false, false }, luajit [[
      local record_ids = require "extcontacts.sandbox.state.record_ids"
      record_ids.configure(1)
      local id = record_ids.make(1, 5)
      local results = { record_ids.index(2, id), record_ids.index(1, "x"), record_ids.index(1, id .. "0") }
      record_ids.configure(2)
      return {
        results[1] ~= nil, results[2] ~= nil, results[3] ~= nil, record_ids.index(1, id) ~= nil,
      }
    ]])
  end)

  it("creates UUIDs, from the seed or at random", function()
    local ids = luajit [[
      local record_ids = require "extcontacts.sandbox.state.record_ids"
      record_ids.configure(1)
      return { record_ids.make(1, 0), record_ids.make(1, 0), record_ids.random(), record_ids.random() }
    ]]
    for _, id in ipairs(ids) do
      assert.matches(UUID, id)
    end
    assert.equal(ids[1], ids[2])
    assert.not_equal(ids[3], ids[4])
  end)
end)
