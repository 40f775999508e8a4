/*
** extcontacts.core.engine: engines as userdata, stepped by the caller or
** driven by a background thread.
**
** A table keeps an engine's pending transfers, so that one that the program
** no longer refers to still finishes.
*/
#include "lec_open.h"

#include "ec_clock.h"
#include "ec_engine.h"
#include "ec_stepped.h"
#include "ec_thread.h"
#include "lec_engine_options.h"
#include "lec_request.h"
#include "lec_transfer.h"
#include "lec_util.h"

#include <errno.h>
#include <string.h>

#define ENGINE "extcontacts.engine"

typedef struct lec_engine {
  ec_driver *driver; /* counted reference; NULL before it is created, and after
                     ** close */
  int pending;       /* reference of the table: pointer -> transfer */
} lec_engine;

static lec_engine *check_engine(lua_State *L) {
  lec_engine *box = luaL_checkudata(L, 1, ENGINE);
  if (box->driver == NULL)
    luaL_error(L, "the engine is closed");
  return box;
}

/* [-0, +1]  the table of pending transfers */
static void push_pending(lua_State *L, const lec_engine *box) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, box->pending);
}

/* Removes a transfer from the table at `pending`.
** [-0, +1]  its userdata */
static void take_pending(lua_State *L, int pending, ec_transfer *t) {
  lua_pushlightuserdata(L, t);
  lua_rawget(L, pending);
  lua_pushlightuserdata(L, t);
  lua_pushnil(L);
  lua_rawset(L, pending);
}

/* engine.new([options]) -> engine | nil, failure if there is no descriptor */
static int engine_new(lua_State *L) {
  lec_engine_options *options;
  lec_engine *box;
  ec_engine *e;
  int error;
  lua_settop(L, 1);
  options = lec_read_engine_options(L, 1);
  box = lua_newuserdata(L, sizeof *box);
  memset(box, 0, sizeof *box);
  box->pending = LUA_NOREF;
  luaL_getmetatable(L, ENGINE);
  lua_setmetatable(L, -2);
  lua_newtable(L);
  box->pending = luaL_ref(L, LUA_REGISTRYINDEX);
  errno = 0;
  e = ec_engine_new(&options->engine);
  if (e != NULL)
    box->driver = options->threaded ? ec_thread_new(e) : ec_stepped_new(e);
  error = errno;
  if (box->driver != NULL)
    return 1;
  if (error != EMFILE && error != ENFILE)
    return luaL_error(L, "not enough memory for an engine");
  lua_pushnil(L);
  lec_push_fail(L, EC_FAIL_DESCRIPTORS);
  return 2;
}

