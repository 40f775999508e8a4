-- While one call probed whether a failing server was back, every other call with
-- less than 30 seconds left failed at once, although a probe takes milliseconds:
-- the end of an outage failed all the calls that waited for it.
local circuit = require "extcontacts.call.circuit"

local POLICY = circuit.POLICY

describe("a probe of an open circuit", function()
  it("makes other calls wait briefly, not for the longest possible probe", function()
    local values = {}
    for now = 1, 3 do
      circuit.failed(values, POLICY, now, now, 1)
    end
    local _, until_probe = circuit.wait(values, POLICY, 3)
    assert.equal(values.open_until - 3, until_probe)
    assert.equal("probe", (circuit.admit(values, POLICY, values.open_until)))
    local wait
    wait, until_probe = circuit.wait(values, POLICY, 3.6)
    assert.is_true(wait > 0 and wait < 1)
    assert.equal(wait, until_probe)
    circuit.failed(values, POLICY, 3.6, 3.7, 1)
    _, until_probe = circuit.wait(values, POLICY, 3.7)
    assert.equal(values.open_until - 3.7, until_probe) -- it failed: the next probe is known
  end)
end)
