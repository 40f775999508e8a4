-- The scripts behind make: what they count, what they print, what they fail.

local vm = require "spec.support.vm"

-- Variables for run.sh: this VM, and a folder of its own, because other runs of this
-- file may be under way.
local unique = os.tmpname()
os.remove(unique)
local FOLDER = "build/check/nested-" .. unique:match "[^/]+$"
local NESTED = ("CHECK_DIR=%s VMS=%s "):format(FOLDER, vm)

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

teardown(function()
  os.execute("rm -rf " .. FOLDER)
end)

-- The exit status of `sh -c` and everything that it printed.
local function shell(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo \"status=$?\""))
  local output = pipe:read("*a")
  pipe:close()
  local text, status = output:match("^(.*)status=(%d+)\n$")
  return tonumber(status), text
end

describe("run.sh", function()
  local scratch

  before_each(function()
    scratch = os.tmpname()
    os.remove(scratch)
    scratch = scratch .. "_spec.lua"
  end)

  after_each(function()
    os.remove(scratch)
  end)

  -- Runs these specs (text) as a suite of their own, on this VM only
  -- and without the sandbox that the helper starts.
  local function run(specs, environment)
    local file = assert(io.open(scratch, "w"))
    file:write(specs)
    file:close()
    return shell((environment or "") .. NESTED .. "sh spec/support/run.sh suite -- --helper=busted " .. quoted(scratch))
  end

  -- The build counts as one that passed.
  it("adds up what passed and exits 0", function()
    local status, output = run('it("a", function() end) it("b", function() end)')
    assert.equal(0, status, output)
    assert.matches("\n3 passed, 0 failed\n$", output)
  end)

  it("counts failures and errors, shows them and exits otherwise", function()
    local status, output = run([[
      it("is right", function() end)
      it("is wrong", function() assert.equal("expected thing", "other thing") end)
      it("is broken", function() error("broken thing") end)
    ]])
    assert.equal(1, status)
    assert.matches("expected thing", output, 1, true)
    assert.matches("broken thing", output, 1, true)
    assert.matches("\n2 passed, 2 failed\n$", output)
  end)

  it("lists pending specs and counts them neither way", function()
    local status, output = run('it("a", function() end) pending("later thing")')
    assert.equal(0, status, output)
    assert.matches("later thing", output, 1, true)
    assert.matches("1 pending specs", output, 1, true)
    assert.matches("\n2 passed, 0 failed\n$", output)
  end)

  for name, specs in pairs {
    ["a suite without specs"] = "",
    ["a suite that ends the process with success"] = 'it("a", function() os.exit(0) end)',
    ["a file that can't be compiled"] = "x = = 1",
    ["specs that are all pending"] = 'pending("a")',
  } do
    it("counts " .. name .. " as failed", function()
      local status, output = run(specs)
      assert.equal(1, status)
      assert.matches("\n1 passed, 1 failed\n$", output)
    end)
  end

  describe("with specs whose program may be missing", function()
    local SPECS = [[
      local programs = require "spec.support.programs"
      it("a", function() programs.need('lua5.4', pending) error "needs it" end)
      it("b", function() programs.need('openssl', pending) end)
      it("c", function() programs.need('lua5.4', pending) error "needs it" end)
      it("d", function() end)
    ]]

    it("names the packages before its last line, and the command that installs them", function()
      local status, output = run(SPECS, "EXTCONTACTS_WITHOUT=lua5.4 ")
      assert.equal(0, status, output)
      assert.matches("\npending because a program is missing: 2 specs (lua5.4). To install: make deps-optional\n"
        .. "3 passed, 0 failed\n", output, 1, true)
      assert.matches("NOT RUN: lua5.4 is not installed", output, 1, true)
      output = select(2, run(SPECS, "EXTCONTACTS_WITHOUT='lua5.4 openssl' "))
      assert.matches("a program is missing: 3 specs (lua5.4 openssl).", output, 1, true)
    end)

    it("runs them if the program is present, and prints no such line", function()
      local status, output = run(SPECS, "EXTCONTACTS_WITHOUT= ")
      assert.equal(1, status)
      assert.is_nil(output:find "a program is missing")
      assert.matches("\n3 passed, 2 failed\n$", output)
    end)
  end)

  it("hides a user's account and proxies from the specs", function()
    local names = { "GENESYSCLOUD_ACCESS_TOKEN", "PURECLOUD_SECRET", "EXTCONTACTS_BASE_URL", "https_proxy" }
    local status, output = run(([[
      it("a", function()
        for name in ("%s"):gmatch "%%S+" do assert.is_nil(os.getenv(name), name) end
      end)
    ]]):format(table.concat(names, " ")), table.concat(names, "=x ") .. "=x ")
    assert.equal(0, status, output)
  end)

  it("counts an unknown group as failed", function()
    local status, output = shell("sh spec/support/run.sh nonsense")
    assert.equal(1, status)
    assert.matches("\n0 passed, 1 failed\n$", output)
  end)
end)

