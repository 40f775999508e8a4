/*
** extcontacts.core.engine: engines and transfers as userdata.
**
** An engine's pending transfers are kept in a table, so that one that nobody
** holds still finishes.  A failure is a table { kind, code, message, sent,
** status, permanent, elapsed }.
*/
#include "lec_util.h"

#include "ec_engine.h"

#include <stdlib.h>
#include <string.h>

#define ENGINE "extcontacts.engine"
#define TRANSFER "extcontacts.transfer"

typedef struct engine_box {
  ec_engine *engine; /* NULL before it is made and after close */
  int pending;       /* reference of the table: pointer -> transfer */
} engine_box;

typedef struct transfer_box {
  ec_transfer *transfer;
  int taken; /* result() has been called */
} transfer_box;

static const char *const sent_names[] = {"nothing", "partial", "all"};

static engine_box *check_engine(lua_State *L) {
  engine_box *box = luaL_checkudata(L, 1, ENGINE);
  if (box->engine == NULL)
    luaL_error(L, "the engine is closed");
  return box;
}

static transfer_box *check_transfer(lua_State *L) {
  transfer_box *box = luaL_checkudata(L, 1, TRANSFER);
  if (box->transfer == NULL)
    luaL_error(L, "the transfer was never sent");
  return box;
}

/* Into the table on top: the server's address, where there was one.
** [-0, +0] */
static void set_address(lua_State *L, const ec_transfer *t) {
  if (t->address[0] != '\0') {
    lua_pushstring(L, t->address);
    lua_setfield(L, -2, "address");
  }
}

/* [-0, +1]  the failure of a transfer as a table */
static void push_failure(lua_State *L, const ec_transfer *t) {
  lua_createtable(L, 0, 8);
  set_address(L, t);
  lua_pushstring(L, t->failure.kind);
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, t->failure.code);
  lua_setfield(L, -2, "code");
  lua_pushstring(L, t->failure.message);
  lua_setfield(L, -2, "message");
  lua_pushstring(L, sent_names[t->sent]);
  lua_setfield(L, -2, "sent");
  lua_pushnumber(L, t->elapsed);
  lua_setfield(L, -2, "elapsed");
  if (t->failure.permanent) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "permanent");
  }
  if (t->headers.status != 0) {
    lua_pushinteger(L, t->headers.status);
    lua_setfield(L, -2, "status");
  }
}

/* --------------------------------------------------------------- options -- */

/* A copy of the string at the top of the stack.  [-1, +0] */
static char *take_string(lua_State *L, const char *name) {
  char *copy;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "engine option '%s' must be a string", name);
  copy = strdup(lua_tostring(L, -1));
  if (copy == NULL)
    luaL_error(L, "not enough memory");
  lua_pop(L, 1);
  return copy;
}

/* The number above 0 at the top of the stack.  [-1, +0] */
static double take_number(lua_State *L, const char *name) {
  double value = lua_tonumber(L, -1);
  if (lua_type(L, -1) != LUA_TNUMBER || !(value > 0) || value > 1e15)
    luaL_error(L, "engine option '%s' must be a number above 0", name);
  lua_pop(L, 1);
  return value;
}

/* The truth of the value at the top of the stack.  [-1, +0] */
static int take_boolean(lua_State *L) {
  int value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* Reads the option named by the string at -2 with its value at -1.
** [-1, +0] */
static void read_option(lua_State *L, ec_options *o) {
  const char *name = lua_tostring(L, -2);
  char **text = strcmp(name, "user_agent") == 0    ? &o->user_agent
                : strcmp(name, "proxy") == 0       ? &o->proxy
                : strcmp(name, "ca_file") == 0     ? &o->ca_file
                : strcmp(name, "ca_path") == 0     ? &o->ca_path
                : strcmp(name, "client_cert") == 0 ? &o->client_cert
                : strcmp(name, "client_key") == 0  ? &o->client_key
                                                   : NULL;
  if (text != NULL)
    *text = take_string(L, name);
  else if (strcmp(name, "connect_timeout") == 0)
    o->connect_timeout = take_number(L, name);
  else if (strcmp(name, "idle_timeout") == 0)
    o->idle_timeout = take_number(L, name);
  else if (strcmp(name, "max_body") == 0)
    o->max_body = (size_t)take_number(L, name);
  else if (strcmp(name, "max_header") == 0)
    o->max_header = (size_t)take_number(L, name);
  else if (strcmp(name, "max_connections") == 0)
    o->max_connections = (long)take_number(L, name);
  else if (strcmp(name, "http2") == 0)
    o->http2 = take_boolean(L);
  else if (strcmp(name, "gzip") == 0)
    o->gzip = take_boolean(L);
  else
    luaL_error(L, "unknown engine option '%s'", name);
}

/* Options while they are read, so that a raise can't leak them. */
static int options_gc(lua_State *L) {
  ec_options_free(lua_touserdata(L, 1));
  return 0;
}

/* [-0, +1]  options from the table at `index`, owned by the userdata pushed */
static ec_options *read_options(lua_State *L, int index) {
  ec_options *o = lua_newuserdata(L, sizeof *o);
  ec_options_init(o);
  luaL_getmetatable(L, "extcontacts.engine_options");
  lua_setmetatable(L, -2);
  if (lua_isnoneornil(L, index))
    return o;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) { /* options, key, value */
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "engine options have names");
    read_option(L, o);
  }
  return o;
}

