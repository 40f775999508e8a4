local sendable = require "extcontacts.tidy.sendable"

local GOOD = { firstName = "Ada", lastName = "Lovelace", workPhone = { display = "n/a" } }
local BAD = { firstName = "Ada", lastName = "Lovelace", workEmail = "n/a" }
local REASON = "the server would reject the record because of its workEmail"

describe("tidy.sendable", function()
  it("finds the field because of which the server would reject a record", function()
    assert.is_nil(sendable.problem("contact", GOOD))
    assert.equal(REASON, sendable.problem("contact", BAD))
    assert.is_nil(sendable.problem("contact", { firstName = "Ada" }))
    assert.is_nil(sendable.problem("contact", { workPhone = { display = "+49 30 1234567" } }))
    assert.equal("the server would reject the record because of its lastName",
      sendable.problem("contact", { lastName = ("x"):rep(1001) }))
    assert.equal("the server would reject the record because of its name",
      sendable.problem("organization", { industry = "Food" }))
  end)

  it("returns the record, or skips it with the reason", function()
    local reasons = {}
    local ctx = { skip = function(reason) reasons[#reasons + 1] = reason end }
    assert.equal(GOOD, sendable.or_skip("contact", GOOD, ctx))
    assert.is_nil(sendable.or_skip("contact", BAD, ctx))
    assert.same({ REASON }, reasons)
  end)
end)
