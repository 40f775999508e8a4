-- The outcome of an apply as text.
local command = require "spec.support.command"
local run_text = require "extcontacts.cli.run_text"

describe("the counts of an apply", function()
  local function text_of(counts)
    local ctx, output = command.context()
    run_text.counts(ctx, counts)
    return output()
  end

  it("are written if they are not 0, and agree with their nouns", function()
    assert.equal([[
      10  applied
       1  of these diverged: saved, but the server stored a different value
       2  unchanged: the record already had the planned values
       1  conflict: someone else changed the record; skipped
       3  failed
       1  unknown: sent, but no response arrived
       4  not started
]], text_of { applied = 10, diverged = 1, unchanged = 2, conflicts = 1, failed = 3, unknown = 1, open = 0,
      not_started = 4 })
    assert.equal([[
       2  conflicts: someone else changed the records; skipped
       2  in flight or interrupted: resume finds out whether they were applied
]], text_of { conflicts = 2, open = 2 })
    assert.equal("", text_of {})
  end)
end)

describe("the reason of a stop", function()
  it("names the option or the cause", function()
    assert.equal("stopped: --limit reached", run_text.stopped "limit")
    assert.equal("stopped: rate limit reached, or API unavailable", run_text.stopped "try_later")
    assert.equal("interrupted", run_text.stopped "interrupted")
    assert.equal("stopped: failed", run_text.stopped "failed")
  end)
end)
