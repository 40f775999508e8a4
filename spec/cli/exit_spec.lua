-- Which failure and which run of a plan end with which code and which line.
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"

describe("an exit code", function()
  local cases = {
    { 2, { kind = "invalid", message = "m" } },
    { 2, { kind = "limit", message = "m" } },
    { 3, { kind = "auth", message = "m", status = 403 } },
    { 4, { kind = "conflict", message = "m" } },
    { 75, { kind = "throttled", message = "m" } },
    { 75, { kind = "http", message = "m", status = 503, retryable = true } },
    { 75, { kind = "transport", message = "m", retryable = true } },
    { 1, { kind = "transport", message = "m", retryable = false } },
    { 1, { kind = "http", message = "m", status = 404 } },
    { 1, { kind = "http", message = "m", status = 503, retryable = false } },
    { 1, { kind = "decode", message = "m" } },
    { 130, { kind = "cancelled", message = "m" } },
  }
  for _, case in ipairs(cases) do
    it(("is %d for %s%s"):format(case[1], case[2].kind, case[2].status or ""), function()
      assert.equal(case[1], exit.code_of(errors.new(case[2])))
    end)
  end

  it("comes with a sentence that names the remedy", function()
    local err = errors.new { kind = "transport", code = "refused", message = "no connection" }
    assert.equal("no connection (transport, refused); run `extcontacts doctor` to diagnose",
      exit.sentence(err, "extcontacts get"))
    assert.equal("no connection (transport, refused)", exit.sentence(err, "extcontacts doctor"))
    for _, fields in ipairs { { kind = "http", status = 404, from_api = true }, { kind = "throttled", status = 429 },
      { kind = "cancelled" }, { kind = "invalid" } } do
      fields.message = "m"
      err = errors.new(fields)
      assert.equal(tostring(err), exit.sentence(err, "extcontacts get"))
    end
    for _, fields in ipairs { { kind = "auth", status = 401 }, { kind = "timeout" }, { kind = "decode" },
      { kind = "http", status = 503 }, { kind = "http", status = 404 } } do
      fields.message = "m"
      assert.matches("; run `extcontacts doctor` to diagnose$", exit.sentence(errors.new(fields), "extcontacts get"))
    end
  end)

  it("is chosen by a command that fails by itself", function()
    local _, failure = pcall(exit.fail, "pending", "5 changes")
    assert.equal(5, exit.code_of(failure))
    assert.equal("5 changes", exit.sentence(failure, "extcontacts x"))
    _, failure = pcall(exit.usage, "no id")
    assert.equal(2, exit.code_of(failure))
    assert.equal("no id (see `extcontacts x --help`)", exit.sentence(failure, "extcontacts x"))
    assert.equal(1, exit.code_of "a plain error")
  end)

  it("is 2 for a file that does not exist, and 1 for one that cannot be read", function()
    assert.equal(2, exit.code_of(errors.new { kind = "io", code = "ENOENT", message = "m" }))
    assert.equal(1, exit.code_of(errors.new { kind = "io", code = "EACCES", message = "m" }))
  end)

  it("has a line in the help, with a meaning of the command's own if it has one", function()
    assert.same({ "    0  success", "    1  some records differ", "   75  rate limit reached, or API unavailable; "
      .. "retry later" }, exit.lines { 0, { 1, "some records differ" }, 75 })
    for _, row in ipairs(exit.meanings) do
      assert.is_string(row[2])
    end
  end)
end)

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
