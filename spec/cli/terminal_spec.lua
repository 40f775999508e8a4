-- The command on a real terminal: `script` of util-linux runs it on a pty.
local command = require "spec.support.command"

local session = command.around({ contacts = 60, rate = 0 }, setup, teardown, before_each)

describe("the command on a terminal", function()
  -- What a shell command writes there, without the carriage returns of the terminal.
  local function on_terminal(columns, line)
    local code, output = command.shell(([[
      unset COLUMNS NO_COLOR CLICOLOR; export TERM=xterm
      cat >$HOME/run <<'END'
      extcontacts() { bin/extcontacts "$@"; }
      stty cols %d
      %s
END
      script -qec "bash $HOME/run" /dev/null </dev/null
    ]]):format(columns, line), session.environment)
    return (output:gsub("\r\n", "\n")), code
  end

  it("shows tables as wide as the terminal", function()
    for _, columns in ipairs { 70, 120 } do
      local output, code = on_terminal(columns, "extcontacts scan contacts --limit 5")
      assert.equal(0, code, output)
      assert.matches("^\27%[1mID\27%[0m +\27%[1mNAME\27%[0m", output)
      local lines = 0
      for line in output:gsub("\27%[%d+m", ""):gmatch "[^\n]+" do
        lines = lines + 1
        assert.is_true(#line:gsub("[\128-\191]", "") <= columns, line)
      end
      assert.equal(6, lines)
    end
  end)

  it("shows all fields of one record, and JSON where it was asked for or goes to a pipe", function()
    local id = session.api:must("GET", "/scan/contacts?limit=10").entities[1].id
    local pattern = "^\27%[1mid\27%[0m +" .. id:gsub("%-", "%%-") .. "\n"
    assert.matches(pattern, (on_terminal(80, "extcontacts get contacts " .. id)))
    assert.matches('^{\n  "', (on_terminal(80, "extcontacts get contacts --output json " .. id)))
    assert.matches('^{"', (on_terminal(80, "extcontacts scan contacts --limit 1 | cat")))
  end)

  -- What is left on the screen: a carriage return and "erase line" remove a line.
  local function screen(output)
    local lines = {}
    for line in (output:gsub("\27%[%d*m", "") .. "\n"):gmatch "([^\n]*)\n" do
      lines[#lines + 1] = line:match "\r\27%[K([^\r]*)$" or line
    end
    return table.concat(lines, "\n")
  end

  it("shows a wait while it lasts, and removes it before records, messages and errors", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 429, retry_after = 1,
      times = 1 } })
    local output = on_terminal(60, "extcontacts scan contacts --limit 2 --fields id")
    assert.matches("\r\27%[Krate limit: continuing in %d s", output)
    assert.matches("^id\n[%x-]+\n[%x-]+\n*$", screen(output))
    output = on_terminal(60, "extcontacts scan contacts --limit 2 --quiet --fields id")
    assert.is_nil(output:find("\r", 1, true))
    session.server:control("POST", "/sandbox/faults", {
      { operation = "contacts.scan", status = 429, retry_after = 1, times = 1 },
      { operation = "contacts.scan", status = 400 },
    })
    output = on_terminal(60, "extcontacts scan contacts")
    assert.matches("rate limit: continuing", output, 1, true)
    assert.matches("^extcontacts scan: [^\r]+$", screen(output))
  end)

  it("does not mix the progress with what a fix prints", function()
    local output = on_terminal(100, [[
      cat >$HOME/printing.lua <<'FIX'
      local fix = require "extcontacts.fix"
      local function wait() os.execute "sleep 0.3" end
      return { name = "p", source = fix.scan "contacts", change = function(contact)
        if not waited then rawset(_G, "waited", wait() or wait() or wait() or true) end
        print("read " .. contact.id)
      end }
FIX
      extcontacts plan $HOME/printing.lua -o $HOME/p.plan]])
    assert.matches("records? read", output)
    local printed = 0
    for line in screen(output):gmatch "[^\n]+" do
      if line:find("read ", 1, true) == 1 then
        printed = printed + 1
        assert.matches("^read [%x-]+$", line)
      end
    end
    assert.equal(60, printed)
  end)
end)
