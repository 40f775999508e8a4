-- The budget and the brake.
local circuit = require "extcontacts.call.circuit"

local UNAVAILABLE = { kind = "http", status = 503 }

describe("the budget", function()
  it("pays a few repeats at once, then as many as it earns", function()
    local state, free = circuit.new(0), 0
    while circuit.pay(state, 0) == 0 do
      free = free + 1
    end
    assert.equal(10, free)
    state = circuit.new(0)
    state.balance = 0
    for _ = 1, 5 do
      circuit.earn(state)
    end
    assert.is_true(circuit.pay(state, 0) < 1e-6)
    assert.is_true(circuit.pay(state, 0) > 1)
  end)

  it("makes a repeat without money wait, and refuses one that would wait long", function()
    local state = circuit.new(0)
    state.balance = 0
    assert.equal(2, circuit.pay(state, 0))
    for _ = 1, 9 do
      assert.is_not_nil(circuit.pay(state, 0))
    end
    assert.is_nil(circuit.pay(state, 0))
    assert.is_not_nil(circuit.pay(state, 60))
  end)

  it("keeps half the requests failing within a fifth more of them", function()
    local state, now, first, repeats = circuit.new(0), 0, 0, 0
    for index = 1, 10000 do
      now = now + 0.01
      first = first + 1
      circuit.earn(state)
      if index % 2 == 0 and circuit.pay(state, now) then
        repeats = repeats + 1
      end
    end
    assert.is_true(repeats <= 0.2 * first + 10 + 0.5 * now + 11, repeats)
  end)
end)

describe("the brake", function()
  local function fail(state, now)
    circuit.note(state, now, now, UNAVAILABLE, 1)
  end

  it("is off for single failures", function()
    local state = circuit.new(0)
    fail(state, 1)
    fail(state, 2)
    assert.is_nil(circuit.admit(state, 2))
    circuit.note(state, 3, 3, nil, 1)
    fail(state, 4)
    fail(state, 5)
    assert.is_nil(circuit.admit(state, 5))
  end)

  it("counts requests that failed side by side as one", function()
    local state = circuit.new(0)
    for _ = 1, 16 do
      circuit.note(state, 0.5, 1, UNAVAILABLE, 1)
    end
    assert.equal(1, state.rounds)
  end)

  it("holds all requests after three in a row, and lets one try", function()
    local state = circuit.new(0)
    for now = 1, 3 do
      fail(state, now)
    end
    assert.is_true(circuit.admit(state, 3.1) > 0)
    assert.is_nil(circuit.admit(state, 3.6))
    assert.is_true(circuit.admit(state, 3.6) > 0)
    circuit.note(state, 3.6, 3.7, nil, 1)
    assert.is_nil(circuit.admit(state, 3.7))
    assert.is_nil(circuit.admit(state, 3.7))
  end)

  it("lets another try when the trial was cancelled", function()
    local state = circuit.new(0)
    for now = 1, 3 do
      fail(state, now)
    end
    circuit.leave(state, 3.1) -- none is under way: nothing changes
    assert.is_true(circuit.admit(state, 3.1) > 0)
    assert.is_nil((circuit.admit(state, 3.6)))
    assert.is_true(circuit.admit(state, 3.7) > 0)
    circuit.leave(state, 3.8)
    assert.is_nil((circuit.admit(state, 3.8)))
    assert.is_true(circuit.admit(state, 3.8) > 0)
  end)

  it("waits longer from failure to failure, ten seconds at most", function()
    local state, now, last = circuit.new(0), 0, 0
    for _ = 1, 12 do
      now = math.max(now, state.hold)
      assert.is_nil((circuit.admit(state, now)))
      fail(state, now)
      assert.is_true(state.hold - now >= last or state.hold - now == 10)
      last = state.hold > now and state.hold - now or 0
    end
    assert.equal(10, last)
  end)

  it("is lifted by any answer, also a refusal", function()
    local state = circuit.new(0)
    for now = 1, 3 do
      fail(state, now)
    end
    circuit.note(state, 4, 4, { kind = "http", status = 404 }, 1)
    assert.is_nil(circuit.admit(state, 4))
  end)

  for name, case in pairs {
    ["503"] = { UNAVAILABLE, true },
    ["502"] = { { kind = "http", status = 502 }, true },
    ["a broken connection"] = { { kind = "transport" }, true },
    ["a timeout"] = { { kind = "timeout" }, true },
    ["a wrong certificate"] = { { kind = "transport", permanent = true }, false },
    ["500"] = { { kind = "http", status = 500 }, false },
    ["429"] = { { kind = "throttled", status = 429 }, false },
  } do
    it(("takes %s for %s"):format(name, case[2] and "an outage" or "something else"), function()
      assert.equal(case[2], circuit.is_sign(case[1]))
    end)
  end
end)
