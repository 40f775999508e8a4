/*
** A Lua interpreter for the sanitizer runs: `host [-e chunk] script args`.
** Debian's lua5.4 and luajit cannot load a shared object built with ASan; a
** program built with it can, and, unlike a preloaded library, it does not
** affect the programs it starts (nginx, a command).
*/
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* [-1, +1]  message handler: adds a traceback */
static int traceback(lua_State *L) {
  lua_getglobal(L, "debug");
  lua_getfield(L, -1, "traceback");
  lua_getglobal(L, "tostring");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1); /* debug, traceback, text */
  lua_pushinteger(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

/* Ctrl-C raises an error at the next instruction, as in the real
** interpreters. */
static lua_State *running;

static void raise_interrupted(lua_State *L, lua_Debug *unused) {
  (void)unused;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

static void on_interrupt(int number) {
  signal(number, SIG_DFL);
  lua_sethook(running, raise_interrupted,
              LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT, 1);
}

/* [-(1 + count), +0]  runs a chunk with `count` arguments on top; 0 ok.
** `loaded` is the status of loading it. */
static int run(lua_State *L, int loaded, int count) {
  if (loaded == 0) {
    lua_pushcfunction(L, traceback);
    lua_insert(L, 1); /* traceback, chunk, arguments */
    running = L;
    signal(SIGINT, on_interrupt);
    loaded = lua_pcall(L, count, 0, 1);
    signal(SIGINT, SIG_DFL);
  }
  if (loaded != 0)
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_settop(L, 0);
  return loaded;
}

/* Sets the global arg as lua does: the script is at 0.  [-0, +0] */
static void set_arguments(lua_State *L, int argc, char **argv, int script) {
  int i;
  lua_createtable(L, argc, 1);
  for (i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
}

/* The script's index in argv, after the options; argc without a script. */
static int find_script(int argc, char **argv) {
  int i = 1;
  while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0')
    i += strcmp(argv[i], "-e") == 0 ? 2 : 1;
  return i < argc ? i : argc;
}

int main(int argc, char **argv) {
  int script = find_script(argc, argv);
  int status = 0, i;
  lua_State *L = luaL_newstate();
  if (L == NULL)
    return 1;
  luaL_openlibs(L);
  set_arguments(L, argc, argv, script < argc ? script : 0);
  for (i = 1; i < script && status == 0; i++) {
    if (strcmp(argv[i], "-e") != 0 || i + 1 >= script) {
      fprintf(stderr, "host: expected -e chunk or a script, not %s\n", argv[i]);
      status = 1;
    } else {
      i++;
      status = run(L, luaL_loadstring(L, argv[i]), 0);
    }
  }
  if (status == 0 && script < argc) {
    const char *name = strcmp(argv[script], "-") == 0 ? NULL : argv[script];
    status = luaL_loadfile(L, name);
    luaL_checkstack(L, argc, "too many arguments"); /* the traceback's, too */
    for (i = script + 1; i < argc && status == 0; i++)
      lua_pushstring(L, argv[i]); /* also the chunk's `...` */
    status = run(L, status, argc - script - 1);
  }
  lua_close(L);
  return status != 0;
}
