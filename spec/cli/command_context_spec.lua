-- What a command works with: streams, colours, questions.
local command = require "spec.support.command"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"

describe("a command's context", function()
  it("paints only for a terminal that shows colours", function()
    local on = { stdout = true }
    local function painted(terminals, environment)
      local ctx, output = command.context { terminals = terminals, environment = environment }
      ctx:out(ctx:paint("stdout", "red", "text"))
      return output()
    end
    assert.equal("text", painted {})
    assert.equal("\27[31mtext\27[0m", painted(on))
    assert.equal("text", painted(on, { NO_COLOR = "1" }))
    assert.equal("\27[31mtext\27[0m", painted(on, { NO_COLOR = "" }))
    assert.equal("text", painted(on, { TERM = "dumb" }))
  end)

  it("lets no foreign text change the state of a terminal", function()
    local foreign = "\27[2J\194\1552J\1552J\r\226\128\174\255[31m\n\tend"
    local ctx, output, errors = command.context { terminals = { stdout = true, stderr = true } }
    ctx:out(foreign)
    -- A byte that begins a colour here begins nothing but a colour.
    assert.equal("\\u001b[2J\\u009b2J\\x9b2J\\r\\u202e\27[31m\n\tend", output())
    ctx:say("%s", foreign)
    assert.equal("extcontacts x: \\u001b[2J\\u009b2J\\x9b2J\\r\\u202e\\xff[31m\\n\\tend\n", errors())
    ctx:say("%s", ("x"):rep(100000))
    assert.is_true(#errors() < 5000)
    -- A file is lossless.
    ctx, output, errors = command.context()
    ctx:out(foreign)
    assert.equal(foreign, output())
    ctx:say("%s", foreign)
    assert.is_nil(errors():find "[%z\1-\9\11-\31\127]")
  end)

  it("asks for confirmation on a terminal only", function()
    local ctx, _, errors = command.context()
    local ok, failure = pcall(ctx.confirm, ctx, "Delete 3 contacts?")
    assert.is_false(ok)
    assert.equal(2, exit.code_of(failure))
    assert.equal("Delete 3 contacts? There is no terminal to confirm on; pass --yes", tostring(failure))
    assert.equal("", errors())
    assert.is_true(ctx:confirm("Delete 3 contacts?", true))
    for answer, expected in pairs { ["y"] = true, ["Yes\n"] = true, ["n\n"] = false, [""] = false } do
      ctx, _, errors = command.context { terminals = { stdin = true, stderr = true }, input = answer }
      assert.equal(expected, ctx:confirm "Delete 3 contacts?")
      assert.equal("Delete 3 contacts? [y/N] ", errors())
    end
  end)

  it("shows progress on a terminal, and removes it before the next sentence", function()
    local ctx, _, errors = command.context { terminals = { stderr = true } }
    ctx:progress "1 read"
    ctx:progress "2 read"
    ctx:say("%d records", 2)
    assert.equal("\r\27[K1 read\r\27[K2 read\r\27[Kextcontacts x: 2 records\n", errors())
    ctx, _, errors = command.context()
    ctx:progress "1 read"
    assert.equal("", errors())
  end)

  it("shows what the client waits for beside the progress, and removes both before other text", function()
    local ctx, _, errors = command.context { terminals = { stderr = true, stdout = true }, columns = 60 }
    local function shown()
      return errors():match "[^\r]*$"
    end
    ctx:wait("rate", 41.2)
    assert.equal("\27[Krate limit: continuing in 42 s", shown())
    ctx:progress "50 records read"
    assert.equal("\27[Krate limit: continuing in 42 s; 50 records read", shown())
    local before = errors()
    ctx:wait("rate", 41.1)
    assert.equal(before, errors())
    ctx:wait("rate", 40.9)
    assert.equal("\27[Krate limit: continuing in 41 s; 50 records read", shown())
    ctx:wait("rate", 0)
    assert.equal("\27[K50 records read", shown())
    ctx:wait("job", 10)
    assert.equal("\27[K50 records read", shown())
    ctx:out "data\n" -- on the same terminal
    assert.equal("\27[K", shown())
    ctx:progress(("x"):rep(100)) -- never as wide as the terminal
    assert.equal("\27[K" .. ("x"):rep(58) .. "…", shown())
    ctx:hint("Undo", "undo", "p")
    assert.matches("\r\27%[KUndo: [^\r]+$", errors())
    ctx, _, errors = command.context { terminals = { stderr = true }, args = { quiet = true } }
    ctx:wait("rate", 41)
    ctx:progress "x"
    assert.equal("", errors())
  end)

  it("flushes its output before it draws progress on the same terminal", function()
    local order = {}
    local function stream(name)
      return {
        write = function(self, ...)
          order[#order + 1] = name .. ":" .. table.concat { ... }
          return self
        end,
        flush = function(self)
          order[#order + 1] = name .. " flushed"
          return self
        end,
      }
    end
    local ctx = command.context { terminals = { stdout = true, stderr = true }, stdout = stream "out",
      stderr = stream "err" }
    ctx:out "data\n"
    ctx:progress "1 read"
    ctx:out "more\n"
    assert.same({ "out:data\n", "out flushed", "err:\r\27[K1 read", "err flushed", "err:\r\27[K", "err flushed",
      "out:more\n" }, order)
  end)

  it("suggests a command that can be pasted into a shell", function()
    local ctx, _, errors = command.context()
    ctx:hint("Undo", "undo", "it's here.plan")
    assert.equal("Undo: extcontacts undo 'it'\\''s here.plan'\n", errors())
  end)

  it("reads a file or standard input, and names a file that it cannot read", function()
    local ctx = command.context { input = "text" }
    assert.equal("text", ctx:read "-")
    local ok, failure = pcall(ctx.read, ctx, "/nonexistent/file")
    assert.is_false(ok)
    assert.equal(2, exit.code_of(failure))
    assert.equal("cannot read /nonexistent/file", tostring(failure))
  end)

  it("ends silently when nobody reads its output, and reports any other failure to write", function()
    local function failing(message, code)
      local ctx = command.context { stdout = { write = function()
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
    assert.equal("cannot write the output: No space left on device", tostring(failure))
  end)

  it("writes lines as any other data, escaped on a terminal", function()
    local page = '{"entities":[{"id":"a\194\155"},{"id":"b"}]}'
    for is_terminal, expected in pairs {
      [false] = '{"id":"a\194\155"}\n{"id":"b"}\n', [true] = '{"id":"a\\u009b"}\n{"id":"b"}\n',
    } do
      local ctx, output = command.context { terminals = { stdout = is_terminal, stderr = false } }
      ctx:out_lines(select(2, core.json.decode(page, { raw = "entities", lines = true })))
      assert.equal(expected, output())
    end
  end)
end)
