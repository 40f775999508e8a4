-- Completion: the words, and the shells that ask for them.
local cli = require "extcontacts.cli"
local command = require "spec.support.command"
local complete = require "extcontacts.cli.complete"
local operations = require "extcontacts.api.operations"
local parser = require "extcontacts.cli.parser"

-- The words for a line, the last of it being completed.
local function words(...)
  local list, by_word = {}, {}
  for index, word in ipairs(complete.words(cli.find, cli.names(), { ... })) do
    list[index] = word[1]
    by_word[word[1]] = word[2]
  end
  return list, by_word
end

describe("completion", function()
  it("knows the commands with what they do", function()
    local list, about = words ""
    assert.same(cli.names(), list)
    assert.equal(cli.find("scan").summary, about.scan)
    assert.same({ "search" }, (words "sea"))
    assert.same({ "--profile" }, (words "--pro"))
    assert.same(cli.names(), (words("--profile", "x", "")))
  end)

  it("knows every option of every command", function()
    for _, name in ipairs(cli.names()) do
      local _, options = parser.describe((parser.make(cli.find(name), {})))
      local _, known = words(name, "-")
      for _, option in ipairs(options) do
        assert.is_string(known[option.name], name .. " " .. option.name)
      end
    end
  end)

  it("knows every operation, and its options and their values", function()
    local _, about = words("call", "")
    for _, row in ipairs(operations.list) do
      assert.equal(row.summary, about[row.short])
      local _, known = words("call", row.short, "--")
      for _, param in ipairs(row.params) do
        if not param.required then
          assert.is_string(known["--" .. param.name:gsub("_", "-")], row.short .. " " .. param.name)
          local _, values = words("call", row.short, "--" .. param.name:gsub("_", "-"), "")
          for _, value in ipairs(param.enum or {}) do
            assert.is_string(values[value])
          end
        end
      end
    end
    assert.same({ "contacts", "organizations", "relationships", "notes" },
      { (words("scan", "c"))[1], (words("scan", "o"))[1], (words("scan", "r"))[1], (words("scan", "n"))[1] })
  end)

  it("knows the fields of the records at hand", function()
    assert.same({ "id,workPhone.e164" }, (words("scan", "contacts", "--fields", "id,workPhone.e1")))
    assert.same({ "title=" }, (words("update", "contacts", "x", "--set", "tit")))
    assert.same({ "title" }, (words("update", "contacts", "x", "--clear", "tit")))
    assert.same({}, (words("update", "contacts", "x", "--set", "self")))
  end)

  it("offers an option once, unless it may be given again", function()
    local _, known = words("get", "contacts", "x", "--csv", "--fields", "id", "--")
    assert.is_nil(known["--csv"])
    assert.is_string(known["--fields"])
  end)

  it("asks for files where they belong, and for nothing where only ids do", function()
    assert.same({ ":files" }, (words("create", "contacts", "--body", "")))
    assert.same({ ":files" }, (words("get", "contacts", "x", "--config", "")))
    assert.same({}, (words("get", "contacts", "5b4a")))
    assert.same({}, (words("scan", "contacts", "--limit", "")))
    assert.same({}, (words("nonsense", "x")))
  end)

  it("takes --option=value, also as bash takes it apart", function()
    assert.same({ "--region=eu_west_1", "--region=eu_west_2" }, (words("doctor", "--region=eu_west")))
    assert.same({ "eu_west_1", "eu_west_2" }, (words("doctor", "--region", "=", "eu_west")))
    assert.same({ "object", "blank", "null", "absent" }, (words("sandbox", "--cursor-end", "=")))
    assert.same({ "name:asc" }, (words("list", "organizations", "--sort-order", "name", ":", "a")))
    assert.same({}, (words("update", "contacts", "x", "--set", "title", "=", "t")))
  end)
end)

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
  local function shell_it(name, sentence, body)
    it(name .. " " .. sentence, function()
      if not os.execute("command -v " .. name .. " >/dev/null 2>&1")
        or os.execute("command -v " .. name .. " >/dev/null 2>&1") == 1 then
        return pending(name .. " is not installed")
      end
      body()
    end)
  end

  shell_it("bash", "completes words and files", function()
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

  shell_it("zsh", "completes words and files", function()
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

  shell_it("fish", "completes words and files", function()
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
