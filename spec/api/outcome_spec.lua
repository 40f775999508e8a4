-- The one classification of results: effect × result.
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"

local WRITES = { "create", "update", "delete", "merge", "job", "unknown" }

-- result; the outcome of a read; of a write; whether it is temporary; whether it speaks of the server
local RESULTS = {
  { { kind = "throttled", status = 429 }, "throttled", "throttled", true, false },
  { { kind = "throttled", code = "rate_allowance" }, "throttled", "throttled", true, false },
  { { kind = "http", status = 302 }, "refused", "refused", false, false },
  { { kind = "http", status = 400, from_api = true }, "refused", "refused", false, false },
  { { kind = "auth", status = 401 }, "refused", "refused", false, false },
  { { kind = "auth", status = 403, from_api = true }, "refused", "refused", false, false },
  { { kind = "http", status = 404, from_api = true }, "refused", "refused", false, false },
  { { kind = "http", status = 408, from_api = true }, "unreachable", "unclear", true, false },
  { { kind = "conflict", status = 409, from_api = true }, "refused", "refused", false, false },
  { { kind = "http", status = 413, from_api = true }, "refused", "refused", false, false },
  { { kind = "http", status = 422, from_api = true }, "refused", "refused", false, false },
  { { kind = "http", status = 500, from_api = true }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 501, from_api = true }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 502, from_api = true }, "unreachable", "unclear", true, true },
  { { kind = "http", status = 503, from_api = true }, "unreachable", "unclear", true, true },
  { { kind = "http", status = 504, from_api = true }, "unreachable", "unclear", true, true },
  { { kind = "http", status = 304 }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 400 }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 403 }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 404 }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 407 }, "refused", "refused", false, false },
  { { kind = "http", status = 409 }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 500 }, "unreachable", "unclear", false, false },
  { { kind = "http", status = 503 }, "unreachable", "unclear", true, true },
  { { kind = "decode", status = 200 }, "unreachable", "unclear", false, false },
  { { kind = "protocol", status = 200 }, "unreachable", "unclear", false, false },
  { { kind = "transport", sent = "nothing" }, "unreachable", "unreachable", true, true },
  { { kind = "transport", sent = "partial" }, "unreachable", "unclear", true, true },
  { { kind = "transport", sent = "all" }, "unreachable", "unclear", true, true },
  { { kind = "transport", sent = "all", status = 200 }, "unreachable", "unclear", true, false },
  { { kind = "transport", sent = "nothing", permanent = true }, "unreachable", "unreachable", false, false },
  { { kind = "transport", sent = "all", permanent = true }, "unreachable", "unclear", false, false },
  { { kind = "timeout", sent = "nothing" }, "unreachable", "unreachable", true, true },
  { { kind = "timeout", sent = "all" }, "unreachable", "unclear", true, true },
  { { kind = "cancelled" }, "stopped", "stopped", false, false },
  { { kind = "cancelled", sent = "nothing" }, "stopped", "stopped", false, false },
  { { kind = "cancelled", sent = "all" }, "stopped", "unclear", false, false },
  { { kind = "closed" }, "stopped", "stopped", false, false },
  { { kind = "invalid" }, "refused", "refused", false, false },
  { { kind = "limit" }, "refused", "refused", false, false },
  { { kind = "limit", sent = "nothing", permanent = true }, "refused", "refused", false, false },
  { { kind = "limit", sent = "all", status = 200, permanent = true }, "refused", "unclear", false, false },
  { { kind = "limit", sent = "all", permanent = true }, "refused", "unclear", false, false },
  { { kind = "http", status = 503, sent = "nothing" }, "unreachable", "unreachable", true, true },
}

local function name_of(err)
  local origin = err.from_api and "of the API" or ""
  return table.concat({ err.kind, err.status or err.code or "", err.sent or "", origin }, " ")
end

describe("the outcome", function()
  it("of a success is done", function()
    assert.equal("done", outcome.of("read", nil))
    assert.equal("done", outcome.of("create", nil))
  end)

  for index, case in ipairs(RESULTS) do
    local err, read, write, temporary, outage = case[1], case[2], case[3], case[4], case[5]
    it(("of result %d: %s"):format(index, name_of(err)), function()
      assert.equal(read, outcome.of("read", err))
      for _, effect in ipairs(WRITES) do
        assert.equal(write, outcome.of(effect, err), effect)
      end
      assert.equal(temporary, outcome.is_temporary(err))
      assert.equal(outage, outcome.is_outage(err))
    end)
  end
end)

