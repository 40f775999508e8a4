local fault_rules = require "extcontacts.sandbox.fault_rules"

describe("fault_rules.check", function()
  it("converts numbers, booleans and ranges", function()
    assert.same({ nth = { 3, 3 }, status = 503, after = true },
      fault_rules.check { nth = "3", status = "503", after = "true" })
    assert.same({ nth = { 3, 5 }, rate = 0.5, seed = 1, extra_field = false, delay = 0 },
      fault_rules.check { nth = "3-5", rate = 0.5, seed = 1, extra_field = false, delay = 0 })
    assert.same({ item = { 2, 4 }, item_rate = 0.5, item_status = 409, retryable = true, item_after = false },
      fault_rules.check { item = "2-4", item_rate = "0.5", item_status = "409", retryable = "true",
        item_after = "false" })
    assert.same({ plan = { {}, { drop = "after" }, { cut = 5, nth = { 1, 1 } } } },
      fault_rules.check { plan = { {}, { drop = "after" }, { cut = "5", nth = 1 } } })
  end)

  it("names the field and says what is wrong with it", function()
    for _, case in ipairs {
      { { statsu = 503 }, "unknown field 'statsu', did you mean 'status'?" },
      { { status = "x" }, "field 'status' must be a number, got string" },
      { { status = 1.5 }, "field 'status' must be a whole number" },
      { { delay = -1 }, "field 'delay' must be at least 0" },
      { { nth = "a-b", status = 500 }, "field 'nth' must be a number or a range such as 3-5" },
      { { item = "last", item_status = 500 }, "field 'item' must be a number or a range such as 3-5" },
      { { drop = "now" }, "field 'drop': unknown value 'now' (known: after, before)" },
      { { after = "yes" }, "field 'after' must be a boolean, got string" },
      { { merge = 1 }, "field 'merge' must be a table, got number" },
      { { plan = { {}, 7 } }, "step 2 of the plan: it must be an object" },
      { { plan = { {}, { cut = true } } }, "step 2 of the plan: field 'cut' must be a number, got boolean" },
    } do
      local rule, misuse = fault_rules.check(case[1])
      assert.is_nil(rule)
      assert.equal(case[2], misuse)
    end
  end)

  it("requires an effect", function()
    for _, args in ipairs { {}, { item = 3, retryable = true }, { operation = "contacts.get", nth = 1, code = "x" },
      { plan = { { times = 1 } } } } do
      local rule, misuse = fault_rules.check(args)
      assert.is_nil(rule)
      assert.matches("the rule has no effect; add one of status, delay, drop", misuse, 1, true)
    end
  end)
end)

describe("fault_rules.parse", function()
  it("reads the form of the command line", function()
    assert.same({ operation = "contacts.create", nth = "3", retry_after = "7", status = "429" },
      fault_rules.parse("operation=contacts.create, nth = 3 ,retry-after=7,status=429"))
  end)

  it("rejects what is not NAME=VALUE, and wrong rules", function()
    assert.equal("'now' is not NAME=VALUE", select(2, fault_rules.parse("status=503,now")))
    assert.matches("no effect", select(2, fault_rules.parse("nth=3")), 1, true)
  end)
end)
