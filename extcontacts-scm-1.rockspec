rockspec_format = "3.0"
package = "extcontacts"
version = "scm-1"
source = {
  url = ".", -- `luarocks make` builds the checkout that it runs in
}
description = {
  summary = "Client for the Genesys Cloud External Contacts API",
  detailed = [[
All operations of the External Contacts API for Lua 5.4, Lua 5.3, LuaJIT and
OpenResty: a C engine on libcurl, lossless JSON, iterators, changes to live records
that are planned, applied and undone, and a local server for trials and tests.]],
  license = "MIT",
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.1, ~= 5.2, < 5.5", -- 5.1: LuaJIT only, which the makefile checks
  -- The command parses its options with argparse; the library has no dependency.
  "argparse >= 0.7",
}
external_dependencies = {
  -- 7.63 or later, with headers; LuaRocks does not look where Debian keeps these.
  CURL = { library = "curl" },
}
-- The makefile finds the sources, the flags and the modules; a list here would
-- have to be kept in step with it.
build = {
  type = "make",
  variables = {
    LUA = "$(LUA)",
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LIBFLAG = "$(LIBFLAG)",
    LUA_CFLAGS = "-I$(LUA_INCDIR)",
    CURL_CFLAGS = "-I$(CURL_INCDIR)",
    CURL_LIBS = "-L$(CURL_LIBDIR) -lcurl",
    PREFIX = "$(PREFIX)",
    BINDIR = "$(BINDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
  },
  copy_directories = {},
}
