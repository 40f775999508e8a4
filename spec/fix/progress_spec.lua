-- The states of a run's changes.
local progress = require "extcontacts.fix.progress"

describe("the progress of a run", function()
  it("counts states and knows which changes are settled, in any order", function()
    local tracker = progress.new()
    for _, n in ipairs { 2, 3, 1, 6 } do
      tracker:set(n, "applied")
    end
    tracker:set(5, "unchanged")
    assert.equal(5, tracker:settled())
    for n = 1, 7 do
      assert.equal(n ~= 4 and n ~= 7, tracker:is_settled(n), n)
    end
    assert.same({ applied = 4, unchanged = 1, conflict = 0, failed = 0, unknown = 0 }, tracker.counts)
  end)

  it("lets a change that failed be settled again", function()
    local tracker = progress.new()
    tracker:set(1, "failed")
    tracker:set(2, "unknown")
    assert.same({ "failed", "unknown" }, tracker.problems)
    assert.is_true(tracker:is_settled(1))
    assert.is_false(tracker:is_settled(2))
    assert.equal(1, tracker:settled())
    tracker:set(1, "applied")
    tracker:set(2, "conflict")
    assert.same({ [2] = "conflict" }, tracker.problems)
    assert.same({ applied = 1, unchanged = 0, conflict = 1, failed = 0, unknown = 0 }, tracker.counts)
    assert.equal(2, tracker:settled())
  end)
end)
