-- The names of the operations, which are known before their rows are loaded.
local names = require "extcontacts.api.operations.names"
local operations = require "extcontacts.api.operations"
local script = require "spec.support.script"

describe("the names of the operations", function()
  it("are those of the rows, in the same order", function()
    assert.equal(#names.list, #operations.list)
    for index, row in ipairs(operations.list) do
      assert.equal(names.list[index], row.name)
      assert.equal(names.shorts[index], row.short)
      assert.equal(row.name, names.by_short[row.short])
      assert.equal(row, operations.find(row.name))
      assert.equal(row, operations.find(row.short))
      if row.iterator then
        assert.equal(row.name, names.by_iterator[row.iterator])
        assert.equal(row, operations.of_iterator(row.iterator))
      end
    end
  end)

  it("are unique", function()
    local seen = {}
    for _, list in ipairs { names.list, names.shorts } do
      for _, name in ipairs(list) do
        assert.is_nil(seen[name], name)
        seen[name] = true
      end
    end
    for iterator, name in pairs(names.by_iterator) do
      assert.is_nil(seen[iterator], iterator)
      assert.equal(iterator, operations.find(name).iterator)
    end
  end)

  it("name no iterator or file that does not exist", function()
    assert.is_nil(operations.find "contacts.gets")
    assert.is_nil(operations.find(nil))
    assert.is_nil(operations.of_iterator "scan_everything")
    assert.is_nil(operations.of_iterator(nil))
  end)

  it("are known to the client, its namespaces and its messages without loading rarely used rows", function()
    local code, output, errors = script.start([[
      local ec = require "extcontacts"
      local client = ec.new { base_url = "http://127.0.0.1:1", access_token = "x" }
      local function is_loaded(file)
        return package.loaded["extcontacts.api." .. file] ~= nil
      end
      print(is_loaded "operations.bulk", is_loaded "operations.imports", is_loaded "models.bulk")
      local _, message = pcall(function() return client.contacts.schemas.gett end)
      print(is_loaded "operations.schemas", is_loaded "operations.trustors", (message:match "did you mean '(.-)'"))
      print(type(client.contacts.schemas.get), is_loaded "operations.schemas", is_loaded "operations.conversations")
      print(type(client.put_externalcontacts_conversation), is_loaded "operations.conversations")
    ]]):finish()
    assert.equal("", errors)
    assert.equal(0, code)
    assert.equal("false\tfalse\tfalse\n"
      .. "false\tfalse\tclient.contacts.schemas.get\nfunction\ttrue\tfalse\nfunction\ttrue\n", output)
  end)
end)
