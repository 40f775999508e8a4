-- While one call tried whether a failing server was back, every other call with
-- less than 30 seconds left failed at once, although the trial takes
-- milliseconds: the end of an outage failed all the calls that waited for it.
local circuit = require "extcontacts.call.circuit"

describe("a trial in an outage", function()
  it("lets the others wait a moment, not as long as it may take at most", function()
    local state = circuit.new(0)
    for now = 1, 3 do
      circuit.note(state, now, now, { kind = "http", status = 503 }, 1)
    end
    local _, hold = circuit.peek(state, 3)
    assert.equal(state.hold - 3, hold) -- until then nobody tries
    assert.is_nil((circuit.admit(state, state.hold))) -- the trial
    local wait
    wait, hold = circuit.peek(state, 3.6)
    assert.is_true(wait > 0 and wait < 1)
    assert.equal(wait, hold)
    circuit.note(state, 3.6, 3.7, { kind = "http", status = 503 }, 1)
    _, hold = circuit.peek(state, 3.7)
    assert.equal(state.hold - 3.7, hold) -- it failed: the next hold is known
  end)
end)
