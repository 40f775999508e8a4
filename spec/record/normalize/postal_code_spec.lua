local postal_code = require "extcontacts.record.normalize.postal_code"

describe("a postal code", function()
  it("has lost a zero where all codes have five digits and this one has four", function()
    assert.is_true(postal_code.lost_zero("1067", "DE"))
    assert.is_true(postal_code.lost_zero(" 2134 ", "US"))
    assert.is_false(postal_code.lost_zero("01067", "DE"))
    assert.is_false(postal_code.lost_zero("1010", "AT"))
    assert.is_false(postal_code.lost_zero("1067", nil))
  end)
end)
