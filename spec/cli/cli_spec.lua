-- What all commands share: words, help, exit codes, output.
local cli = require "extcontacts.cli"
local command = require "spec.support.command"
local context = require "extcontacts.cli.context"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local parser = require "extcontacts.cli.parser"

describe("the command line", function()
  it("helps with an example for every command", function()
    local _, overview = command.run "--help"
    for _, name in ipairs(cli.names()) do
      assert.matches("\n  " .. name .. " +%l", overview)
      local found = cli.find(name)
      assert.equal(name, found.name)
      local code, output, err = command.run(name .. " --help")
      assert.equal(0, code, err)
      assert.equal("", err)
      assert.matches("^Usage: extcontacts " .. name, output)
      assert.matches("For example:\n\n  [^\n]*extcontacts " .. name, output)
      for line in ((found.description or "") .. "\n" .. (found.notes or "")):gmatch "[^\n]+" do
        assert.is_true(#line <= 78, "it would be wrapped: " .. line)
      end
      for line in found.example:gmatch "[^\n]+" do
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
      ["doctor --timeout soon"] = "extcontacts doctor: 'soon' is not a number of seconds above 0 "
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
      assert.matches("profile 'x' was asked for", output, 1, true)
    end
  end)

  it("reads another profile file", function()
    local code, _, err = command.run("doctor --config /nonexistent/file", { environment = { HOME = "/" } })
    assert.equal(2, code)
    assert.matches("--config: /nonexistent/file can't be read", err, 1, true)
  end)

  it("has no option for a secret", function()
    for _, name in ipairs(cli.names()) do
      if cli.find(name).connects then
        local _, output = command.run(name .. " --help")
        assert.not_matches("%-%-[%a-]*secret", output)
        assert.not_matches("%-%-[%a-]*token", output)
      end
    end
  end)
end)

describe("an exit code", function()
  local cases = {
    { 2, { kind = "invalid", message = "m" } },
    { 2, { kind = "limit", message = "m" } },
    { 3, { kind = "auth", message = "m", status = 403 } },
    { 4, { kind = "conflict", message = "m" } },
    { 75, { kind = "throttled", message = "m" } },
    { 75, { kind = "http", message = "m", status = 503, retryable = true } },
    { 75, { kind = "transport", message = "m", retryable = true } },
    { 1, { kind = "transport", message = "m", retryable = false } },
    { 1, { kind = "http", message = "m", status = 404 } },
    { 1, { kind = "http", message = "m", status = 503, retryable = false } },
    { 1, { kind = "decode", message = "m" } },
    { 130, { kind = "cancelled", message = "m" } },
  }
  for _, case in ipairs(cases) do
    it(("is %d for %s%s"):format(case[1], case[2].kind, case[2].status or ""), function()
      assert.equal(case[1], exit.code_of(errors.new(case[2])))
    end)
  end

  it("goes with a sentence that says what to do", function()
    local err = errors.new { kind = "transport", code = "refused", message = "no connection" }
    assert.equal("no connection (transport, refused); `extcontacts doctor` finds out why",
      exit.sentence(err, "extcontacts get"))
    assert.equal("no connection (transport, refused)", exit.sentence(err, "extcontacts doctor"))
    err = errors.new { kind = "http", status = 404, message = "not found" }
    assert.equal(tostring(err), exit.sentence(err, "extcontacts get"))
  end)

  it("of a failure of ours is its own", function()
    local _, failure = pcall(exit.fail, "pending", "5 changes")
    assert.equal(5, exit.code_of(failure))
    assert.equal("5 changes", tostring(failure))
    assert.equal(1, exit.code_of "a plain error")
  end)
end)

describe("a command's context", function()
  local function world(more)
    local written = {}
    local made = {
      terminals = {},
      getenv = function() end,
      stdout = { flush = function() return true end, write = function() return true end },
      stderr = { write = function(self, ...)
        written[#written + 1] = table.concat { ... }
        return self
      end },
      stdin = { read = function() return "y" end },
    }
    for name, value in pairs(more or {}) do
      made[name] = value
    end
    return context.new("extcontacts x", made), written
  end

  it("paints only for a terminal that wants it", function()
    local on = { stdout = true }
    local function painted(terminals, variables)
      return world { terminals = terminals, getenv = function(name)
        return (variables or {})[name]
      end }:paint("stdout", "red", "text")
    end
    assert.equal("text", painted {})
    assert.equal("\27[31mtext\27[0m", painted(on))
    assert.equal("text", painted(on, { NO_COLOR = "1" }))
    assert.equal("\27[31mtext\27[0m", painted(on, { NO_COLOR = "" }))
    assert.equal("text", painted(on, { TERM = "dumb" }))
  end)

  it("asks nobody without a terminal", function()
    local ctx, written = world()
    local ok, failure = pcall(ctx.confirm, ctx, "Delete 3 contacts?")
    assert.is_false(ok)
    assert.equal(2, exit.code_of(failure))
    assert.matches("Pass --yes", tostring(failure), 1, true)
    assert.same({}, written)
    assert.is_true(ctx:confirm("Delete 3 contacts?", true))
    ctx, written = world { terminals = { stdin = true, stderr = true } }
    assert.is_true(ctx:confirm "Delete 3 contacts?")
    assert.same({ "Delete 3 contacts? [y/N] " }, written)
  end)

  it("ends in silence when nobody reads its output, and says when it can't be written", function()
    local function failing(message, code)
      local ctx = world { stdout = { write = function()
        return nil, message, code
      end } }
      local ok, failure = pcall(ctx.out, ctx, "data")
      assert.is_false(ok)
      return failure
    end
    local code, silent = exit.code_of(failing("Broken pipe", 32))
    assert.equal(141, code)
    assert.is_true(silent)
    local failure = failing("No space left on device", 28)
    assert.equal(1, exit.code_of(failure))
    assert.matches("No space left", tostring(failure), 1, true)
  end)
end)

describe("the process", function()
  it("passes codes on, and keeps standard output for data", function()
    local code, output = command.shell "extcontacts doctor --josn 2>/dev/null"
    assert.equal(2, code)
    assert.equal("", output)
  end)

  it("says so when it can't write, and is quiet when nobody reads", function()
    local code, output = command.shell "extcontacts doctor --help >/dev/full"
    assert.equal(1, code)
    assert.matches("^extcontacts doctor: the output could not be written: [^\n]+\n$", output)
  end)

  it("ends quietly when nobody reads, however SIGPIPE stands", function()
    -- A pipe whose reading end is closed before anything is written.
    local nobody = [[
      dir=$(mktemp -d) && mkfifo "$dir/pipe" && exec 4<>"$dir/pipe" 5>"$dir/pipe" 4<&- && rm -r "$dir"
    ]]
    for _, before in ipairs { "", "trap '' PIPE\n" } do
      local code, output = command.shell(nobody .. before .. "extcontacts doctor --help >&5")
      assert.equal(141, code)
      assert.equal("", output)
    end
  end)

  it("says what to install without argparse", function()
    local preload = "package.preload.argparse = function() error('none') end; "
    local code, output = command.shell(([["$EXTCONTACTS_LUA" -e "%s" lua/extcontacts/cli/main.lua sandbox]])
      :format(preload))
    assert.equal(1, code)
    assert.matches("apt install lua-argparse", output, 1, true)
    assert.not_matches("stack traceback", output)
  end)
end)

describe("a parser", function()
  it("shows the text after the example, and groups of the command's own first", function()
    local made = parser.make({
      name = "x", summary = "do it", example = "extcontacts x 1", notes = "Words.",
      setup = function(p)
        p:argument "id"
        p:flag("--fast", "faster")
      end,
      connects = true,
    }, {})
    local text = made:get_help()
    assert.matches("Do it%.", text)
    assert.is_true(text:find("--fast", 60, true) < text:find("Connection:", 1, true))
    assert.matches("  extcontacts x 1\n\nWords%.$", text)
  end)
end)
