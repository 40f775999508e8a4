local commands = require "extcontacts.cli.commands"

describe("the registry", function()
  it("has each command once, in the order of the help's sections", function()
    local names, seen = {}, {}
    for _, section in ipairs(commands.sections()) do
      for _, name in ipairs(section.names) do
        assert.is_nil(seen[name], name)
        seen[name] = true
        names[#names + 1] = name
      end
    end
    assert.same(names, commands.names())
  end)

  it("finds a command by its name", function()
    for _, name in ipairs(commands.names()) do
      local found = commands.find(name)
      assert.equal(name, found.name)
      assert.matches("^%l[^.]+$", found.summary) -- imperative, without a full stop
    end
    assert.is_nil(commands.find "nothing")
  end)
end)