describe("env.sh", function()
  local copy

  -- A folder like this one, with a name that needs quoting.
  setup(function()
    local name = os.tmpname()
    os.remove(name)
    copy = name .. " it's \"$HOME\""
    assert.equal(0, (shell("mkdir -p " .. quoted(copy .. "/spec/support") .. " "
      .. quoted(copy .. "/build/lua5.4/extcontacts") .. " && cp spec/support/env.sh "
      .. quoted(copy .. "/spec/support") .. " && touch "
      .. quoted(copy .. "/build/lua5.4/extcontacts/core.so"))))
  end)

  teardown(function()
    shell("rm -rf " .. quoted(copy))
  end)

  -- A variable after evaluating what env.sh prints.
  local function evaluated(before, name)
    local status, output = shell("unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4; " .. before
      .. "; eval \"$(sh " .. quoted(copy .. "/spec/support/env.sh") .. ")\"; echo \"${"
      .. name .. "-unset}\"")
    assert.equal(0, status, output)
    return (output:gsub("\n$", ""))
  end

  it("quotes the folder and keeps Lua's default paths", function()
    assert.equal(copy .. "/lua/?.lua;" .. copy .. "/lua/?/init.lua;;", evaluated(":", "LUA_PATH"))
    assert.equal(copy .. "/build/lua5.4/?.so;;", evaluated(":", "LUA_CPATH"))
  end)

  it("keeps existing paths, after those of this tree", function()
    assert.equal(copy .. "/lua/?.lua;" .. copy .. "/lua/?/init.lua;/mine/?.lua",
      evaluated("LUA_PATH='/mine/?.lua'", "LUA_PATH"))
    assert.equal(copy .. "/build/lua5.4/bin:/usr/bin:/bin", evaluated("PATH=/usr/bin:/bin", "PATH"))
  end)

  it("sets the versioned variable only where it takes precedence", function()
    assert.equal("unset", evaluated(":", "LUA_PATH_5_4"))
    assert.equal(copy .. "/build/lua5.4/?.so;/mine/?.so;;",
      evaluated("LUA_CPATH_5_4='/mine/?.so;;'", "LUA_CPATH_5_4"))
  end)

  it("says what to do when there is no build", function()
    local status, output = shell("BUILD=build/none LUA_NAME=luajit sh spec/support/env.sh")
    assert.equal(1, status)
    assert.matches("make LUA=luajit", output, 1, true)
  end)
end)

describe("demo.sh", function()
  it("needs no terminal, USER, UTF-8 locale or HOME, and ignores a user's account", function()
    local status, output = shell("eval \"$(sh spec/support/env.sh)\"; setsid -w env -i PATH=\"$PATH\" "
      .. "LUA_PATH=\"$LUA_PATH\" LUA_CPATH=\"$LUA_CPATH\" HOME=/nonexistent XDG_STATE_HOME=/nonexistent/state "
      .. "LC_ALL=C GENESYSCLOUD_ACCESS_TOKEN=mine GENESYSCLOUD_PROFILE=mine CONTACTS=50 "
      .. "sh examples/demo.sh </dev/null")
    assert.equal(0, status, output)
    assert.matches("The remaining values need a person", output, 1, true)
  end)
end)

describe("check_bare.sh", function()
  -- A PATH in which `id` names a normal user.
  it("says that it needs root, and counts as failed without", function()
    local directory = os.tmpname()
    os.remove(directory)
    local status, output = shell(("mkdir %s; printf '#!/bin/sh\\necho 1000\\n' >%s/id; chmod 755 %s/id; "
      .. "PATH=%s:$PATH %s sh spec/support/run.sh bare; status=$?; rm -rf %s; (exit $status)")
      :format(directory, directory, directory, directory, NESTED, directory))
    assert.equal(1, status, output)
    assert.matches("check-bare can't run here: it needs root", output, 1, true)
    assert.matches("\n0 passed, 1 failed\n$", output)
  end)
end)

