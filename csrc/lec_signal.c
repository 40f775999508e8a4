/*
** extcontacts.core.signal: on request, SIGINT and SIGTERM are only noted, so
** that a program can finish its current work; the second time a signal has
** its default effect.  SIGUSR1 is counted on request.  Loading the module
** changes no handler.
*/
#include "lec_open.h"

#include "lec_util.h"

#include <signal.h>

#define GUARD "extcontacts.signal_guard"
#define LISTENER "extcontacts.signal_listener"

static const int signals[] = {SIGINT, SIGTERM};
#define SIGNALS (sizeof signals / sizeof signals[0])

/* The state is the process's, and at most one guard owns it. */
static volatile sig_atomic_t caught; /* the first signal; 0 for none */
static struct sigaction before[SIGNALS];
static int installed[SIGNALS];
static const void *owner;
static int deferred; /* caught() reports no signal */

/* At most one listener counts SIGUSR1. */
static volatile sig_atomic_t heard;
static struct sigaction before_usr1;
static const void *listener;

static void note(int number) {
  if (caught == 0)
    caught = number;
}

static void install(void) {
  struct sigaction action;
  size_t i;
  action.sa_handler = note;
  /* Writing to a full pipe continues after the signal, so that no line is cut;
  ** waiting for descriptors ends all the same. */
  action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  for (i = 0; i < SIGNALS; i++) {
    /* signals ignored at start stay ignored (nohup, a background job) */
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

/* signal.catch() -> guard | nil if there is another guard */
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

/* guard:release(), and its finalizer: restores the handlers; idempotent */
static int guard_release(lua_State *L) {
  const void *guard = luaL_checkudata(L, 1, GUARD);
  if (owner == guard) {
    restore();
    caught = 0;
    deferred = 0;
    owner = NULL;
  }
  return 0;
}

/* [-0, +1]  the name of the signal, or nil for 0 */
static int push_caught(lua_State *L, int number) {
  if (number == 0)
    lua_pushnil(L);
  else
    lua_pushstring(L, number == SIGINT ? "INT" : "TERM");
  return 1;
}

/* signal.caught() -> "INT" or "TERM", the first signal | nil for none, and
** while deferred */
static int signal_caught(lua_State *L) {
  return push_caught(L, deferred ? 0 : (int)caught);
}

/* signal.pending() -> the same, but also while deferred */
static int signal_pending(lua_State *L) {
  return push_caught(L, (int)caught);
}

/* signal.defer(on): while on, requests continue after a signal; code that
** defers signals must check pending() */
static int signal_defer(lua_State *L) {
  deferred = lua_toboolean(L, 1);
  return 0;
}

/* signal.deferred() -> boolean */
static int signal_deferred(lua_State *L) {
  lua_pushboolean(L, deferred);
  return 1;
}

static void count(int number) {
  (void)number;
  heard++;
}

/* signal.listen() -> listener to SIGUSR1 | nil if there is another one */
static int signal_listen(lua_State *L) {
  struct sigaction action;
  void *made;
  if (listener != NULL) {
    lua_pushnil(L);
    return 1;
  }
  made = lua_newuserdata(L, 1);
  luaL_getmetatable(L, LISTENER);
  lua_setmetatable(L, -2);
  action.sa_handler = count;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  heard = 0;
  if (sigaction(SIGUSR1, &action, &before_usr1) == 0)
    listener = made;
  return 1;
}

/* signal.heard() -> number of SIGUSR1 since listen() */
static int signal_heard(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)heard);
  return 1;
}

/* listener:release(), and its finalizer: restores the handler; idempotent */
static int listener_release(lua_State *L) {
  const void *made = luaL_checkudata(L, 1, LISTENER);
  if (listener == made) {
    sigaction(SIGUSR1, &before_usr1, NULL);
    heard = 0;
    listener = NULL;
  }
  return 0;
}

int lec_open_signal(lua_State *L) {
  static const luaL_Reg guard_methods[] = {{"release", guard_release},
                                           {NULL, NULL}};
  static const luaL_Reg guard_meta[] = {
      {"__gc", guard_release}, {"__close", guard_release}, {NULL, NULL}};
  static const luaL_Reg listener_methods[] = {{"release", listener_release},
                                              {NULL, NULL}};
  static const luaL_Reg listener_meta[] = {
      {"__gc", listener_release}, {"__close", listener_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"catch", signal_catch},     {"caught", signal_caught},
      {"defer", signal_defer},     {"deferred", signal_deferred},
      {"pending", signal_pending}, {"listen", signal_listen},
      {"heard", signal_heard},     {NULL, NULL}};
  lec_newtype(L, GUARD, guard_methods, guard_meta);
  lec_newtype(L, LISTENER, listener_methods, listener_meta);
  luaL_newlib(L, functions);
  return 1;
}
