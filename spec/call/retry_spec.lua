-- How long a failed request waits before it is sent again.
local retry = require "extcontacts.call.retry"

local POLICY = { retry = true, max_attempts = 5, max_retry_after = 180 }
local UNAVAILABLE = { kind = "http", status = 503 }

describe("the delay before a retry", function()
  it("is slightly longer than Retry-After", function()
    local err = { kind = "throttled", retry_after = 42 }
    assert.equal(43, retry.delay(err, 1, POLICY, 0))
    assert.equal(43.5, retry.delay(err, 1, POLICY, 1))
  end)

  it("has full jitter, and doubles up to 20 s", function()
    local patient = { retry = true, max_attempts = 99, max_retry_after = 180 }
    assert.equal(0, retry.delay(UNAVAILABLE, 1, patient, 0))
    assert.equal(0.5, retry.delay(UNAVAILABLE, 1, patient, 1))
    assert.equal(2, retry.delay(UNAVAILABLE, 3, patient, 1))
    assert.equal(20, retry.delay(UNAVAILABLE, 30, patient, 1))
  end)

  it("ends with max_attempts, with retry = false, and past max_retry_after", function()
    assert.is_not_nil(retry.delay(UNAVAILABLE, 4, POLICY, 0.5))
    assert.is_nil(retry.delay(UNAVAILABLE, 5, POLICY, 0.5))
    assert.is_nil(retry.delay(UNAVAILABLE, 1, { retry = false, max_attempts = 5, max_retry_after = 180 }, 0.5))
    assert.is_not_nil(retry.delay({ kind = "throttled", retry_after = 180 }, 1, POLICY, 0.5))
    assert.is_nil(retry.delay({ kind = "throttled", retry_after = 181 }, 1, POLICY, 0.5))
  end)
end)
