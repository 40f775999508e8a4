-- Rows of the operation table in words.
local describe_row = require "extcontacts.api.operations.describe"
local operations = require "extcontacts.api.operations"

describe("a parameter in words", function()
  for expected, param in pairs {
    [""] = {},
    [" (default 20)"] = { default = 20 },
    [" (default false)"] = { default = false, server_default = true },
    [" (10 to 200; default 100)"] = { min = 10, max = 200, server_default = 100 },
    [" (at least 1)"] = { min = 1 },
    [" (at most 9)"] = { max = 9 },
    [" (at most 256 characters)"] = { max_length = 256 },
    [" (at most 25 values)"] = { max_items = 25 },
    [" (one of a, b)"] = { type = "string", enum = { "a", "b" } },
    [" (any of a, b)"] = { type = "array", enum = { "a", "b" } },
    [" (a)"] = { type = "array", enum = { "a" } },
    [" (documented fields: a, b)"] = { sort_fields = { "a", "b" } },
  } do
    it("is '" .. expected .. "'", function()
      assert.equal(expected, describe_row.limits(param))
    end)
  end
end)

describe("the permissions of an operation in words", function()
  it("name the mode if there are several", function()
    assert.equal("a", describe_row.permissions { permissions = { "a" }, permissions_mode = "any" })
    local row = { permissions = { "a", "b" }, permissions_mode = "any" }
    assert.equal("any of `a`, `b`", describe_row.permissions(row, "`"))
    assert.equal("all of a, b", describe_row.permissions { permissions = { "a", "b" }, permissions_mode = "all" })
  end)
end)

describe("an effect in words", function()
  it("says whether the operation is safe to retry", function()
    assert.equal("read, safe to retry", describe_row.effect(operations.by_short["contacts.get"]))
    assert.equal("create, not safe to retry", describe_row.effect(operations.by_short["contacts.create"]))
    assert.equal("update, not safe to retry", describe_row.effect(operations.by_short["contacts.schemas.update"]))
  end)

  it("is explained for every effect of the table", function()
    local explained = {}
    for _, effect in ipairs(describe_row.effects) do
      explained[effect[1]] = true
    end
    for _, row in ipairs(operations.list) do
      assert.is_true(explained[row.effect], row.effect)
    end
  end)
end)
