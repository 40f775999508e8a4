/*
** extcontacts.core.poll: sets of descriptors to wait for, and bells:
** descriptors that the program itself makes readable.  Both are userdata.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_poll.h"
#include "ec_process.h"
#include "ec_wake.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define SET "extcontacts.poll_set"
#define BELL "extcontacts.bell"

typedef struct set_box {
  ec_poll *poll; /* NULL before it is opened, and after close */
  long pid;      /* of its process: a child shares the kernel's set, and must
                 ** leave it alone */
} set_box;

typedef struct bell_box {
  ec_wake wake;
} bell_box;

/* Pushes a userdata of a type, all zero.  [-0, +1] */
static void *new_box(lua_State *L, const char *type, size_t size) {
  void *box = lua_newuserdata(L, size);
  memset(box, 0, size);
  luaL_getmetatable(L, type);
  lua_setmetatable(L, -2);
  return box;
}

/* Returns the userdata on top, or nil and why it could not be opened.
** [-0, +0 or +2] */
static int opened(lua_State *L, int ok, int error) {
  if (ok)
    return 1;
  if (error != EMFILE && error != ENFILE)
    return luaL_error(L, "not enough memory");
  lua_pushnil(L);
  lua_pushliteral(L, "the process has no file descriptor left");
  return 2;
}

/* ---------------------------------------------------------------- sets -- */

static set_box *check_set(lua_State *L) {
  set_box *box = luaL_checkudata(L, 1, SET);
  if (box->poll == NULL)
    luaL_error(L, "the set is closed");
  return box;
}

/* poll.set() -> set | nil, why */
static int poll_set(lua_State *L) {
  set_box *box = new_box(L, SET, sizeof *box);
  int error;
  box->pid = ec_process();
  errno = 0;
  box->poll = ec_poll_open();
  error = errno;
  return opened(L, box->poll != NULL, error);
}

/* set:watch(fd) -> whether the set now waits for it too */
static int set_watch(lua_State *L) {
  set_box *box = check_set(L);
  int fd = (int)luaL_checkinteger(L, 2);
  lua_pushboolean(L, ec_poll_set(box->poll, fd, EC_POLL_IN) == 0);
  return 1;
}

/* set:wait(seconds) -> whether a descriptor is readable; 0 never blocks */
static int set_wait(lua_State *L) {
  ec_poll_event event;
  set_box *box = check_set(L);
  double seconds = luaL_checknumber(L, 2);
  lua_pushboolean(L, ec_poll_wait(box->poll, seconds, &event, 1) > 0);
  return 1;
}

/* set:fd() -> a descriptor that is readable when one in the set is | nil if
** the system has no epoll */
static int set_fd(lua_State *L) {
  int fd = ec_poll_fd(check_set(L)->poll);
  if (fd < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

/* set:usable() -> whether it is open and created by this process */
static int set_usable(lua_State *L) {
  set_box *box = luaL_checkudata(L, 1, SET);
  lua_pushboolean(L, box->poll != NULL && box->pid == ec_process());
  return 1;
}

static int set_close(lua_State *L) {
  set_box *box = luaL_checkudata(L, 1, SET);
  ec_poll_close(box->poll);
  box->poll = NULL;
  return 0;
}

/* --------------------------------------------------------------- bells -- */

static bell_box *check_bell(lua_State *L) {
  bell_box *box = luaL_checkudata(L, 1, BELL);
  if (box->wake.read_fd < 0)
    luaL_error(L, "the bell is closed");
  return box;
}

/* poll.bell() -> bell | nil, why */
static int poll_bell(lua_State *L) {
  bell_box *box = new_box(L, BELL, sizeof *box);
  int rc, error;
  box->wake.read_fd = box->wake.write_fd = -1;
  errno = 0;
  rc = ec_wake_open(&box->wake);
  error = errno;
  return opened(L, rc == 0, error);
}

static int bell_fd(lua_State *L) {
  lua_pushinteger(L, check_bell(L)->wake.read_fd);
  return 1;
}

/* bell:ring(): makes it readable, until it is cleared */
static int bell_ring(lua_State *L) {
  ec_wake_ring(&check_bell(L)->wake);
  return 0;
}

static int bell_clear(lua_State *L) {
  ec_wake_clear(&check_bell(L)->wake);
  return 0;
}

static int bell_close(lua_State *L) {
  bell_box *box = luaL_checkudata(L, 1, BELL);
  if (box->wake.read_fd >= 0)
    ec_wake_close(&box->wake);
  return 0;
}

/* poll.sleep(seconds): needs no descriptor; a signal ends it */
static int poll_sleep(lua_State *L) {
  double seconds = luaL_checknumber(L, 1);
  if (seconds > 0)
    poll(NULL, 0, seconds < 3600 ? (int)(seconds * 1000) + 1 : 3600 * 1000);
  return 0;
}

int lec_open_poll(lua_State *L) {
  static const luaL_Reg set_methods[] = {
      {"watch", set_watch},   {"wait", set_wait},   {"fd", set_fd},
      {"usable", set_usable}, {"close", set_close}, {NULL, NULL}};
  static const luaL_Reg set_meta[] = {
      {"__gc", set_close}, {"__close", set_close}, {NULL, NULL}};
  static const luaL_Reg bell_methods[] = {{"fd", bell_fd},
                                          {"ring", bell_ring},
                                          {"clear", bell_clear},
                                          {"close", bell_close},
                                          {NULL, NULL}};
  static const luaL_Reg bell_meta[] = {
      {"__gc", bell_close}, {"__close", bell_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"set", poll_set},
                                       {"bell", poll_bell},
                                       {"sleep", poll_sleep},
                                       {NULL, NULL}};
  lec_newtype(L, SET, set_methods, set_meta);
  lec_newtype(L, BELL, bell_methods, bell_meta);
  luaL_newlib(L, functions);
  return 1;
}
