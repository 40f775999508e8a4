-- The progress line of an apply.
local command = require "spec.support.command"
local progress_bar = require "extcontacts.cli.progress_bar"

local client = {
  stats = function()
    return { throttled = 1, waits = { rate = 75 } }
  end,
}

local function progress_of(fields)
  local progress = { total = 8, settled = 4, run = 0, counts = { failed = 0, conflict = 0, unknown = 0 } }
  for name, value in pairs(fields or {}) do
    progress[name] = value
  end
  return progress
end

describe("the progress of an apply", function()
  it("is a bar on a terminal, with everything that is not going well", function()
    local ctx, _, errors = command.context { terminals = { stderr = true } }
    progress_bar.new(ctx, client):show(progress_of { counts = { failed = 2, conflict = 1, unknown = 0 } })
    assert.equal("\r\27[K[############............]  50% 4 of 8 changes, 0.0 per second, rate-limited 1 time, "
      .. "waited 1:15 for the rate limit, 2 failed, 1 conflict", errors())
  end)

  it("is updated at intervals, but at once when paused", function()
    local ctx, _, errors = command.context { terminals = { stderr = true } }
    local bar = progress_bar.new(ctx, client)
    bar:show(progress_of())
    local before = errors()
    bar:show(progress_of())
    assert.equal(before, errors())
    bar:show(progress_of { paused = true })
    assert.equal("\r\27[K[############............]  50% 4 of 8 changes, paused", errors():sub(#before + 1))
  end)

  it("is a line now and then in a log", function()
    local ctx, _, errors = command.context()
    local bar = progress_bar.new(ctx, client)
    bar:show(progress_of())
    assert.equal("", errors()) -- too early
    bar:show(progress_of { paused = true })
    assert.equal("extcontacts x: 4 of 8 changes, paused\n", errors())
  end)
end)
