-- The C set of UUIDs has its own spec (spec/core/idset_spec.lua); this is about
-- the other ids.
local idset = require "extcontacts.base.idset"

describe("a set of any ids", function()
  it("has what was added, whatever its form", function()
    local ids = {
      "0f8fad5b-d9cb-469f-a165-70867728950e", "0F8FAD5B-D9CB-469F-A165-70867728950E", "anna@example.com", "",
      "0f8fad5b-d9cb-469f-a165-70867728950", "+4930123456",
    }
    local set = idset.new()
    for _, id in ipairs(ids) do
      assert.is_false(set:has(id))
      assert.is_true(set:add(id))
      assert.is_false(set:add(id))
    end
    for _, id in ipairs(ids) do
      assert.is_true(set:has(id))
    end
    assert.is_false(set:has "0f8fad5b-d9cb-469f-a165-70867728950f")
  end)

  it("names what it lacks, in order", function()
    local set = idset.new()
    set:add "b"
    assert.same({ "c", "a" }, set:missing { "c", "b", "a" })
  end)
end)
