/*
** An application with a Lua state inside: it looks contacts up by e-mail
** address or phone number.
**
**   host SCRIPT VALUE...
**
** The script returns a table with `find` and `close` (lookup.lua).  The
** application keeps control: it owns the state, its own signal handlers stay
** in place, every Lua error comes back as a text, and closing the state closes
** the connections and ends whatever the module started.
*/
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* [-1, +1]  message handler: the error as a text */
static int as_text(lua_State *L) {
  if (luaL_callmeta(L, 1, "__tostring")) /* an error object of the module */
    return 1;
  if (!lua_isstring(L, 1))
    lua_pushfstring(L, "an error of type %s", luaL_typename(L, 1));
  return 1;
}

/* [-(1 + count), +results]  calls a function; on failure prints the error,
** pushes nothing and returns 0 */
static int call(lua_State *L, int count, int results) {
  int ok, handler = lua_gettop(L) - count;
  lua_pushcfunction(L, as_text);
  lua_insert(L, handler); /* handler, function, arguments */
  ok = lua_pcall(L, count, results, handler) == 0;
  if (!ok) {
    fprintf(stderr, "host: %s\n", lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  lua_remove(L, handler);
  return ok;
}

/* [-0, +0]  puts a directory of modules before those in `package` */
static int add_path(lua_State *L, const char *field, const char *path) {
  lua_getglobal(L, "package");
  lua_pushfstring(L, "%s;", path);
  lua_getfield(L, -2, field);
  lua_concat(L, 2);           /* package, path */
  lua_setfield(L, -2, field); /* package */
  lua_pop(L, 1);
  return 1;
}

/* [-0, +1]  runs the script; its table is left on the stack */
static int load_script(lua_State *L, const char *path) {
  if (luaL_loadfile(L, path) != 0) {
    fprintf(stderr, "host: %s\n", lua_tostring(L, -1));
    lua_pop(L, 1);
    return 0;
  }
  if (!call(L, 0, 1))
    return 0;
  if (lua_istable(L, -1))
    return 1;
  fprintf(stderr, "host: %s returns no table\n", path);
  lua_pop(L, 1);
  return 0;
}

/* [-0, +0]  calls `find` of the script's table, which is on top */
static int find(lua_State *L, const char *value) {
  const char *name;
  lua_getfield(L, -1, "find");
  lua_pushstring(L, value);
  if (!call(L, 1, 2)) /* table, name or nil, message or nil */
    return 0;
  name = lua_tostring(L, -2);
  if (name != NULL)
    printf("%s: %s\n", value, name);
  else if (lua_isnil(L, -1))
    printf("%s: unknown\n", value);
  else
    fprintf(stderr, "host: %s\n", lua_tostring(L, -1));
  lua_pop(L, 2);
  return name != NULL;
}

int main(int argc, char **argv) {
  int i, found = 0;
  lua_State *L;
  if (argc < 3) {
    fprintf(stderr, "usage: host SCRIPT VALUE...\n");
    return EXIT_FAILURE;
  }
  L = luaL_newstate();
  if (L == NULL) {
    fprintf(stderr, "host: not enough memory\n");
    return EXIT_FAILURE;
  }
  luaL_openlibs(L);
#ifdef EXTCONTACTS_LUA /* a build that is not installed */
  add_path(L, "path", EXTCONTACTS_LUA "/?.lua;" EXTCONTACTS_LUA "/?/init.lua");
  add_path(L, "cpath", EXTCONTACTS_CORE "/?.so");
#else
  (void)add_path;
#endif
  if (load_script(L, argv[1])) {
    for (i = 2; i < argc; i++)
      found += find(L, argv[i]);
    lua_getfield(L, -1, "close");
    call(L, 0, 0);
  }
  lua_close(L);
  return found == argc - 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