/* Takes all transfers back from a closed driver.  [-0, +0] */
static void take_back(lua_State *L, const lec_engine *box, ec_driver *d) {
  ec_transfer *t;
  push_pending(L, box);
  while ((t = d->ops->finished(d)) != NULL) {
    take_pending(L, lua_gettop(L), t);
    lec_transfer_returned(lua_touserdata(L, -1));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* engine:close(), and its finalizer */
static int engine_close(lua_State *L) {
  lec_engine *box = luaL_checkudata(L, 1, ENGINE);
  ec_driver *d = box->driver;
  box->driver = NULL;
  if (d != NULL) {
    d->ops->close(d);
    take_back(L, box, d);
    ec_driver_release(d);
  }
  luaL_unref(L, LUA_REGISTRYINDEX, box->pending);
  box->pending = LUA_NOREF;
  return 0;
}

/* engine:usable() -> whether it is open, created by this process and able to
** continue */
static int engine_usable(lua_State *L) {
  const lec_engine *box = luaL_checkudata(L, 1, ENGINE);
  lua_pushboolean(L,
                  box->driver != NULL && box->driver->ops->usable(box->driver));
  return 1;
}

/* engine:submit({ method, url, headers, body, deadline } [, authorization])
** -> transfer | nil, failure.  `authorization` is one more header, which is
** not stored in the request's table. */
static int engine_submit(lua_State *L) {
  const lec_engine *box = check_engine(L);
  ec_driver *d = box->driver;
  lec_transfer *tbox;
  int rc;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 3);
  tbox = lec_new_transfer(L, d); /* at 4 */
  rc = lec_read_request(L, tbox->transfer);
  push_pending(L, box);
  lua_pushlightuserdata(L, tbox->transfer);
  lua_pushvalue(L, 4);
  lua_rawset(L, 5); /* pending[t] = transfer */
  if (rc == EC_OK)
    rc = d->ops->submit(d, tbox->transfer);
  if (rc != EC_OK) {
    take_pending(L, 5, tbox->transfer);
    lec_check_memory(L, rc);
    lua_pushnil(L);
    lec_push_refusal(L, tbox->transfer);
    return 2;
  }
  tbox->held = 1;
  lua_settop(L, 4);
  return 1;
}

/* ------------------------------------------------------------- driving -- */

/* engine:step(seconds) -> array of the transfers that have finished */
static int engine_step(lua_State *L) {
  const lec_engine *box = check_engine(L);
  ec_driver *d = box->driver;
  double seconds = luaL_checknumber(L, 2);
  ec_transfer *t;
  int count = 0;
  if (!(seconds > 0))
    seconds = 0;
  lua_settop(L, 2);
  lua_newtable(L);
  push_pending(L, box); /* at 4 */
  if (!ec_driver_is_here(d))
    return luaL_error(L, "the engine belongs to the parent process; create one "
                         "after the fork");
  d->ops->wait(d, seconds);
  while ((t = d->ops->finished(d)) != NULL) {
    take_pending(L, 4, t);
    lec_transfer_returned(lua_touserdata(L, -1));
    lua_rawseti(L, 3, ++count); /* finished, pending */
  }
  lua_settop(L, 3);
  return 1;
}

/* engine:pollfd() -> descriptor to wait for | nil if the system has
** no epoll */
static int engine_pollfd(lua_State *L) {
  ec_driver *d = check_engine(L)->driver;
  int fd = d->ops->fd(d);
  if (fd < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

/* engine:timeout() -> seconds until step must be called | nil */
static int engine_timeout(lua_State *L) {
  ec_driver *d = check_engine(L)->driver;
  double seconds = d->ops->timeout(d);
  if (seconds < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, seconds);
  return 1;
}

/* engine:pending() -> number of transfers under way */
static int engine_pending(lua_State *L) {
  ec_driver *d = check_engine(L)->driver;
  lua_pushinteger(L, (lua_Integer)d->ops->pending(d));
  return 1;
}

static ec_driver *check_thread(lua_State *L) {
  ec_driver *d = check_engine(L)->driver;
  if (d->ops->listen == NULL)
    luaL_error(L, "only an engine with threaded = true can wake a connection");
  return d;
}

/* engine:listen(directory) -> path to connect to | nil, message */
static int engine_listen(lua_State *L) {
  ec_driver *d = check_thread(L);
  const char *path;
  int rc = d->ops->listen(d, luaL_checkstring(L, 2), &path);
  if (rc == 0) {
    lua_pushstring(L, path);
    return 1;
  }
  lua_pushnil(L);
  lua_pushfstring(L, "cannot create a socket in %s: %s", lua_tostring(L, 2),
                  strerror(rc));
  return 2;
}

/* engine:accept() -> whether the connection to that path has been made */
static int engine_accept(lua_State *L) {
  ec_driver *d = check_thread(L);
  lua_pushboolean(L, d->ops->accept(d));
  return 1;
}

/* ----------------------------------------------------------- functions -- */

/* engine.now() -> monotonic seconds */
static int engine_now(lua_State *L) {
  lua_pushnumber(L, ec_now());
  return 1;
}

int lec_open_engine(lua_State *L) {
  static const luaL_Reg engine_methods[] = {
      {"submit", engine_submit},   {"step", engine_step},
      {"pollfd", engine_pollfd},   {"timeout", engine_timeout},
      {"pending", engine_pending}, {"listen", engine_listen},
      {"accept", engine_accept},   {"usable", engine_usable},
      {"close", engine_close},     {NULL, NULL}};
  static const luaL_Reg engine_meta[] = {
      {"__gc", engine_close}, {"__close", engine_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"new", engine_new}, {"now", engine_now}, {NULL, NULL}};
  lec_newtype(L, ENGINE, engine_methods, engine_meta);
  lec_open_transfer(L);
  lec_open_engine_options(L);
  luaL_newlib(L, functions);
  return 1;
}
