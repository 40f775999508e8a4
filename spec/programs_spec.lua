-- The helper of specs whose program may be missing; spec/build_spec.lua has
-- what deps.sh and run.sh do about it.
local programs = require "spec.support.programs"

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function set_of(text)
  local set = {}
  for word in text:gmatch "%S+" do
    set[word] = true
  end
  return set
end

describe("programs", function()
  it("reports which programs are installed, and raises for a package that deps.sh does not name", function()
    assert.is_true(programs.has "lua5.4")
    local passed, problem = pcall(programs.has, "lua5.5")
    assert.is_false(passed)
    assert.matches("names no package 'lua5.5'", problem, 1, true)
  end)

  it("are named by the specs as deps.sh names them, and only if `make test` does not install them", function()
    local optional = set_of(output "sh spec/support/deps.sh --list optional")
    local test = set_of(output "sh spec/support/deps.sh --list test")
    local needs = output [[grep -rhoE 'programs\.need\("[^"]+"' spec --include=*_spec.lua]]
    local count = 0
    for name in needs:gmatch '"([^"]+)"' do
      count = count + 1
      assert.is_true(optional[name] and not test[name], name)
    end
    assert.is_true(count > 0)
  end)

  it("are detected in no other way", function()
    assert.equal("", output [[grep -rn '["( ]command -v' spec --include=*.lua | grep -vF '$(command -v']])
  end)
end)
