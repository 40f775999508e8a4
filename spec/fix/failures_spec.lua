-- What a failed request means for its change and for the run.
local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"

-- An error: its kind, status and how much of the request was sent; and the
-- outcome, the reason to stop and whether the server failed, for a read and for
-- an update.
local CASES = {
  { { kind = "http", status = 422, from_api = true }, { "failed" }, { "failed" } },
  { { kind = "http", status = 404, from_api = true }, { "failed" }, { "conflict" } },
  { { kind = "conflict", status = 409, from_api = true }, { "failed" }, { "conflict" } },
  -- A gateway's answer does not show what became of the change.
  { { kind = "http", status = 422 }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "http", status = 404 }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "http", status = 409 }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "http", status = 403 }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "invalid" }, { "failed" }, { "failed" } },
  { { kind = "auth", status = 403, from_api = true }, { "not_sent", "auth" }, { "not_sent", "auth" } },
  -- One item of a bulk request.
  { { kind = "auth", status = 403, from_api = true, response = { status = 200 } }, { "failed" }, { "failed" } },
  { { kind = "auth", sent = "nothing" }, { "not_sent", "auth" }, { "not_sent", "auth" } },
  { { kind = "throttled", status = 429 }, { "not_sent", "try_later" }, { "not_sent", "try_later" } },
  { { kind = "throttled" }, { "not_sent", "try_later" }, { "not_sent", "try_later" } },
  { { kind = "cancelled", sent = "nothing" }, { "not_sent", "interrupted" }, { "not_sent", "interrupted" } },
  { { kind = "cancelled", sent = "all" }, { "not_sent", "interrupted" }, { "unknown", "interrupted", true } },
  { { kind = "closed" }, { "not_sent", "interrupted" }, { "not_sent", "interrupted" } },
  { { kind = "transport", sent = "nothing" }, { "not_sent", nil, true }, { "not_sent", nil, true } },
  { { kind = "transport", sent = "all" }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "timeout", sent = "some" }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "http", status = 503 }, { "not_sent", nil, true }, { "unknown", nil, true } },
  { { kind = "decode", status = 200 }, { "not_sent", nil, true }, { "unknown", nil, true } },
  -- An earlier attempt of the same call may have arrived.
  { { kind = "timeout", sent = "nothing", ambiguous = true }, nil, { "unknown", nil, true } },
  { { kind = "throttled", status = 429, ambiguous = true }, nil, { "unknown", "try_later", true } },
  { { kind = "auth", status = 403, ambiguous = true }, nil, { "unknown", "auth", true } },
  { { kind = "http", status = 422, from_api = true, earlier_unclear = true }, nil, { "unknown" } },
  { { kind = "conflict", status = 409, from_api = true, earlier_unclear = true }, nil, { "unknown" } },
  { { kind = "auth", status = 403, from_api = true, earlier_unclear = true }, nil, { "unknown", "auth" } },
}

describe("a failed request", function()
  local function facts(outcome)
    return { outcome.t, outcome.stop, outcome.server_failure }
  end

  for _, case in ipairs(CASES) do
    local fields, read, write = case[1], case[2], case[3]
    local origin = fields.from_api and " of the API" or ""
    local history = (fields.ambiguous or fields.earlier_unclear) and ", after a lost reply" or ""
    it(("of the kind %s, status %s%s, sent %s%s"):format(fields.kind, fields.status or "none", origin,
      fields.sent or "unknown", history), function()
      fields.message = "it failed"
      local err = errors.new(fields)
      if read then
        assert.same(read, facts(failures.of_read(err)))
      end
      assert.same(write, facts(failures.of_write("update", err)))
    end)
  end

  it("keeps the server's words for the file of errors", function()
    local outcome = failures.of_write("create", errors.new {
      kind = "http", status = 422, from_api = true, code = "constraint.validation", message = "no",
      correlation_id = "c", details = { { fieldName = "workEmail" } },
    })
    assert.same({ "failed", "no", 422, "constraint.validation", "c", "workEmail" },
      { outcome.t, outcome.reason, outcome.status, outcome.code, outcome.correlation_id, outcome.field })
  end)
end)
