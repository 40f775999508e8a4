-- The set of ids, compared with a Lua table that does the same.
local core = require "extcontacts.core"
local fake = require "spec.support.fake"
local idset = require "extcontacts.base.idset"

-- A UUID of a number below 2^31; neighbours differ in few bits.
local function uuid(number, pattern)
  local text = ("%08x"):format(number)
  return (pattern or "X-0d5b-4a51-9a36-6c6f6d9b2f11"):gsub("X", text)
end

describe("a set of ids", function()
  it("contains exactly the ids that were added", function()
    local set, model = idset.new(), {}
    local state = 1
    for _ = 1, 20000 do
      state = state * 16807 % 2147483647
      local id = uuid(state % 9000)
      assert.equal(model[id] == nil, set:add(id))
      model[id] = true
    end
    for number = 0, 9000 do
      local id = uuid(number)
      assert.equal(model[id] == true, set:has(id))
    end
  end)

  for _, pattern in ipairs {
    "X-0000-0000-0000-000000000000", "00000000-0000-0000-0000-0000X", "98e51dab-796e-4219-b427-000X0",
  } do
    it("distinguishes ids that differ in one place: " .. pattern, function()
      local set = core.idset.new()
      for number = 0, 3000 do
        assert.is_true(set:add((uuid(number, pattern))))
      end
      for number = 0, 3000 do
        assert.is_false(set:add((uuid(number, pattern))))
      end
      assert.is_false(set:has((uuid(3001, pattern))))
    end)
  end

  it("accepts the nil UUID", function()
    local set, nothing = idset.new(), "00000000-0000-0000-0000-000000000000"
    assert.is_false(set:has(nothing))
    assert.is_true(set:add(nothing))
    assert.is_true(set:has(nothing))
    assert.is_false(set:add(nothing))
  end)

  for _, id in ipairs {
    "", "42", "6F1A2C3E-0d5b-4a51-9a36-6c6f6d9b2f11", "6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f1",
    "6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f111", "6f1a2c3e00d5b-4a51-9a36-6c6f6d9b2f11",
    "6f1a2c3g-0d5b-4a51-9a36-6c6f6d9b2f11", "{6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f11}",
  } do
    it("accepts a text that is not a lower-case UUID: '" .. id .. "'", function()
      assert.is_nil(core.idset.new():add(id))
      local set = idset.new()
      assert.is_false(set:has(id))
      assert.is_true(set:add(id))
      assert.is_false(set:add(id))
      assert.is_true(set:has(id))
    end)
  end

  it("rejects values that are not text", function()
    local set = core.idset.new()
    assert.matches("string expected", fake.misuse(set.add, set, {}))
    assert.matches("idset expected", fake.misuse(set.add, {}, "a"))
  end)
end)
