rockspec_format = "3.0"
package = "extcontacts"
version = "scm-1"
source = {
  url = ".",
}
description = {
  summary = "Client for the Genesys Cloud External Contacts API",
  detailed = [[
All operations of the External Contacts API for Lua 5.4, LuaJIT and OpenResty:
a C engine on libcurl, lossless JSON, iterators, and a local server to try
everything on.]],
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = {
  "lua >= 5.1, < 5.5",
  -- The command reads its options with it; the library needs nothing.
  "argparse >= 0.7",
}
-- The makefile knows the sources, the flags and the modules, by looking: a
-- list here would be a second one.  libcurl is found by pkg-config.
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
