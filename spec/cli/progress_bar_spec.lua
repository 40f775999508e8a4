-- The progress on a terminal, with a clock that the spec sets.
local command = require "spec.support.command"
local progress_bar = require "extcontacts.cli.progress_bar"

describe("progress", function()
  local time
  before_each(function()
    time = 1000
  end)

  -- A bar on a terminal; with what the terminal shows.
  local function start(options, parts)
    parts = parts or { terminals = { stderr = true }, columns = 200 }
    local ctx, _, errors = command.context(parts)
    options.now = function()
      return time
    end
    return progress_bar.new(ctx, options), function()
      return (errors():match "[^\r]*$":gsub("^\27%[K", ""))
    end, ctx, errors
  end

  it("of a known number is a bar with the rate and the time left", function()
    local bar, shown = start { noun = "change", total = 8, at_once = true }
    bar:show(0)
    assert.equal("[........................]   0% 0 of 8 changes", shown())
    time = time + 2
    bar:show(4, { "2 failed", "1 conflict" })
    assert.equal("[############............]  50% 4 of 8 changes, 2.0 per second, about 2 s left, 2 failed, 1 conflict",
      shown())
    time = time + 2
    bar:show(8)
    assert.equal("[########################] 100% 8 of 8 changes, 2.0 per second", shown())
  end)

  it("has a shorter bar, or none, on a narrow terminal", function()
    for columns, expected in pairs { [80] = "[#####.....]  50% 4 of 8 changes", [40] = " 50% 4 of 8 changes" } do
      local bar, shown = start({ noun = "change", total = 8, at_once = true },
        { terminals = { stderr = true }, columns = columns })
      bar:show(4)
      assert.equal(expected, shown())
    end
  end)

  it("knows how long it takes before the start, by the allowance", function()
    local bar, shown = start { noun = "change", total = 4200, requests = 4200, allowance = 300, at_once = true }
    bar:show(0)
    assert.equal("[........................]   0% 0 of 4200 changes, about 14 min at 300 requests/min", shown())
    time = time + 10
    bar:show(300) -- a burst does not shorten what the allowance permits
    assert.matches(", 30 per second, about 13 min left", shown(), 1, true)
  end)

  it("of an unknown or a wrong number counts", function()
    local bar, shown = start { noun = "record", verb = "read" }
    time = time + 1
    bar:show(1, { "0 changes" })
    assert.equal("1 record read, 1.0 per second, 0 changes", shown())
    time = time + 1
    bar.total = 2
    bar:show(3)
    assert.equal("3 records read, 1.5 per second", shown())
  end)

  it("asks for the number once it is shown", function()
    local asked = 0
    local bar, shown = start { noun = "record", verb = "read", per_request = 200, allowance = 300 }
    function bar.find_total()
      asked = asked + 1
      return 1000000
    end
    bar:show(1)
    assert.equal(0, asked)
    time = time + 2
    bar:show(200)
    assert.equal("[........................]   0% 200 of 1000000 records, 100 per second, about 2 h 47 min left",
      shown())
    time = time + 2
    bar:show(100000) -- a burst
    assert.matches(", about 15 min left", shown(), 1, true)
    assert.equal(1, asked)
  end)

  it("appears after half a second, and is updated at intervals but at once when paused", function()
    local bar, shown, _, errors = start { noun = "change", total = 8 }
    bar:show(1)
    assert.equal("", errors())
    time = time + 0.5
    bar:show(2)
    assert.matches("2 of 8 changes", shown(), 1, true)
    local before = errors()
    bar:show(3)
    assert.equal(before, errors())
    bar:show(3, nil, true)
    assert.equal("[#########...............]  37% 3 of 8 changes, paused", shown())
  end)

  it("is shown on a terminal only, and not with --quiet", function()
    for _, parts in ipairs { {}, { terminals = { stdout = true } }, { terminals = { stderr = true },
      args = { quiet = true } } } do
      local bar, _, _, errors = start({ noun = "change", total = 8, at_once = true }, parts)
      bar:show(3)
      bar:show(3, nil, true)
      bar:finish()
      assert.equal("", errors())
    end
  end)

  it("ends for good", function()
    local bar, _, _, errors = start { noun = "change", total = 8, at_once = true }
    bar:show(3)
    bar:finish()
    local before = errors()
    assert.matches("\r\27%[K$", before)
    time = time + 100
    bar:show(4)
    assert.equal(before, errors())
  end)
end)
