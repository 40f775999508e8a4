-- extcontacts ops.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local operation_args = require "extcontacts.cli.operation_args"

describe("extcontacts ops", function()
  local operations = require "extcontacts.api.operations"

  it("lists all operations and their permissions", function()
    local _, all = command.run "ops"
    local _, permissions = command.run "ops --permissions"
    for _, row in ipairs(operations.list) do
      assert.matches("\n" .. row.short .. " ", "\n" .. all, 1, true)
      assert.matches("\n  " .. row.short .. "\n", permissions, 1, true)
      for _, permission in ipairs(row.permissions) do
        assert.matches(permission .. "\n", permissions, 1, true)
      end
    end
    local _, some = command.run "ops trustor"
    assert.equal(2, select(2, some:gsub("\n", "")))
  end)

  it("describes each with its arguments, options, permissions and fields", function()
    for index, row in ipairs(operations.list) do
      local code, text = command.run("ops " .. row.name)
      assert.equal(0, code)
      assert.matches("extcontacts call " .. row.short, text, 1, true)
      assert.matches(row.path, text, 1, true)
      for _, param in ipairs(row.params) do
        assert.matches(param.required and param.name or operation_args.flag(param.name), text, 1, true)
      end
      if index % 10 == 1 then
        assert.equal(text, (select(2, command.run("ops " .. row.short))))
      end
    end
  end)

  it("writes the table as JSON, and suggests a name", function()
    local _, text = command.run "ops --json"
    assert.equal(#operations.list, #assert(json.decode(text)))
    local code, _, errors = command.run "ops contacts.gte"
    assert.equal(2, code)
    assert.matches("did you mean 'contacts.get'?", errors, 1, true)
  end)
end)