/* engine.new([options]) -> engine */
static int engine_new(lua_State *L) {
  ec_options *options;
  engine_box *box;
  lua_settop(L, 1);
  options = read_options(L, 1);
  box = lua_newuserdata(L, sizeof *box);
  box->engine = NULL;
  box->pending = LUA_NOREF;
  luaL_getmetatable(L, ENGINE);
  lua_setmetatable(L, -2);
  lua_newtable(L);
  box->pending = luaL_ref(L, LUA_REGISTRYINDEX);
  box->engine = ec_engine_new(options);
  if (box->engine == NULL)
    return luaL_error(L, "not enough memory or descriptors for an engine");
  return 1;
}

/* engine:close(), and its finaliser */
static int engine_close(lua_State *L) {
  engine_box *box = luaL_checkudata(L, 1, ENGINE);
  if (box->engine != NULL) {
    ec_engine *e = box->engine;
    box->engine = NULL;
    ec_engine_close(e);
    ec_engine_release(e);
  }
  luaL_unref(L, LUA_REGISTRYINDEX, box->pending);
  box->pending = LUA_NOREF;
  return 0;
}

/* engine:usable(): open, made by this process and able to go on */
static int engine_usable(lua_State *L) {
  engine_box *box = luaL_checkudata(L, 1, ENGINE);
  lua_pushboolean(L, box->engine != NULL && ec_engine_usable(box->engine) &&
                         !ec_engine_broken(box->engine));
  return 1;
}

/* ---------------------------------------------------------------- submit -- */

static void check_rc(lua_State *L, int rc) {
  if (rc == EC_ENGINE_MEMORY)
    luaL_error(L, "not enough memory");
}

/* What a method and a header's name may consist of (RFC 9110, token). */
#define TOKEN \
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw" \
  "xyz"

/* Whether the string at `index` is a token.  [-0, +0] */
static int is_token(lua_State *L, int index) {
  size_t length = lua_rawlen(L, index);
  return length > 0 && strspn(lua_tostring(L, index), TOKEN) == length;
}

static void check_type(lua_State *L, int type, const char *name) {
  if (lua_type(L, -1) != type)
    luaL_error(L, "the request's %s must be a %s", name, lua_typename(L, type));
}

/* A string field of the request at index 2.  [-0, +1] */
static const char *string_field(lua_State *L, const char *name) {
  lua_getfield(L, 2, name);
  check_type(L, LUA_TSTRING, name);
  if (strlen(lua_tostring(L, -1)) != lua_rawlen(L, -1))
    luaL_error(L, "the request's %s has a NUL in it", name);
  return lua_tostring(L, -1);
}

/* [-0, +1] */
static const char *method_field(lua_State *L) {
  const char *method = string_field(L, "method");
  if (!is_token(L, -1))
    luaL_error(L, "the request's method has characters that none may have");
  return method;
}

/* Adds the header whose name and value are the two topmost strings.
** [-2, +0] */
static void add_header(lua_State *L, ec_transfer *t) {
  const char *name, *value;
  size_t length, i;
  if (lua_type(L, -2) != LUA_TSTRING)
    luaL_error(L, "a header's name must be a string");
  if (!is_token(L, -2))
    luaL_error(L, "a header's name is empty or has characters that no name "
                  "may have");
  name = lua_tostring(L, -2);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "the value of header '%s' must be a string", name);
  value = lua_tolstring(L, -1, &length);
  for (i = 0; i < length; i++) {
    if (value[i] == '\r' || value[i] == '\n' || value[i] == 0)
      luaL_error(L, "the value of header '%s' has a line end or NUL", name);
  }
  /* libcurl takes "name;" for a header with an empty value */
  lua_pushfstring(L, length > 0 ? "%s: %s" : "%s;", name, value);
  check_rc(L, ec_transfer_header(t, lua_tostring(L, -1)));
  lua_pop(L, 3);
}

