-- Specs that need a program which may be missing: the helper that looks for it,
-- what deps.sh answers, and the line that `make test` ends with.
local programs = require "spec.support.programs"

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function shell(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo \"status=$?\""))
  local text, status = pipe:read("*a"):match "^(.*)status=(%d+)\n$"
  pipe:close()
  return tonumber(status), text
end

describe("programs", function()
  it("has what is installed, and raises for a package that deps.sh does not name", function()
    assert.is_true(programs.has "lua5.4")
    local passed, problem = pcall(programs.has, "lua5.5")
    assert.is_false(passed)
    assert.matches("names no package 'lua5.5'", problem, 1, true)
  end)

  it("are named by the specs as deps.sh names them, and only if `make test` does not install them", function()
    local _, optional = shell "sh spec/support/deps.sh --list optional"
    local _, test = shell "sh spec/support/deps.sh --list test"
    local _, needs = shell [[grep -rhoE 'programs\.need\("[^"]+"' spec --include=*_spec.lua]]
    local count = 0
    for name in needs:gmatch '"([^"]+)"' do
      count = count + 1
      assert.is_truthy(("\n" .. optional):find("\n" .. name .. "\n", 1, true), name)
      assert.is_nil(("\n" .. test):find("\n" .. name .. "\n", 1, true), name)
    end
    assert.is_true(count > 0)
  end)

  it("are asked for in no other way", function()
    local _, found = shell [[grep -rn '["(]command -v' spec --include=*.lua | grep -vF '$(command -v']]
    assert.equal("", found)
  end)
end)

describe("deps.sh --has", function()
  local bin

  -- A PATH with what the script itself needs.
  before_each(function()
    bin = os.tmpname()
    os.remove(bin)
    assert.equal(0, (shell("mkdir " .. bin .. " && for tool in sh sed grep; do ln -s \"$(command -v $tool)\" "
      .. bin .. "; done")))
  end)

  after_each(function()
    shell("rm -rf " .. bin)
  end)

  local function has(package_name, environment)
    return (shell(("PATH=%s %s sh spec/support/deps.sh --has %s"):format(bin, environment or "", package_name)))
  end

  it("looks for the program in PATH", function()
    assert.equal(1, has "zsh")
    shell(("ln -s /bin/true %s/zsh"):format(bin))
    assert.equal(0, has "zsh")
  end)

  it("heeds EXTCONTACTS_WITHOUT", function()
    shell(("ln -s /bin/true %s/zsh; ln -s /bin/true %s/fish"):format(bin, bin))
    assert.equal(1, has("zsh", "EXTCONTACTS_WITHOUT='zsh chromium'"))
    assert.equal(0, has("fish", "EXTCONTACTS_WITHOUT='zsh chromium'"))
  end)
end)

describe("run.sh", function()
  local scratch

  before_each(function()
    scratch = os.tmpname()
    os.remove(scratch)
    scratch = scratch .. "_spec.lua"
    local file = assert(io.open(scratch, "w"))
    file:write [[
      local programs = require "spec.support.programs"
      it("a", function() programs.need('lua5.4', pending) error "needs it" end)
      it("b", function() programs.need('openssl', pending) end)
      it("c", function() programs.need('lua5.4', pending) error "needs it" end)
      it("d", function() end)
    ]]
    file:close()
  end)

  after_each(function()
    os.remove(scratch)
  end)

  local function run(without)
    local vm = package.loaded.jit and "luajit" or "lua5.4"
    return shell(("EXTCONTACTS_WITHOUT=%s CHECK_DIR=build/check/nested VMS=%s sh spec/support/run.sh suite -- "
      .. "--helper=busted %s"):format(quoted(without), vm, quoted(scratch)))
  end

  it("names before its last line what left specs pending, and the command that installs it", function()
    local status, output = run "lua5.4"
    assert.equal(0, status, output)
    assert.matches("\npending because a program is missing: 2 specs (lua5.4). To install: make deps-optional\n"
      .. "3 passed, 0 failed\n", output, 1, true)
    assert.matches("NOT RUN: lua5.4 is not installed", output, 1, true)
    output = select(2, run "lua5.4 openssl")
    assert.matches("a program is missing: 3 specs (lua5.4 openssl).", output, 1, true)
  end)

  it("runs them where the program is, and says nothing of it", function()
    local status, output = run ""
    assert.equal(1, status)
    assert.is_nil(output:find "a program is missing")
    assert.matches("\n3 passed, 2 failed\n$", output)
  end)
end)
