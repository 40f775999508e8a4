local key_table = require "extcontacts.fix.import.key_table"

describe("a table of keys", function()
  it("keeps a number for each key", function()
    local keys = key_table.new()
    for index = 1, 2000 do
      keys:set("email:n" .. index, index)
    end
    keys:set("email:n7", -7)
    assert.equal(2000, keys.count)
    assert.equal(-7, keys:get "email:n7")
    assert.equal(2000, keys:get "email:n2000")
    assert.is_nil(keys:get "email:n2001")
  end)

  it("takes little memory", function()
    local function used()
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    local keys, before = key_table.new(), used()
    for index = 1, 20000 do
      keys:set("email:someone" .. index .. "@example.com", index)
    end
    assert.is_true((used() - before) * 1024 / 20000 < 60)
    assert.equal(20000, keys.count)
  end)
end)
