-- When a run stops before the plan's end.
local stop_rules = require "extcontacts.fix.apply.stop_rules"

describe("a run stops", function()
  -- The reason after a series of outcomes, and after how many.
  local function reason_after(outcomes, options)
    local counts = stop_rules.counts()
    for index, outcome in ipairs(outcomes) do
      local reason = stop_rules.after(counts, options or {}, outcome)
      if reason then
        return reason, index
      end
    end
  end

  local function times(count, outcome)
    local list = {}
    for index = 1, count do
      list[index] = outcome
    end
    return list
  end

  local APPLIED, FAILED, CONFLICT = { t = "applied" }, { t = "failed" }, { t = "conflict" }
  local SERVER = { t = "not_sent", server_failure = true }

  it("for the reason that an outcome names", function()
    assert.same({ "auth", 2 }, { reason_after { APPLIED, { t = "not_sent", stop = "auth" } } })
  end)

  it("after three consecutive failures of the server", function()
    assert.same({ "try_later", 3 }, { reason_after { SERVER, SERVER, SERVER } })
    assert.is_nil((reason_after { SERVER, SERVER, APPLIED, SERVER, SERVER }))
  end)

  it("at a conflict only if configured", function()
    assert.is_nil((reason_after { CONFLICT }))
    assert.same({ "conflict", 1 }, { reason_after({ CONFLICT }, { on_conflict = "fail" }) })
  end)

  it("at max_errors failures", function()
    assert.same({ "max_errors", 3 }, { reason_after({ FAILED, APPLIED, FAILED }, { max_errors = 2 }) })
  end)

  it("when more than a share fails, once 50 changes have an outcome", function()
    assert.same({ "error_rate", 50 }, { reason_after(times(60, FAILED)) })
    assert.is_nil((reason_after(times(60, FAILED), { error_rate = 1 })))
    local few = times(60, APPLIED)
    few[1] = FAILED
    assert.is_nil((reason_after(few)))
    assert.same({ "error_rate", 50 }, { reason_after(few, { error_rate = 0 }) })
  end)

  it("before a change when it is interrupted or at its limit", function()
    local counts = stop_rules.counts()
    counts.started = 2
    assert.is_nil(stop_rules.before(counts, { limit = 3 }))
    assert.equal("limit", stop_rules.before(counts, { limit = 2 }))
    assert.equal("interrupted", stop_rules.before(counts, { limit = 2, interrupted = function() return true end }))
  end)
end)

describe("a run may start", function()
  local function room(counts, options)
    local all = stop_rules.counts()
    for name, value in pairs(counts) do
      all[name] = value
    end
    return stop_rules.room(all, options or {})
  end

  it("as many changes as may fail before it stops", function()
    assert.equal(3, room({}, { max_errors = 3 }))
    assert.equal(1, room({ started = 5, finished = 4, failed = 1 }, { max_errors = 3 }))
    assert.equal(50, room {})
    assert.equal(20, room { started = 30 })
    assert.equal(51, room { started = 50, finished = 50 })
    assert.equal(math.huge, room({}, { error_rate = 1 }))
  end)

  it("no other change while those under way may make it stop, but one if there are none", function()
    assert.equal(0, room({ started = 3 }, { max_errors = 3 }))
    assert.equal(1, room({ started = 3, finished = 3 }, { max_errors = 0 }))
    assert.equal(1, room({ started = 60, finished = 60, failed = 30 }, {}))
  end)

  it("exactly those that the rules of `after` let it finish", function()
    for _, options in ipairs { {}, { max_errors = 7 }, { error_rate = 0.1 }, { max_errors = 30, error_rate = 0.9 } } do
      for _, finished in ipairs { 0, 10, 49, 50, 51, 200 } do
        local counts = stop_rules.counts()
        counts.started, counts.finished, counts.failed = finished, finished, math.min(5, math.floor(finished / 20))
        local most, started = stop_rules.room(counts, options), 0
        repeat
          started = started + 1
        until stop_rules.after(counts, options, { t = "failed" })
        assert.equal(started, most)
      end
    end
  end)
end)
