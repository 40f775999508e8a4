-- Samples and their errors.
local data_profile = require "extcontacts.data_profile"
local sample = require "extcontacts.data_profile.sample"

-- Records with their numbers.
local function numbered(count)
  local index = 0
  return function()
    index = index + 1
    return index <= count and { id = tostring(index), title = index <= count / 2 and "x" or nil } or nil
  end
end

local function drain(next_record)
  local ids = {}
  for record in next_record do
    ids[#ids + 1] = tonumber(record.id)
  end
  return ids
end

describe("a sample", function()
  it("of the first records ends after them, and reads no further one", function()
    local reads, source = 0, numbered(100)
    local next_record, described = sample.first(function()
      reads = reads + 1
      return source()
    end, 10)
    assert.equal(10, #drain(next_record))
    assert.same({ 10, 10, false }, { reads, described.taken, described.complete })
  end)

  it("that has all records has no error", function()
    for _, total in ipairs { 0, 9, 10 } do
      local next_record, described = sample.first(numbered(total), 10)
      drain(next_record)
      -- The tenth of ten is the last, but nothing says so.
      assert.equal(total < 10, described.complete)
      next_record, described = sample.random(numbered(total), 10, total)
      assert.equal(total, #drain(next_record))
      assert.is_true(described.complete)
    end
    local profile = data_profile.make(numbered(9), { sample = 10 })
    assert.same({ true, 0 }, { profile.sample.complete, profile.sample.error })
    assert.is_nil(profile.fields[1].interval)
  end)

  it("at random has the size that was asked for, and is spread over all records", function()
    local ids = drain((sample.random(numbered(10000), 1000, 10000)))
    assert.equal(1000, #ids)
    local tenths = {}
    for _, id in ipairs(ids) do
      local tenth = math.ceil(id / 1000)
      tenths[tenth] = (tenths[tenth] or 0) + 1
    end
    for tenth = 1, 10 do
      assert.is_true(tenths[tenth] > 50 and tenths[tenth] < 150, tenths[tenth])
    end
    assert.same(ids, drain((sample.random(numbered(10000), 1000, 10000))))
  end)

  it("gives the interval of a share", function()
    -- Wilson's interval of 40 of 100, from the textbook.
    local low, high = sample.interval(40, 100)
    assert.is_true(math.abs(low - 0.3094) < 0.0005 and math.abs(high - 0.4980) < 0.0005)
    assert.same({ 0, 1 }, { sample.interval(0, 0) })
    low, high = sample.interval(0, 100)
    assert.is_true(low == 0 and high > 0.03 and high < 0.04)
    -- Nearly all records leave little to chance.
    local _, narrow = sample.interval(40, 100, 101)
    assert.is_true(narrow < 0.42)
  end)

  it("contains the true share in about 95 of 100 samples", function()
    local state, inside = 5, 0
    for _ = 1, 1000 do
      local count = 0
      for _ = 1, 200 do
        state = state * 16807 % 2147483647
        count = count + (state % 1000 < 300 and 1 or 0)
      end
      local low, high = sample.interval(count, 200)
      inside = inside + (low <= 0.3 and high >= 0.3 and 1 or 0)
    end
    assert.is_true(inside >= 930 and inside <= 970, inside)
  end)

  it("names the fields in which its halves differ more than chance explains", function()
    local profile = data_profile.make(numbered(1000), { sample = 1000 })
    assert.same({ "title" }, profile.sample.differing)
    profile = data_profile.make(numbered(1000), { sample = 400 })
    assert.same({}, profile.sample.differing)
    assert.is_true(math.abs(profile.sample.error - 0.049) < 0.001)
  end)

  it("counts only records for which the condition holds", function()
    local profile = data_profile.make(numbered(100), { sample = 10, where = "not title" })
    assert.equal(10, profile.records)
    assert.equal("51", profile.fields[1].examples[1])
  end)
end)
