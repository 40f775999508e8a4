rockspec_format = "3.0"
package = "extcontacts"
version = "0.2.0-1"
source = {
  url = ".",
}
description = {
  summary = "Client for the Genesys Cloud External Contacts API",
  detailed = [[
All operations of the External Contacts API for Lua 5.4, LuaJIT and OpenResty:
a C engine on libcurl, lossless JSON, iterators, changes to live records that
are planned, applied and undone, and a local server for trials and tests.]],
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = {
  "lua >= 5.1, < 5.5",
  -- The command parses its options with argparse; the library has no dependency.
  "argparse >= 0.7",
}
-- The makefile finds the sources, the flags and the modules; a list here would
-- have to be kept in step with it.  pkg-config finds libcurl.
build = {
  type = "make",
  variables = {
    LUA = "$(LUA)",
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LUA_CFLAGS = "-I$(LUA_INCDIR)",
    PREFIX = "$(PREFIX)",
    BINDIR = "$(BINDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
  },
  copy_directories = {},
}
