/*
** Lets every allocation fail in turn: runs a small script over
** extcontacts.core again and again, with its 1st, 2nd, 3rd... allocation
** failing, until there is no further one.  A script must succeed, return nil,
** or raise "not enough memory"; it must not crash, leak or raise anything else.
**
** Three allocators fail, one at a time: Lua's (lua_Alloc), the core's
** (linked with --wrap=malloc...), and libcurl's.  Each in two ways: only that
** allocation (Lua then collects and retries, so there is a full collection at
** every allocation), and that one with all later ones.
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

/* The allocator that fails while the script runs; NULL for none. */
static struct memerr_budget *target;

/* [-2, +1]  (script, port): opens the core and runs the script.  `require`
** would not do: in 5.1 it refuses a module that failed to open once. */
static int run_script(lua_State *L) {
  if (target != NULL)
    target->armed = 1;
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "loaded");
  lua_pushcfunction(L, luaopen_extcontacts_core);
  lua_call(L, 0, 1); /* package, loaded, core */
  lua_setfield(L, -2, "extcontacts.core");
  lua_settop(L, 2);
  lua_call(L, 1, 1);
  return 1;
}

/* Runs the script at index 1, with allocations failing by the budget (NULL:
** none).  [-0, +1]  the result, or the error of the returned status */
static int call_script(lua_State *L, struct memerr_budget *budget) {
  int status;
  lua_pushcfunction(L, run_script);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, memerr_port());
  target = budget;
  status = lua_pcall(L, 2, 1, 0);
  if (budget != NULL)
    budget->armed = 0;
  return status;
}

/* The fault of a run in which an allocation failed, with its result on top;
** NULL for none. */
static const char *wrong_end(lua_State *L, int status) {
  const char *message;
  if (status == 0)
    return NULL;
  message = lua_tostring(L, -1);
  if (message == NULL)
    return "raised an error that is not a string";
  return strstr(message, "not enough memory") != NULL ? NULL : message;
}

/* The fault of a run in which no allocation failed; NULL for none. */
static const char *wrong_success(lua_State *L, int status) {
  if (status != 0)
    return lua_tostring(L, -1);
  return lua_toboolean(L, -1) ? NULL : "failed although no allocation did";
}

/* Runs the script in a new state and, if an allocation failed, once more in
** the same state without failures: the state must still be usable.  1 if the
** runs ended as they must. */
static int attempt(const char *script, struct memerr_budget *budget) {
  const char *wrong;
  lua_State *L = lua_newstate(memerr_lua_allocate, &memerr_lua);
  if (L == NULL) {
    fprintf(stderr, "this Lua accepts no allocator\n");
    return 0;
  }
  luaL_openlibs(L);
  /* Lua 5.4 itself does not survive a failure while it creates the metatable
  ** of its string buffers: create it before. */
  (void)luaL_dostring(L, "local _ = ('x'):rep(100000)");
  if (luaL_loadfile(L, script) != 0) {
    wrong = lua_tostring(L, -1);
  } else {
    int status = call_script(L, budget);
    wrong = budget->hit ? wrong_end(L, status) : wrong_success(L, status);
    if (wrong == NULL && budget->hit)
      wrong = wrong_success(L, call_script(L, NULL));
  }
  if (wrong != NULL)
    fprintf(stderr, "%s\n", wrong);
  lua_close(L);
  return wrong == NULL;
}

/* Lets one allocation after another fail; 0 if every attempt ended as it
** must. */
static int torture(const char *script, const char *name,
                   struct memerr_budget *budget, int persistent) {
  long count = 0;
  int wrong = 0;
  do {
    budget->hit = 0;
    budget->left = count;
    budget->persistent = persistent;
    if (!attempt(script, budget)) {
      fprintf(stderr, "%s: %s's allocation %ld fails%s\n", script, name,
              count + 1, persistent ? " with all later ones" : "");
      wrong++;
    }
    if (memerr_lua.live != 0 || memerr_core.live != 0) {
      fprintf(stderr,
              "%s: %s's allocation %ld fails: Lua leaks %ld, core %ld blocks\n",
              script, name, count + 1, memerr_lua.live, memerr_core.live);
      memerr_lua.live = memerr_core.live = 0;
      wrong++;
    }
    count++;
  } while (budget->hit && count < MOST_ALLOCATIONS && wrong < 2);
  printf("%-32s %-8s %-15s %5ld failures, %d wrong\n", script, name,
         persistent ? "all later ones" : "one allocation", count - 1, wrong);
  fflush(stdout);
  if (budget->hit && wrong == 0)
    fprintf(stderr, "%s: did not end after %ld allocations\n", script, count);
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
