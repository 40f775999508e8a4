--- The core is loaded: it stays in memory, and misses nothing of libcurl.  Seen from
-- a program in C that loads it into a Lua state.

local files = require "extcontacts.base.files"
local vm = require "spec.support.vm"

local PROGRAM = [[
#include <stdio.h>
#include <string.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#ifdef OLD_LIBCURL
#include <curl/curl.h>
/* in place of the library's own */
curl_version_info_data *curl_version_info(CURLversion asked) {
  static curl_version_info_data old;
  (void)asked;
  old.version = "7.63.0";
  old.version_num = 0x073f00;
  return &old;
}
#endif
int main(void) {
  lua_State *L = luaL_newstate();
  char line[4096];
  FILE *maps;
  luaL_openlibs(L);
  if (luaL_dostring(L, "require 'extcontacts.core'") != 0)
    puts(lua_tostring(L, -1));
  lua_close(L);
  maps = fopen("/proc/self/maps", "r");
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    if (strstr(line, "extcontacts/core.so") != NULL)
      return puts("still there") < 0;
  }
  return 1;
}
]]

-- With sanitizers in the core, the program that loads it must have them too.
local FLAGS = os.getenv "EXTCONTACTS_SANITIZED"
  and "-fsanitize=address,undefined -fno-sanitize-recover=all" or ""

describe("the core", function()
  local directory

  setup(function()
    directory = os.tmpname()
    os.remove(directory)
    os.execute("mkdir " .. directory)
    local source = assert(io.open(directory .. "/program.c", "w"))
    source:write(PROGRAM)
    source:close()
  end)

  teardown(function()
    os.execute("rm -r " .. directory)
  end)

  -- Compiles and runs the program with the core of this process.
  local function run(flags)
    local program, output = directory .. "/program", directory .. "/output"
    local core = assert(package.searchpath("extcontacts.core", package.cpath)) -- luacheck: ignore 143
    local compile = ("cc %s %s -o %s %s.c -Wl,-E $(pkg-config --cflags --libs %s libcurl) -lm"):format(FLAGS, flags,
      program, program, vm)
    local path = core:gsub("extcontacts/core%.so$", "?.so")
    local status = os.execute(("{ %s && env -u LUA_CPATH_5_4 -u LUA_CPATH_5_3 LUA_CPATH='%s' %s; } >%s 2>&1"):format(
      compile, path, program, output))
    return status == true or status == 0, files.read(output)
  end

  it("stays in memory when its Lua state is closed", function()
    local passed, output = run ""
    assert.is_true(passed, output)
    assert.equal("still there\n", output)
  end)

  it("refuses a libcurl that lacks options it was built with", function()
    local _, output = run "-DOLD_LIBCURL"
    assert.matches("^[^\n]*extcontacts was built for libcurl [%d.]+ and needs [%d.]+ or later, "
      .. "but libcurl 7%.63%.0 is loaded; build extcontacts with the headers of that version", output)
  end)
end)
