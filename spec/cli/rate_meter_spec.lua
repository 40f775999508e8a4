-- How fast something goes, and how long the rest takes; the clock is a number.
local rate_meter = require "extcontacts.cli.rate_meter"

describe("the rate", function()
  it("is unknown in the first second", function()
    local meter = rate_meter.new(100)
    assert.is_nil(meter:rate())
    meter:note(100.5, 50)
    assert.is_nil(meter:rate())
    meter:note(101, 50)
    assert.equal(50, meter:rate())
  end)

  it("is that of the last minute, not of the whole time", function()
    local meter = rate_meter.new(0)
    for second = 1, 3600 do
      meter:note(second, second * 10)
    end
    assert.equal(10, meter:rate())
    -- From now on it goes ten times slower; after a minute nothing else counts.
    for second = 1, 61 do
      meter:note(3600 + second, 36000 + second)
    end
    assert.equal(1, meter:rate())
  end)

  it("is steady if requests are sent in bursts by the minute", function()
    local meter, done = rate_meter.new(0), 0
    local rates = {}
    for second = 1, 600 do
      done = done + (second % 60 < 10 and 30 or 0)
      meter:note(second, done)
      rates[second] = meter:rate()
    end
    for second = 120, 600 do
      assert.is_true(math.abs(rates[second] - 5) <= 0.5, rates[second])
    end
  end)

  it("does not count what was done before", function()
    local meter = rate_meter.new(0, 1000)
    meter:note(10, 1020)
    assert.equal(2, meter:rate())
  end)

  it("keeps few samples, and survives a clock that stands still", function()
    local meter = rate_meter.new(0)
    for index = 1, 100000 do
      meter:note(index / 10, index)
      meter:note(index / 10, index)
    end
    local count = 0
    for _ in pairs(meter.samples) do
      count = count + 1
    end
    assert.is_true(count <= 62, count)
  end)
end)

describe("the time that the rest takes", function()
  it("follows the allowance before anything is known", function()
    local meter = rate_meter.new(0)
    assert.equal(840, meter:remaining(8000, 4200, 300))
    assert.is_nil(meter:remaining(8000, nil, 300))
    assert.is_nil(meter:remaining(8000, 4200, nil))
  end)

  it("follows the rate, but is never less than the allowance permits", function()
    local meter = rate_meter.new(0)
    meter:note(10, 20)
    assert.equal(500, meter:remaining(1000))
    assert.equal(500, meter:remaining(1000, 300, 300))
    assert.equal(1200, meter:remaining(1000, 6000, 300))
    meter = rate_meter.new(0)
    meter:note(10, 0)
    assert.is_nil(meter:remaining(1000))
  end)

  it("reads as people say it", function()
    for seconds, text in pairs { [0] = "1 s", [0.2] = "1 s", [42] = "42 s", [89] = "89 s", [90] = "2 min",
      [840] = "14 min", [5399] = "1 h 30 min", [12000] = "3 h 20 min", [86400 * 3] = "3 days" } do
      assert.equal(text, rate_meter.duration(seconds))
    end
  end)
end)
