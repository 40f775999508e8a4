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
end)