/* The request's headers: an array of { name, value }.  [-0, +0] */
static void add_headers(lua_State *L, ec_transfer *t) {
  size_t i, count;
  lua_getfield(L, 2, "headers");
  if (!lua_isnil(L, -1)) {
    check_type(L, LUA_TTABLE, "headers");
    count = lua_rawlen(L, -1);
    lua_pushnil(L);
    if (lua_next(L, -2) != 0) {
      if (count == 0)
        luaL_error(L, "the request's headers must be an array of { name, "
                      "value }");
      lua_pop(L, 2);
    }
    for (i = 1; i <= count; i++) {
      lua_rawgeti(L, -1, (int)i);
      if (!lua_istable(L, -1))
        luaL_error(L, "header %d must be a table { name, value }", (int)i);
      lua_rawgeti(L, -1, 1);
      lua_rawgeti(L, -2, 2); /* headers, pair, name, value */
      add_header(L, t);
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
}

/* engine:submit{ method, url, headers, body, deadline }
** -> transfer | nil, failure */
static int engine_submit(lua_State *L) {
  engine_box *box = check_engine(L);
  transfer_box *tbox;
  ec_transfer *t;
  int rc;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  tbox = lua_newuserdata(L, sizeof *tbox); /* at 3 */
  tbox->transfer = NULL;
  tbox->taken = 0;
  luaL_getmetatable(L, TRANSFER);
  lua_setmetatable(L, -2);
  t = ec_transfer_new(box->engine);
  if (t == NULL)
    return luaL_error(L, "not enough memory");
  tbox->transfer = t;
  check_rc(L, ec_transfer_method(t, method_field(L)));
  check_rc(L, ec_transfer_url(t, string_field(L, "url")));
  add_headers(L, t);
  lua_getfield(L, 2, "body");
  if (!lua_isnil(L, -1)) {
    check_type(L, LUA_TSTRING, "body");
    check_rc(L, ec_transfer_body(t, lua_tostring(L, -1), lua_rawlen(L, -1)));
  }
  lua_getfield(L, 2, "deadline");
  if (!lua_isnil(L, -1)) {
    check_type(L, LUA_TNUMBER, "deadline");
    t->deadline = lua_tonumber(L, -1);
    if (t->deadline != t->deadline)
      luaL_error(L, "the request's deadline is not a number (NaN)");
  }
  lua_settop(L, 3);
  lua_rawgeti(L, LUA_REGISTRYINDEX, box->pending);
  lua_pushlightuserdata(L, t);
  lua_pushvalue(L, 3);
  lua_rawset(L, 4); /* pending[t] = transfer */
  rc = ec_transfer_start(t);
  if (rc != EC_ENGINE_OK) {
    lua_pushlightuserdata(L, t);
    lua_pushnil(L);
    lua_rawset(L, 4);
    check_rc(L, rc);
    lua_pushnil(L);
    push_failure(L, t);
    return 2;
  }
  lua_settop(L, 3);
  return 1;
}

/* --------------------------------------------------------------- driving -- */

/* engine:step(seconds) -> array of the transfers that finished since */
static int engine_step(lua_State *L) {
  engine_box *box = check_engine(L);
  double seconds = luaL_checknumber(L, 2);
  ec_transfer *t;
  int count = 0;
  if (!(seconds > 0))
    seconds = 0;
  lua_settop(L, 2);
  lua_newtable(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, box->pending);
  if (!ec_engine_usable(box->engine))
    return luaL_error(L, "the engine belongs to the parent process; make one "
                         "after the fork");
  ec_engine_step(box->engine, seconds);
  while ((t = ec_engine_finished(box->engine)) != NULL) {
    lua_pushlightuserdata(L, t);
    lua_rawget(L, 4);
    lua_rawseti(L, 3, ++count); /* finished, pending */
    lua_pushlightuserdata(L, t);
    lua_pushnil(L);
    lua_rawset(L, 4);
  }
  lua_settop(L, 3);
  return 1;
}

/* engine:pollfd() -> descriptor to wait for | nil where there is none */
static int engine_pollfd(lua_State *L) {
  int fd = ec_engine_fd(check_engine(L)->engine);
  if (fd < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

/* engine:events() -> what to wait for on the descriptor, "r" */
static int engine_events(lua_State *L) {
  check_engine(L);
  lua_pushliteral(L, "r");
  return 1;
}

/* engine:timeout() -> seconds until step must be called | nil */
static int engine_timeout(lua_State *L) {
  double seconds = ec_engine_timeout(check_engine(L)->engine);
  if (seconds < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, seconds);
  return 1;
}

/* engine:pending() -> number of transfers under way */
static int engine_pending(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)ec_engine_pending(check_engine(L)->engine));
  return 1;
}

/* ------------------------------------------------------------- transfers -- */

/* transfer:done() -> whether result() can be called */
static int transfer_done(lua_State *L) {
  lua_pushboolean(L, check_transfer(L)->transfer->done);
  return 1;
}

/* transfer:cancel([why]): ends it as "cancelled", or as "interrupted";
** idempotent */
static int transfer_cancel(lua_State *L) {
  static const char *const reasons[] = {"cancelled", "interrupted", NULL};
  static const ec_fail fails[] = {EC_FAIL_CANCELLED, EC_FAIL_INTERRUPTED};
  transfer_box *box = check_transfer(L);
  ec_transfer_cancel(box->transfer,
                     fails[luaL_checkoption(L, 2, "cancelled", reasons)]);
  return 0;
}

/* [-0, +1]  the headers as a table; repeats are joined by ", " */
static void push_headers(lua_State *L, const ec_headers *h) {
  size_t position = 0;
  const char *name, *value;
  lua_newtable(L);
  while (ec_headers_next(h, &position, &name, &value)) {
    lua_getfield(L, -1, name);
    if (lua_isnil(L, -1))
      lua_pushstring(L, value);
    else
      lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
    lua_setfield(L, -3, name); /* headers, earlier */
    lua_pop(L, 1);
  }
}

/* transfer:result() -> reply | nil, failure.  Hands over and releases the
** answer's memory: it can be taken once. */
static int transfer_result(lua_State *L) {
  transfer_box *box = check_transfer(L);
  ec_transfer *t = box->transfer;
  if (!t->done)
    return luaL_error(L, "the transfer has not finished: step the engine until "
                         "transfer:done()");
  if (box->taken)
    return luaL_error(L, "the result has already been taken");
  if (t->failed) {
    lua_pushnil(L);
    push_failure(L, t);
  } else {
    lua_createtable(L, 0, 10);
    set_address(L, t);
    lua_pushinteger(L, t->headers.status);
    lua_setfield(L, -2, "status");
    push_headers(L, &t->headers);
    lua_setfield(L, -2, "headers");
    lua_pushlstring(L, t->body.length > 0 ? t->body.data : "", t->body.length);
    lua_setfield(L, -2, "body");
    lua_pushstring(L, t->http_version == CURL_HTTP_VERSION_2_0   ? "2"
                      : t->http_version == CURL_HTTP_VERSION_1_0 ? "1.0"
                                                                 : "1.1");
    lua_setfield(L, -2, "version");
    lua_pushnumber(L, t->elapsed);
    lua_setfield(L, -2, "elapsed");
    lua_pushinteger(L, (lua_Integer)t->bytes_sent);
    lua_setfield(L, -2, "bytes_sent");
    lua_pushinteger(L, (lua_Integer)t->bytes_received);
    lua_setfield(L, -2, "bytes_received");
    lua_pushstring(L, sent_names[t->sent]);
    lua_setfield(L, -2, "sent");
    lua_pushboolean(L, t->new_connections == 0);
    lua_setfield(L, -2, "reused");
  }
  box->taken = 1;
  ec_transfer_release(t);
  return t->failed ? 2 : 1;
}

static int transfer_gc(lua_State *L) {
  transfer_box *box = luaL_checkudata(L, 1, TRANSFER);
  if (box->transfer != NULL) {
    ec_transfer_free(box->transfer);
    box->transfer = NULL;
  }
  return 0;
}

/* ------------------------------------------------------------- functions -- */

/* engine.now() -> monotonic seconds */
static int engine_now(lua_State *L) {
  lua_pushnumber(L, ec_now());
  return 1;
}

/* engine.version() -> libcurl's version text */
static int engine_version(lua_State *L) {
  lua_pushstring(L, curl_version());
  return 1;
}

int lec_open_engine(lua_State *L) {
  static const luaL_Reg engine_methods[] = {{"submit", engine_submit},
                                            {"step", engine_step},
                                            {"pollfd", engine_pollfd},
                                            {"events", engine_events},
                                            {"timeout", engine_timeout},
                                            {"pending", engine_pending},
                                            {"usable", engine_usable},
                                            {"close", engine_close},
                                            {NULL, NULL}};
  static const luaL_Reg engine_meta[] = {
      {"__gc", engine_close}, {"__close", engine_close}, {NULL, NULL}};
  static const luaL_Reg transfer_methods[] = {{"done", transfer_done},
                                              {"cancel", transfer_cancel},
                                              {"result", transfer_result},
                                              {NULL, NULL}};
  static const luaL_Reg transfer_meta[] = {{"__gc", transfer_gc}, {NULL, NULL}};
  static const luaL_Reg options_meta[] = {{"__gc", options_gc}, {NULL, NULL}};
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg functions[] = {{"new", engine_new},
                                       {"now", engine_now},
                                       {"version", engine_version},
                                       {NULL, NULL}};
  lec_newtype(L, ENGINE, engine_methods, engine_meta);
  lec_newtype(L, TRANSFER, transfer_methods, transfer_meta);
  lec_newtype(L, "extcontacts.engine_options", none, options_meta);
  luaL_newlib(L, functions);
  return 1;
}
