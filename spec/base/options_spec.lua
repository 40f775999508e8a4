local options = require "extcontacts.base.options"

local RULES = {
  batch = { "number", "string", word = "auto" },
  name = { "string" },
  mode = { "string", choices = { "skip", "fail" } },
  share = { "number", below = 1 },
  count = { "number", least = 0, whole = true },
  port = { "number", least = 0, most = 65535 },
  status = { "number", choices = { 400, 422 } },
  rate = { "number", "boolean", only = false },
  store = { "string", "table", has = "get" },
  each = { "string", "number", "function" },
}

describe("options.problem", function()
  it("accepts values that follow the rules", function()
    assert.is_nil(options.problem({}, RULES))
    assert.is_nil(options.problem({
      name = "", mode = "fail", share = 0.5, count = 0, rate = false, store = { get = print }, each = print,
    }, RULES))
    assert.is_nil(options.problem({ rate = 1, store = "file", each = 3, port = 65535, status = 422 }, RULES))
  end)

  it("names the option and says what is wrong with it", function()
    for _, case in ipairs {
      { { nmae = "x" }, "unknown option 'nmae', did you mean 'name'?" },
      { { [1] = "x" }, "unknown option of type number" },
      { { name = 1 }, "option 'name' must be a string, got number" },
      { { each = true }, "option 'each' must be a string or number or function, got boolean" },
      { { mode = "fial" }, "option 'mode': unknown value 'fial', did you mean 'fail'?" },
      { { share = 0 }, "option 'share' must be above 0" },
      { { share = 0 / 0 }, "option 'share' must be above 0" },
      { { share = 1 }, "option 'share' must be below 1" },
      { { count = -1 }, "option 'count' must be at least 0" },
      { { count = 1.5 }, "option 'count' must be a whole number" },
      { { port = 65536 }, "option 'port' must be at most 65535" },
      { { status = 404 }, "option 'status' must be one of 400, 422" },
      { { rate = true }, "option 'rate' must be a number or false" },
      { { batch = "all" }, "option 'batch' must be a number or \"auto\"" },
      { { store = {} }, "option 'store' must be a table with a function 'get'" },
    } do
      assert.equal(case[2], options.problem(case[1], RULES))
    end
  end)

  it("calls the table and its items by their nouns", function()
    assert.equal("the options must be a table, got string", options.problem("x", RULES))
    assert.equal("the configuration must be a table, got nil", options.problem(nil, RULES, "configuration"))
    assert.equal("field 'name' must be a string, got number", options.problem({ name = 1 }, RULES, "rule", "field"))
    assert.equal("unknown field 'nmae', did you mean 'name'?", options.problem({ nmae = 1 }, RULES, "rule", "field"))
  end)
end)
