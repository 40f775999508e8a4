-- The command line as a whole: commands, help, suggestions, the process.
local command = require "spec.support.command"
local commands = require "extcontacts.cli.commands"

describe("the command line", function()
  it("has help for every command that teaches it", function()
    local _, overview = command.run "--help"
    for _, name in ipairs(commands.names()) do
      assert.matches("\n  " .. name .. " +%l", overview)
      local found = commands.find(name)
      assert.equal(name, found.name)
      local code, output, err = command.run(name .. " --help")
      assert.equal(0, code, err)
      assert.equal("", err)
      assert.matches("^Usage: extcontacts " .. name, output)
      assert.matches("\n\nExamples:\n  [^\n]*extcontacts " .. name, output)
      assert.is_string(found.description, name)
      for line in (found.description .. "\n" .. (found.next_steps or "")):gmatch "[^\n]+" do
        assert.is_true(#line <= 78, "it would be wrapped: " .. line)
      end
      for line in found.examples:gmatch "[^\n]+" do
        assert.matches("\n  " .. line .. "\n", output, 1, true)
      end
      for line in output:gmatch "[^\n]+" do
        assert.is_true(#line <= 100, name .. ": " .. line)
      end
      assert.equal(output, select(2, command.run("help " .. name)))
    end
  end)

  it("suggests for a mistyped command and option, in one line, with code 2", function()
    local cases = {
      ["doctr"] = "extcontacts: unknown command 'doctr', did you mean 'doctor'? (see `extcontacts --help`)\n",
      ["doctor --josn"] = "extcontacts doctor: unknown option '--josn', did you mean '--json'? "
        .. "(see `extcontacts doctor --help`)\n",
      ["--profil x"] = "extcontacts: unknown option '--profil', did you mean '--profile'? "
        .. "(see `extcontacts --help`)\n",
      ["doctor --max-depth 901"] = "extcontacts doctor: --max-depth: '901' is not a whole number from 1 to 900 "
        .. "(see `extcontacts doctor --help`)\n",
      ["doctor --timeout soon"] = "extcontacts doctor: --timeout: 'soon' is not a number of seconds above 0 "
        .. "(see `extcontacts doctor --help`)\n",
    }
    for line, message in pairs(cases) do
      local code, output, err = command.run(line)
      assert.equal(2, code)
      assert.equal("", output)
      assert.equal(message, err)
    end
  end)

  it("takes the options of the connection before the command too", function()
    for _, line in ipairs { "--profile=x --region eu-west-1 doctor", "doctor --profile x --region eu-west-1" } do
      local code, output = command.run(line)
      assert.equal(10, code)
      assert.matches("profile 'x'", output, 1, true)
    end
  end)

  it("reads another profile file", function()
    local code, _, err = command.run("doctor --config /nonexistent/file", { environment = { HOME = "/" } })
    assert.equal(2, code)
    assert.matches("--config: cannot read /nonexistent/file", err, 1, true)
  end)

  it("shows its version", function()
    local code, output = command.run "--version"
    assert.equal(0, code)
    assert.equal("extcontacts " .. require "extcontacts.version" .. "\n", output)
  end)

  it("has no option for a secret", function()
    for _, name in ipairs(commands.names()) do
      if commands.find(name).connects then
        local _, output = command.run(name .. " --help")
        assert.not_matches("%-%-[%a-]*secret", output)
        assert.not_matches("%-%-[%a-]*token", output)
      end
    end
  end)
end)

describe("the process", function()
  it("passes codes on, and keeps standard output for data", function()
    local code, output = command.shell "extcontacts doctor --josn 2>/dev/null"
    assert.equal(2, code)
    assert.equal("", output)
  end)

  it("reports that it cannot write", function()
    local code, output = command.shell "extcontacts doctor --help >/dev/full"
    assert.equal(1, code)
    assert.matches("^extcontacts doctor: cannot write the output: [^\n]+\n$", output)
  end)

  it("ends silently when nobody reads, whether SIGPIPE is ignored or not", function()
    for _, before in ipairs { "", "trap '' PIPE\n" } do
      local code, output = command.shell(command.UNREAD .. before .. "extcontacts doctor --help >&5")
      assert.equal(141, code)
      assert.equal("", output)
    end
  end)

  it("names the package to install if argparse is missing", function()
    local preload = "package.preload.argparse = function() error('none') end; "
    local code, output = command.shell(([["$EXTCONTACTS_LUA" -e "%s" lua/extcontacts/cli/main.lua sandbox]])
      :format(preload))
    assert.equal(1, code)
    assert.matches("apt install lua-argparse", output, 1, true)
    assert.not_matches("stack traceback", output)
  end)
end)
