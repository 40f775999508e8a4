-- The circuit breaker.
local circuit = require "extcontacts.call.circuit"

local POLICY = circuit.POLICY

local function fail(values, now, sent_at)
  return circuit.failed(values, POLICY, sent_at or now, now, 1)
end

local function opened()
  local values = {}
  for now = 1, 3 do
    fail(values, now)
  end
  return values
end

local function admit(values, now)
  return (circuit.admit(values, POLICY, now))
end

describe("the circuit breaker", function()
  it("stays closed after single failures", function()
    local values = {}
    fail(values, 1)
    fail(values, 2)
    assert.equal("request", admit(values, 2))
    circuit.succeeded(values)
    fail(values, 4)
    fail(values, 5)
    assert.equal("request", admit(values, 5))
    assert.equal("closed", circuit.state(values, POLICY, 5))
  end)

  it("counts requests that fail together as one failure", function()
    local values = {}
    for _ = 1, 16 do
      assert.is_false(fail(values, 1, 0.5))
    end
    assert.equal(1, values.failures)
  end)

  it("opens after three failures in a row, then permits one probe", function()
    local values = opened()
    assert.equal("open", circuit.state(values, POLICY, 3.1))
    assert.is_nil(admit(values, 3.1))
    assert.equal("half_open", circuit.state(values, POLICY, 3.6))
    assert.equal("probe", admit(values, 3.6))
    assert.equal("half_open", circuit.state(values, POLICY, 3.6))
    assert.is_nil(admit(values, 3.6))
    circuit.succeeded(values)
    assert.equal("request", admit(values, 3.7))
    assert.equal("request", admit(values, 3.7))
  end)

  it("reports which failure opened it", function()
    local values = {}
    assert.is_false(fail(values, 1))
    assert.is_false(fail(values, 2))
    assert.is_true(fail(values, 3))
  end)

  it("permits another probe if the first ended undecided", function()
    local values = opened()
    circuit.undecided(values, 3.1) -- there is no probe: nothing changes
    assert.is_nil(admit(values, 3.1))
    assert.equal("probe", admit(values, 3.6))
    assert.is_nil(admit(values, 3.7))
    circuit.undecided(values, 3.8)
    assert.equal("probe", admit(values, 3.8))
    assert.is_nil(admit(values, 3.8))
  end)

  it("permits another probe if the first never reported", function()
    local values = opened()
    assert.equal("probe", admit(values, 3.6))
    assert.is_nil(admit(values, 3.6 + POLICY.probe - 0.1))
    assert.equal("probe", admit(values, 3.6 + POLICY.probe))
  end)

  it("pauses longer after every failure, up to ten seconds", function()
    local values, now, last = {}, 0, 0
    for _ = 1, 12 do
      now = math.max(now, values.open_until or 0)
      assert.is_not_nil(admit(values, now))
      fail(values, now)
      local pause = (values.open_until or now) - now
      assert.is_true(pause >= last or pause == 10)
      last = pause
    end
    assert.equal(10, last)
  end)

  it("adds jitter to the second half of the pause", function()
    for _, random in ipairs { 0, 0.5, 1 } do
      local values = { failures = 2, failed_at = 1 }
      circuit.failed(values, POLICY, 2, 2, random)
      assert.equal(POLICY.first_pause * (0.5 + random / 2), values.open_until - 2)
    end
  end)

  it("consists of numbers, so that a store can keep it", function()
    local values = opened()
    admit(values, 3.6)
    for _, value in pairs(values) do
      assert.equal("number", type(value))
    end
  end)
end)
