-- The C count of distinct texts, compared with a Lua table that does the same.
local core = require "extcontacts.core"
local fake = require "spec.support.fake"

local distinct = core.distinct

-- Adds texts, one a number, and counts them in a table, too.
local function filled(most, numbers)
  local counter, model = distinct.new(most), {}
  for _, number in ipairs(numbers) do
    local text = "text " .. number
    counter:add(text)
    model[text] = (model[text] or 0) + 1
  end
  local totals = { values = 0, repeated = 0, additions = 0 }
  for _, count in pairs(model) do
    totals.values = totals.values + 1
    if count > 1 then
      totals.repeated, totals.additions = totals.repeated + 1, totals.additions + count
    end
  end
  return counter, totals
end

-- Numbers below `range`, in an order without a pattern.
local function numbers(count, range)
  local out, state = {}, 1
  for index = 1, count do
    state = state * 16807 % 2147483647
    out[index] = state % range
  end
  return out
end

describe("a count of distinct texts", function()
  it("counts nothing before the first text", function()
    assert.same({ 0, 0, 0, 1 }, { distinct.new(10):read() })
  end)

  it("is exact up to its size", function()
    for _, range in ipairs { 1, 31, 33, 500, 999 } do
      local counter, totals = filled(1000, numbers(3000, range))
      local kept, repeated, additions, part = counter:read()
      assert.same(totals, { values = kept, repeated = repeated, additions = additions })
      assert.equal(1, part)
    end
  end)

  it("keeps an even part of more texts, whichever came first", function()
    local list = numbers(60000, 20000)
    local counter, totals = filled(4096, list)
    local kept, repeated, additions, part = counter:read()
    assert.is_true(part > 1 and kept <= 4096 and kept >= 1024)
    -- Five standard errors; the texts and so the result are the same in every run.
    local function near(expected, found, sample)
      assert.is_true(math.abs(found * part / expected - 1) < 5 / math.sqrt(sample), found * part)
    end
    near(totals.values, kept, kept)
    near(totals.repeated, repeated, repeated)
    near(totals.additions, additions, repeated)
    local reversed = distinct.new(4096)
    for index = #list, 1, -1 do
      reversed:add("text " .. list[index])
    end
    assert.equal(kept, (reversed:read()))
  end)

  it("takes any bytes", function()
    local counter = distinct.new(10)
    for _, text in ipairs { "", "\0", "\0\0", "\255", "a", "a" } do
      counter:add(text)
    end
    assert.same({ 5, 1, 2, 1 }, { counter:read() })
  end)

  it("rejects sizes and values that it can't use", function()
    for _, size in ipairs { 0, -1, 2 ^ 24 + 1, 0 / 0 } do
      assert.matches("must be from 1", fake.misuse(distinct.new, size))
    end
    local counter = distinct.new(1)
    assert.matches("string expected", fake.misuse(counter.add, counter, {}))
    assert.matches("distinct expected", fake.misuse(counter.add, {}, "a"))
  end)
end)
