-- The permissions that the doctor checks, and the reads that show them.
local operations = require "extcontacts.api.operations"
local permissions = require "extcontacts.doctor.permissions"

describe("the doctor's permissions", function()
  it("checks every permission that a read in the table needs", function()
    local checked = {}
    for _, check in ipairs(permissions.checks()) do
      checked[table.concat(check.permissions, " ")] = check.row
    end
    for _, row in ipairs(operations.list) do
      if row.effect == "read" then
        assert.is_truthy(checked[table.concat(row.permissions, " ")], row.short)
      end
    end
  end)

  it("keep apart any and all of the same permissions", function()
    local rows = operations.list
    finally(function()
      operations.list = rows
    end)
    operations.list = {}
    for index, mode in ipairs { "any", "all" } do
      operations.list[index] = {
        short = "things.get" .. index, effect = "read", params = {},
        permissions = { "a", "b" }, permissions_mode = mode,
      }
    end
    local checks = permissions.checks()
    assert.equal(2, #checks)
    assert.equal("a or b", permissions.text(checks[1]))
    assert.equal("a and b", permissions.text(checks[2]))
  end)

  it("are shown by a read without required parameters, as short as it can be", function()
    for _, check in ipairs(permissions.checks()) do
      for _, param in ipairs(check.row and check.row.params or {}) do
        assert.is_false(param.required or false, check.row.short)
        if param.name == "page_size" then
          assert.equal(param.min or 1, check.options.page_size)
        end
      end
    end
  end)
end)
