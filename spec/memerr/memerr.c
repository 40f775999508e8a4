/*
** Every allocation failing in turn: runs a small script over extcontacts.core
** again and again, refusing its 1st, 2nd, 3rd... allocation until none is
** left to refuse.  A script must succeed, return nil, or raise "not enough
** memory"; it must not crash, leak or raise anything else.
**
** Three allocators are refused, one at a time: Lua's (lua_Alloc), the core's
** own (linked with --wrap=malloc...), and libcurl's.  Each in two ways: only
** that one (Lua then collects and tries again: a full collection at every
** allocation), and that one with all that follow.
**
**   memerr script.lua...
*/
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "memerr.h"

enum { MOST_ALLOCATIONS = 100000, LONGEST_SECONDS = 300 };

int luaopen_extcontacts_core(lua_State *L);

/* [-1, +1]  opens the core and runs the loaded script with the port */
static int run_script(lua_State *L) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_extcontacts_core);
  lua_setfield(L, -2, "extcontacts.core");
  lua_settop(L, 2); /* script, port */
  lua_call(L, 1, 1);
  return 1;
}

/* Runs the script once; 1 if it ended as it must, with or without refusals */
static int attempt(const char *script, struct memerr_budget *budget) {
  lua_State *L;
  int status, good = 1;

  L = lua_newstate(memerr_lua_allocate, &memerr_lua);
  if (L == NULL) {
    fprintf(stderr, "this Lua takes no allocator\n");
    return 0;
  }
  luaL_openlibs(L);
  lua_pushcfunction(L, run_script);
  if (luaL_loadfile(L, script) != 0) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    lua_close(L);
    return 0;
  }
  lua_pushinteger(L, memerr_port());
  budget->armed = 1;
  status = lua_pcall(L, 2, 1, 0);
  budget->armed = 0;
  if (status != 0) {
    const char *message = lua_tostring(L, -1);
    if (message == NULL)
      message = "(an error that is no string)";
    good = budget->hit && strstr(message, "not enough memory") != NULL;
    if (!good)
      fprintf(stderr, "raised: %s\n", message);
  } else if (!lua_toboolean(L, -1) && !budget->hit) {
    fprintf(stderr, "failed with nothing refused\n");
    good = 0;
  }
  lua_close(L);
  return good;
}

/* Refuses allocation after allocation; 0 if every attempt ended as it must. */
static int torture(const char *script, const char *name,
                   struct memerr_budget *budget, int persistent) {
  long count = 0;
  int wrong = 0;
  do {
    budget->hit = 0;
    budget->left = count;
    budget->persistent = persistent;
    if (!attempt(script, budget)) {
      fprintf(stderr, "%s: %s's allocation %ld refused%s\n", script, name,
              count + 1, persistent ? " with all later ones" : "");
      wrong++;
    }
    if (memerr_lua.live != 0 || memerr_core.live != 0) {
      fprintf(stderr,
              "%s: %s's allocation %ld: Lua keeps %ld, core %ld blocks\n",
              script, name, count + 1, memerr_lua.live, memerr_core.live);
      memerr_lua.live = memerr_core.live = 0;
      wrong++;
    }
    count++;
  } while (budget->hit && count < MOST_ALLOCATIONS && wrong < 2);
  printf("%-32s %-8s %-10s %5ld refused, %d wrong\n", script, name,
         persistent ? "from there" : "only one", count - 1, wrong);
  fflush(stdout);
  if (budget->hit && wrong == 0)
    fprintf(stderr, "%s: no end after %ld allocations\n", script, count);
  return wrong > 0 || budget->hit;
}

int main(int argc, char **argv) {
  int i, persistent, wrong = 0;
  alarm(LONGEST_SECONDS);
  if (memerr_serve() != 0 || memerr_curl_init() != 0)
    return 2;
  for (i = 1; i < argc; i++) {
    for (persistent = 0; persistent <= 1; persistent++) {
      wrong += torture(argv[i], "Lua", &memerr_lua, persistent);
      wrong += torture(argv[i], "core", &memerr_core, persistent);
      wrong += torture(argv[i], "libcurl", &memerr_curl, persistent);
    }
  }
  curl_global_cleanup();
  return wrong > 0 || argc < 2;
}
