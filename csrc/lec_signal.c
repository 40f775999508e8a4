/*
** extcontacts.core.signal: on request SIGINT and SIGTERM are only noted, so
** that a program can end what it is doing in order; the same signal once more
** acts as it does by default.  Nothing is touched at load.
*/
#include "lec_util.h"

#include <signal.h>

#define GUARD "extcontacts.signal_guard"

static const int signals[] = {SIGINT, SIGTERM};
#define SIGNALS (sizeof signals / sizeof signals[0])

/* The process has one of each, and at most one guard owns them. */
static volatile sig_atomic_t caught; /* the first that came; 0 for none */
static struct sigaction before[SIGNALS];
static int installed[SIGNALS];
static const void *owner;

static void note(int number) {
  if (caught == 0)
    caught = number;
}

static void install(void) {
  struct sigaction action;
  size_t i;
  action.sa_handler = note;
  /* Writes to a full pipe go on as if nothing had come: a line is not cut.
  ** Waiting for descriptors ends nevertheless. */
  action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  for (i = 0; i < SIGNALS; i++) {
    /* what a starter wants ignored stays so (nohup, a shell's background) */
    installed[i] = sigaction(signals[i], NULL, &before[i]) == 0 &&
                   before[i].sa_handler != SIG_IGN &&
                   sigaction(signals[i], &action, NULL) == 0;
  }
}

static void restore(void) {
  size_t i;
  for (i = 0; i < SIGNALS; i++) {
    if (installed[i])
      sigaction(signals[i], &before[i], NULL);
  }
}

/* signal.catch() -> guard | nil where another guard has them already */
static int signal_catch(lua_State *L) {
  void *guard;
  if (owner != NULL) {
    lua_pushnil(L);
    return 1;
  }
  guard = lua_newuserdata(L, 1);
  luaL_getmetatable(L, GUARD);
  lua_setmetatable(L, -2);
  caught = 0;
  install();
  owner = guard;
  return 1;
}

/* guard:release(), and its finaliser: the old handlers again; idempotent */
static int guard_release(lua_State *L) {
  const void *guard = luaL_checkudata(L, 1, GUARD);
  if (owner == guard) {
    restore();
    caught = 0;
    owner = NULL;
  }
  return 0;
}

/* signal.caught() -> "INT" or "TERM", the first that came | nil */
static int signal_caught(lua_State *L) {
  int number = (int)caught;
  if (number == 0)
    lua_pushnil(L);
  else
    lua_pushstring(L, number == SIGINT ? "INT" : "TERM");
  return 1;
}

int lec_open_signal(lua_State *L) {
  static const luaL_Reg methods[] = {{"release", guard_release}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", guard_release}, {"__close", guard_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"catch", signal_catch}, {"caught", signal_caught}, {NULL, NULL}};
  lec_newtype(L, GUARD, methods, meta);
  luaL_newlib(L, functions);
  return 1;
}
