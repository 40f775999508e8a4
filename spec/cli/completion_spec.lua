-- Completion in the shells that ask for words.
local command = require "spec.support.command"
local programs = require "spec.support.programs"

-- A shell's script in that shell, `extcontacts` being the command.
local function shell(name, script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  local code, output = command.shell(([[
    PATH="$PWD/bin:$PATH"
    export EXTCONTACTS_COMPLETION="$PWD/lua/extcontacts/cli/completions"
    cd spec/fixtures
    %s %s
  ]]):format(name, path))
  os.remove(path)
  assert.equal(0, code, output)
  local lines = {}
  for line in output:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  table.sort(lines)
  return lines
end

describe("completion in", function()
  it("bash completes words and files", function()
    local function bash(...)
      return shell("bash", ([[
        . "$EXTCONTACTS_COMPLETION/bash"
        COMP_WORDS=(extcontacts %s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _extcontacts && printf '%%s\n' "${COMPREPLY[@]}"
      ]]):format((...)))
    end
    assert.same({ "scan", "search" }, { bash("s")[2], bash("s")[3] })
    assert.same({ "organizations.notes" }, bash "list organizations.n")
    assert.same({ "json_cases.lua", "json_refused.lua" }, bash "create contacts --body json_")
    assert.same({ "asc" }, bash "list contacts --sort-order firstName : a")
  end)

  it("zsh completes words and files", function()
    programs.need("zsh", pending)
    local function zsh(line)
      return shell("zsh -f", ([[
        compdef() { }
        _files() { print files }
        _describe() { print -rl -- ${(P)2} }
        compadd() { print -rl -- ${(P)4} }
        . "$EXTCONTACTS_COMPLETION/zsh"
        words=(extcontacts %s)
        CURRENT=$#words
        _extcontacts
        true
      ]]):format(line))
    end
    assert.same({ "organizations.notes:List notes for an external organization" }, zsh "list organizations.n")
    assert.same({ "files" }, zsh "create contacts --body x")
    assert.same({ "title=" }, zsh "update contacts x --set tit")
    assert.same({ "firstName\\:asc:" }, zsh "list contacts --sort-order firstName:a")
  end)

  it("fish completes words and files", function()
    programs.need("fish", pending)
    local function fish(line)
      return shell("fish --no-config", ([[
        source "$EXTCONTACTS_COMPLETION/fish"
        complete -C "extcontacts %s"
      ]]):format(line))
    end
    assert.same({ "organizations.notes\tList notes for an external organization" }, fish "list organizations.n")
    assert.same({ "json_cases.lua", "json_refused.lua" }, fish "create contacts --body json_")
  end)

  it("prints each script", function()
    for _, name in ipairs { "bash", "zsh", "fish" } do
      local code, output = command.run("completion " .. name)
      assert.equal(0, code)
      assert.matches("completion words --", output, 1, true)
    end
    local code, _, errors = command.run "completion tcsh"
    assert.equal(2, code)
    assert.matches("bash", errors)
  end)
end)