describe("deps.sh", function()
  -- A PATH with the tools the script itself needs and nothing else.
  local bin

  setup(function()
    bin = os.tmpname()
    os.remove(bin)
    assert.equal(0, (shell("mkdir " .. bin .. " && for tool in sh sed id mktemp rm; do"
      .. " ln -s \"$(command -v $tool)\" " .. bin .. "; done")))
  end)

  teardown(function()
    shell("rm -rf " .. bin)
  end)

  it("names what is missing on a machine without apt", function()
    -- Its own additions to PATH are cut, or it would find this machine's nginx.
    local status, output = shell("sed '/^PATH=/d' spec/support/deps.sh | PATH=" .. bin
      .. " sh -s -- test")
    assert.equal(1, status)
    for _, words in ipairs { "a C compiler", "libcurl 7.63 or later, with headers", "busted, for luajit",
      "There is no apt here" } do
      assert.matches(words, output, 1, true)
    end
  end)

  it("looks for one package's program in PATH, unless EXTCONTACTS_WITHOUT names it", function()
    local function has(name, without)
      return (shell(("PATH=%s EXTCONTACTS_WITHOUT='%s' sh spec/support/deps.sh --has %s"):format(bin, without, name)))
    end
    assert.equal(1, has("zsh", ""))
    shell(("ln -s /bin/true %s/zsh; ln -s /bin/true %s/fish"):format(bin, bin))
    assert.equal(0, has("zsh", ""))
    assert.equal(1, has("zsh", "zsh chromium"))
    assert.equal(0, has("fish", "zsh chromium"))
    assert.equal(2, has("zhs", ""))
  end)

  it("lists every package once", function()
    local _, output = shell("sh spec/support/deps.sh --list deep rock")
    local seen = {}
    for name in output:gmatch("%S+") do
      assert.is_nil(seen[name], name)
      seen[name] = true
    end
    assert.is_true(seen["libcurl4-openssl-dev"] and seen["lua-busted"] and seen["luarocks"])
  end)
end)

describe("c_layers.lua", function()
  local dir

  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    shell("mkdir " .. dir)
  end)

  after_each(function()
    shell("rm -r " .. dir)
  end)

  -- Compiles these files (name to text) and checks their layers.
  local function check(files)
    for name, text in pairs(files) do
      local file = assert(io.open(dir .. "/" .. name, "w"))
      file:write(text)
      file:close()
    end
    return shell(("(cd %s && cc -c *.c) && lua5.4 spec/support/c_layers.lua %s %s"):format(dir, dir, dir))
  end

  it("prints the layers if each file uses only those below it", function()
    local status, output = check {
      ["low.c"] = "int low(void) { return 1; }\n",
      ["high.c"] = "int low(void);\nint high(void) { return low(); }\n",
    }
    assert.equal(0, status, output)
    assert.equal(" 0 low\n 1 high\n2 files in 2 layers, no cycle\n", output)
  end)

  it("names the functions that close a cycle", function()
    local status, output = check {
      ["a.c"] = "int b(void);\nint a(void) { return b(); }\n",
      ["b.c"] = "int c(void);\nint b(void) { return c(); }\n",
      ["c.c"] = "int a(void);\nint (*back)(void) = a;\nint c(void) { return back(); }\n",
    }
    assert.equal(1, status, output)
    assert.matches("a.c uses b of b.c\n  b.c uses c of c.c\n  c.c uses a of a.c", output, 1, true)
  end)

  it("counts an include", function()
    local status, output = check {
      ["a.h"] = '#include "b.h"\n',
      ["a.c"] = '#include "a.h"\nint a(void) { return 1; }\n',
      ["b.h"] = "int a(void);\n",
      ["b.c"] = '#include "b.h"\nint b(void) { return a(); }\n',
    }
    assert.equal(1, status, output)
    assert.matches("a.h includes b.h\n  b.c uses a of a.c", output, 1, true)
  end)

  it("fails if a source has not been built", function()
    local status, output = check { ["a.c"] = "int a(void) { return 1; }\n" }
    assert.equal(0, status, output)
    status, output = shell(("rm %s/a.o; lua5.4 spec/support/c_layers.lua %s %s 2>&1"):format(dir, dir, dir))
    assert.equal(1, status, output)
    assert.matches("build it first", output, 1, true)
  end)
end)
