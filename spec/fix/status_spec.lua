-- The state of a plan, from its files alone.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("fix.status", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function status()
    return assert(fix.status(place:path "p"))
  end

  it("follows a plan from planned to complete", function()
    place:plan_titles(4, "Pilot")
    assert.same({ "planned", 4, 0 }, { status().state, status().not_started, status().runs })
    local seen = {}
    assert(place:apply { limit = 2, on_progress = function()
      seen[status().state] = true
    end })
    assert.same({ running = true }, seen)
    assert.same({ "stopped", 2, 1, "limit" },
      { status().state, status().not_started, status().runs, status().last_stop.reason })
    assert(place:resume())
    assert.same({ "complete", 0, 2, 4 },
      { status().state, status().not_started, status().runs, status().counts.applied })
  end)

  it("names the file of errors while it exists", function()
    place:faults { operation = "contacts.bulk.update", item = 1, item_status = 422 }
    place:plan_titles(2, "Pilot")
    assert.is_nil(status().errors_path)
    assert(place:apply())
    assert.equal(place:path "p.errors.csv", status().errors_path)
    assert.same({ 1, 1 }, { status().counts.applied, status().counts.failed })
  end)

  it("fails for a file that is no plan", function()
    local found, err = fix.status(place:write("p", "{}\n"))
    assert.is_nil(found)
    assert.equal("plan", err.code)
  end)
end)
