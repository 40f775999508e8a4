/*
** extcontacts.core.stream: connections that carry bytes.  A stream is a
** userdata that owns its ec_stream.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_stream.h"

#include <errno.h>
#include <string.h>

#define STREAM "extcontacts.stream"

typedef struct stream_box {
  ec_stream *stream; /* NULL before it is created */
} stream_box;

/* [-0, +1]  the field of the table at 1, a text without a NUL, or nil */
static const char *text_field(lua_State *L, const char *name) {
  const char *text;
  size_t length = 0;
  lua_getfield(L, 1, name);
  if (lua_isnil(L, -1))
    return NULL;
  text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (text == NULL || strlen(text) != length)
    luaL_error(L, "stream option '%s' must be a text without a NUL", name);
  return text;
}

/* stream.open{ url =, ca_file = } -> stream | nil, code, message */
static int stream_open(lua_State *L) {
  ec_stream_options options;
  ec_failure why;
  stream_box *box;
  luaL_checktype(L, 1, LUA_TTABLE);
  options.url = text_field(L, "url"); /* both stay on the stack */
  options.ca_file = text_field(L, "ca_file");
  luaL_argcheck(L, options.url != NULL, 1, "must have a url");
  box = lua_newuserdata(L, sizeof *box);
  box->stream = NULL;
  luaL_getmetatable(L, STREAM);
  lua_setmetatable(L, -2);
  box->stream = ec_stream_new(&options, &why);
  if (box->stream != NULL)
    return 1;
  if (why.kind == NULL && (errno == EMFILE || errno == ENFILE))
    why = ec_err(EC_FAIL_DESCRIPTORS);
  if (why.kind == NULL || strcmp(why.code, "memory") == 0)
    return luaL_error(L, "not enough memory");
  lua_pushnil(L);
  lua_pushstring(L, why.code);
  lua_pushstring(L, why.message);
  return 3;
}

static ec_stream *check_stream(lua_State *L) {
  stream_box *box = luaL_checkudata(L, 1, STREAM);
  if (box->stream == NULL)
    luaL_error(L, "the stream was not opened");
  return box->stream;
}

/* stream:write(bytes) -> whether they will be sent */
static int stream_write(lua_State *L) {
  ec_stream *s = check_stream(L);
  size_t length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  lua_pushboolean(L, ec_stream_write(s, bytes, length) == EC_OK);
  return 1;
}

/* stream:read() -> the bytes that have arrived; "" for none */
static int stream_read(lua_State *L) {
  ec_buf *input = ec_stream_input(check_stream(L));
  lua_pushlstring(L, input->data != NULL ? input->data : "", input->length);
  ec_buf_clear(input);
  return 1;
}

/* stream:step(seconds) -> whether there is news; 0 never blocks */
static int stream_step(lua_State *L) {
  ec_stream *s = check_stream(L);
  lua_pushboolean(L, ec_stream_step(s, luaL_checknumber(L, 2)));
  return 1;
}

/* stream:state() -> "connecting" | "open" | "closed", and a failure's code and
** message */
static int stream_state(lua_State *L) {
  static const char *const names[] = {"connecting", "open", "closed"};
  const ec_stream *s = check_stream(L);
  const ec_failure *why = ec_stream_failure(s);
  lua_pushstring(L, names[ec_stream_state_of(s)]);
  if (why->kind == NULL)
    return 1;
  lua_pushstring(L, why->code);
  lua_pushstring(L, why->message);
  return 3;
}

/* stream:pollfd() -> a descriptor for event loops | nil */
static int stream_pollfd(lua_State *L) {
  int fd = ec_stream_fd(check_stream(L));
  if (fd < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

/* stream:timeout() -> the seconds after which it needs a step | nil */
static int stream_timeout(lua_State *L) {
  double seconds = ec_stream_timeout(check_stream(L));
  if (seconds < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, seconds);
  return 1;
}

/* stream:usable() -> whether it is not closed, and created by this process */
static int stream_usable(lua_State *L) {
  lua_pushboolean(L, ec_stream_usable(check_stream(L)));
  return 1;
}

static int stream_close(lua_State *L) {
  stream_box *box = luaL_checkudata(L, 1, STREAM);
  if (box->stream != NULL)
    ec_stream_close(box->stream);
  return 0;
}

static int stream_gc(lua_State *L) {
  stream_box *box = luaL_checkudata(L, 1, STREAM);
  ec_stream_free(box->stream);
  box->stream = NULL;
  return 0;
}

int lec_open_stream(lua_State *L) {
  static const luaL_Reg methods[] = {{"write", stream_write},
                                     {"read", stream_read},
                                     {"step", stream_step},
                                     {"state", stream_state},
                                     {"pollfd", stream_pollfd},
                                     {"timeout", stream_timeout},
                                     {"usable", stream_usable},
                                     {"close", stream_close},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", stream_gc}, {"__close", stream_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"open", stream_open}, {NULL, NULL}};
  lec_newtype(L, STREAM, methods, meta);
  luaL_newlib(L, functions);
  return 1;
}
