-- The options of extcontacts sandbox; spec/sandbox covers the server.
local command = require "spec.support.command"
local sandbox = require "extcontacts.sandbox"

describe("extcontacts sandbox", function()
  it("has an option for each of the sandbox's, with its default", function()
    local code, output = command.run "sandbox --help"
    assert.equal(0, code)
    for _, row in ipairs(sandbox.options.rows) do
      assert.matches(row.group and "\n" .. row.group .. ":\n" or "\n  " .. row.flag .. " ", output, 1, true)
    end
    assert.matches("--seed N [^\n]+\n[^\n]*%[1%]\n", output)
  end)

  it("refuses a wrong value and names the option", function()
    for line, message in pairs {
      ["--port x"] = "extcontacts sandbox: --port: 'x' is not a number (see `extcontacts sandbox --help`)\n",
      ["--cursor-end nil"] = "'--cursor-end'",
      ["--rate=-1"] = "'--rate'",
    } do
      local code, output, errors = command.run("sandbox " .. line)
      assert.equal(2, code)
      assert.equal("", output)
      assert.matches(message, errors, 1, true)
      assert.matches("^[^\n]+\n$", errors)
    end
  end)
end)
