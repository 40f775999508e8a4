--- Which Lua it is: what the makefile builds for, and what the command runs in.

local vm = require "spec.support.vm"

local VERSIONS = { ["lua5.3"] = "5.3", ["lua5.4"] = "5.4", luajit = "5.1" }

-- The status of `sh -c` and all that it printed.
local function shell(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo \"status=$?\""))
  local text, status = pipe:read("*a"):match "^(.*)status=(%d+)\n$"
  pipe:close()
  return tonumber(status), text
end

local directory

before_each(function()
  directory = os.tmpname()
  os.remove(directory)
  assert.equal(0, (shell("mkdir " .. directory)))
end)

after_each(function()
  shell("rm -r " .. directory)
end)

describe("make", function()
  local function make(lua)
    return shell(("env -u MAKEFLAGS -u MFLAGS %s -n install LUA=%s"):format(os.getenv "MAKE" or "make", lua))
  end

  it("asks the interpreter, whatever its name is", function()
    shell(("ln -s $(command -v %s) %s/lua"):format(vm, directory))
    local _, output = make(directory .. "/lua")
    assert.matches("/share/lua/" .. VERSIONS[vm] .. "/extcontacts", output, 1, true)
  end)

  it("builds for no Lua that the core does not support", function()
    shell(("printf '#!/bin/sh\\nprintf PUC-5.2\\n' >%s/luajit; chmod 755 %s/luajit"):format(directory, directory))
    local status, output = make(directory .. "/luajit")
    assert.equal(2, status)
    assert.matches("luajit is Lua 5.2; extcontacts needs Lua 5.4, Lua 5.3 or LuaJIT", output, 1, true)
    status, output = make(directory .. "/missing")
    assert.equal(2, status)
    assert.matches("missing does not run", output, 1, true)
  end)
end)

describe("the installed command", function()
  -- Installed as `make install` does for this VM, with `core` as the core; in a PATH
  -- of its tools alone.
  local function install(core)
    local version = VERSIONS[vm]
    shell(([[
      cd %s && mkdir -p bin path lib/lua/%s/extcontacts share/lua/%s
      cp "$OLDPWD/bin/extcontacts" bin
      ln -s "$OLDPWD/lua/extcontacts" share/lua/%s
      ln -s "%s" lib/lua/%s/extcontacts/core.so
      for tool in sh dirname readlink env %s; do ln -s "$(command -v $tool)" path; done]]):format(directory, version,
      version, version, core, version, vm))
  end

  local function run(environment, before)
    return shell(("%s cd / && env -u LUA_PATH -u LUA_CPATH PATH=%s/path %s %s/bin/extcontacts --version"):format(
      before or "", directory, environment or "", directory))
  end

  local function core()
    return assert(package.searchpath("extcontacts.core", package.cpath)) -- luacheck: ignore 143
  end

  before_each(function()
    install(core())
  end)

  it("runs in the interpreter that it was installed for", function()
    local status, output = run()
    assert.equal(0, status, output)
    assert.matches("^extcontacts %d", output)
  end)

  it("passes over an interpreter that it was not installed for", function()
    -- Comes before all others, and has no core.
    local other = "printf '#!/bin/sh\\nexit 1\\n' >%s/path/%s; chmod 755 %s/path/%s;"
    local first = vm == "lua5.4" and "luajit" or "lua5.4"
    local status, output = run("", other:format(directory, first, directory, first)
      .. ("sed -i 's|^default_lua=.*|default_lua=%s|' %s/bin/extcontacts;"):format(first, directory))
    assert.equal(0, status, output)
  end)

  it("takes no core that was built for another interpreter", function()
    -- In a directory without a version in its name, only loading it shows that.
    shell(("cd %s; rm lib/lua/*/extcontacts/core.so; mkdir extcontacts; echo 'int lua_other(void); int f(void); "
      .. "int f(void) { return lua_other(); }' >core.c; cc -shared -fPIC -Wl,-z,now -o extcontacts/core.so core.c")
      :format(directory))
    local status, output = run(("LUA_CPATH='%s/?.so'"):format(directory))
    assert.equal(1, status)
    assert.matches("^extcontacts: no Lua interpreter found that it is installed for", output)
  end)

  it("takes no other interpreter than EXTCONTACTS_LUA", function()
    local status, output = run "EXTCONTACTS_LUA=missing"
    assert.equal(1, status)
    assert.equal("extcontacts: EXTCONTACTS_LUA=missing: no such program, or extcontacts is not installed for it\n",
      output)
  end)
end)