describe("a record", function()
  it("is absent only if the API itself says so", function()
    assert.is_true(outcome.is_absent { kind = "http", status = 404, from_api = true })
    assert.is_false(outcome.is_absent { kind = "http", status = 404, from_api = false })
    assert.is_false(outcome.is_absent { kind = "http", status = 404 })
    assert.is_false(outcome.is_absent { kind = "http", status = 403, from_api = true })
  end)
end)

describe("a failure of the service", function()
  it("is one of the credentials, the server or the way to it, not of the request", function()
    for _, err in ipairs {
      { kind = "auth", status = 401, from_api = true }, { kind = "auth", status = 403, from_api = true },
      { kind = "transport", sent = "nothing" }, { kind = "timeout", sent = "all" },
      { kind = "decode", status = 200 }, { kind = "http", status = 500, from_api = true },
    } do
      assert.is_true(outcome.is_service_failure(err), err.kind)
    end
    for _, err in ipairs {
      { kind = "throttled", status = 429 }, { kind = "http", status = 404, from_api = true },
      { kind = "invalid" }, { kind = "cancelled" },
    } do
      assert.is_false(outcome.is_service_failure(err), err.kind)
    end
  end)
end)

describe("the verdict", function()
  local R, A, F = "retry", "ambiguous", "final"
  -- failure; what it means for a read, a PUT or DELETE; for a create; for a schema's update
  for index, case in ipairs {
    { { kind = "throttled", status = 429 }, R, R, R },
    { { kind = "http", status = 400, from_api = true }, F, F, F },
    { { kind = "http", status = 404, from_api = true }, F, F, F },
    { { kind = "http", status = 408, from_api = true }, R, A, A },
    { { kind = "http", status = 500, from_api = true }, F, F, F },
    { { kind = "http", status = 501, from_api = true }, F, F, F },
    { { kind = "http", status = 502, from_api = true }, R, A, A },
    { { kind = "http", status = 503, from_api = true }, R, A, A },
    { { kind = "http", status = 504, from_api = true }, R, A, A },
    { { kind = "auth", status = 401 }, F, F, F },
    { { kind = "auth", status = 403, from_api = true }, F, F, F },
    { { kind = "conflict", status = 409, from_api = true }, F, F, F },
    { { kind = "http", status = 403 }, F, A, A },
    { { kind = "http", status = 404 }, F, A, A },
    { { kind = "http", status = 409 }, F, A, A },
    { { kind = "http", status = 500 }, F, A, A },
    { { kind = "http", status = 502 }, R, A, A },
    { { kind = "decode", status = 200 }, F, A, A },
    { { kind = "protocol", status = 200 }, F, A, A },
    { { kind = "cancelled" }, F, F, F },
    { { kind = "cancelled", sent = "all" }, F, A, A },
    { { kind = "closed" }, F, F, F },
    { { kind = "limit" }, F, F, F },
    { { kind = "transport", sent = "nothing" }, R, R, R },
    { { kind = "transport", sent = "partial" }, R, A, A },
    { { kind = "transport", sent = "all" }, R, A, A },
    { { kind = "transport", sent = "nothing", permanent = true }, F, F, F },
    { { kind = "transport", sent = "all", permanent = true }, F, A, A },
    { { kind = "timeout", sent = "nothing" }, R, R, R },
    { { kind = "timeout", sent = "all" }, R, A, A },
  } do
    local err = case[1]
    it(("on failure %d: %s"):format(index, name_of(err)), function()
      for _, name in ipairs { "contacts.get", "contacts.update", "contacts.delete" } do
        assert.equal(case[2], outcome.verdict(operations.by_short[name], err))
      end
      assert.equal(case[3], outcome.verdict(operations.by_short["contacts.create"], err))
      assert.equal(case[4], outcome.verdict(operations.by_short["contacts.schemas.update"], err))
    end)
  end

  it("marks a 500 as retryable, although it is not retried automatically", function()
    assert.is_true(outcome.is_retryable(operations.by_short["contacts.get"], { kind = "http", status = 500 }))
    assert.is_false(outcome.is_retryable(operations.by_short["contacts.create"], { kind = "http", status = 500 }))
  end)
end)
