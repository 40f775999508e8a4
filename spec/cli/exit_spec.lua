-- Which run of a plan ends with which exit code.
local exit = require "extcontacts.cli.exit"

describe("the exit code of a run", function()
  local CASES = {
    { "ok", {} },
    { "ok", { stopped = "limit" } },
    { "conflict", { conflicts = 2 } },
    { "conflict", { conflicts = 1, stopped = "conflict" } },
    { "some_failed", { failed = 1, conflicts = 1 } },
    { "some_failed", { unknown = 1 } },
    { "some_failed", { failed = 3, stopped = "max_errors" } },
    { "some_failed", { stopped = "error_rate" } },
    { "some_failed", { stopped = "io" } },
    { "auth", { failed = 1, stopped = "auth" } },
    { "try_later", { stopped = "try_later" } },
    { "interrupted", { unknown = 1, stopped = "interrupted" } },
  }

  for _, case in ipairs(CASES) do
    local name, given = case[1], case[2]
    it(("is that of %s with %d failed, %d in conflict, %d unknown, stopped by %s"):format(name, given.failed or 0,
      given.conflicts or 0, given.unknown or 0, given.stopped or "nothing"), function()
      assert.equal(exit.codes[name], exit.of_run {
        failed = given.failed or 0, conflicts = given.conflicts or 0, unknown = given.unknown or 0,
        stopped = given.stopped,
      })
    end)
  end
end)
