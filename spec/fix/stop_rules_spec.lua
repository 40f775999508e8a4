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
