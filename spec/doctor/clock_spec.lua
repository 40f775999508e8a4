-- The clock comparison.
local clock = require "extcontacts.doctor.clock"

describe("the doctor's clock", function()
  it("allows for the time that the reply is in transit", function()
    local date = "Thu, 01 Jan 1970 00:16:40 GMT" -- 1000
    assert.equal(0, clock.ahead(date, 1000, 1000))
    assert.equal(0, clock.ahead(date, 990, 1010))
    assert.equal(0, clock.ahead(date, 1001, 1002))
    assert.equal(9, clock.ahead(date, 1010, 1012))
    assert.equal(-9, clock.ahead(date, 980, 990))
    assert.is_nil(clock.ahead(nil, 1, 2))
  end)
end)
