/*
** Transfers as userdata: the request read from a table, the reply or failure
** made into one.  A failure is a table { kind, code, message, sent, status,
** permanent, elapsed }.
*/
#include "lec_engine.h"

#include <string.h>

#define TRANSFER "extcontacts.transfer"

static const char *const sent_names[] = {"nothing", "partial", "all"};

void lec_check_memory(lua_State *L, int rc) {
  if (rc == EC_ENGINE_MEMORY)
    luaL_error(L, "not enough memory");
}

lec_transfer *lec_new_transfer(lua_State *L, lec_engine *engine) {
  lec_transfer *box = lua_newuserdata(L, sizeof *box);
  memset(box, 0, sizeof *box);
  luaL_getmetatable(L, TRANSFER);
  lua_setmetatable(L, -2);
  box->transfer = ec_transfer_new(engine->engine);
  if (box->transfer == NULL)
    luaL_error(L, "not enough memory");
  box->handed = 1;
  box->thread = engine->thread;
  if (box->thread != NULL)
    ec_thread_retain(box->thread);
  box->submitted = ec_now();
  return box;
}

/* --------------------------------------------------------------- request -- */

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
  lec_check_memory(L, ec_transfer_header(t, name, value));
  lua_pop(L, 2);
}

/* Adds the header on the top: a table { name, value }.  [-0, +0] */
static void add_pair(lua_State *L, ec_transfer *t) {
  lua_rawgeti(L, -1, 1);
  lua_rawgeti(L, -2, 2); /* pair, name, value */
  add_header(L, t);
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
      add_pair(L, t);
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
}

void lec_read_request(lua_State *L, ec_transfer *t) {
  int top = lua_gettop(L);
  lec_check_memory(L, ec_transfer_method(t, method_field(L)));
  lec_check_memory(L, ec_transfer_url(t, string_field(L, "url")));
  if (!lua_isnil(L, 3)) {
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_pushvalue(L, 3);
    add_pair(L, t);
  }
  add_headers(L, t);
  lua_getfield(L, 2, "body");
  if (!lua_isnil(L, -1)) {
    check_type(L, LUA_TSTRING, "body");
    lec_check_memory(
        L, ec_transfer_body(t, lua_tostring(L, -1), lua_rawlen(L, -1)));
  }
  lua_getfield(L, 2, "deadline");
  if (!lua_isnil(L, -1)) {
    check_type(L, LUA_TNUMBER, "deadline");
    t->deadline = lua_tonumber(L, -1);
    if (t->deadline != t->deadline)
      luaL_error(L, "the request's deadline is not a number (NaN)");
  }
  lua_settop(L, top);
}

/* --------------------------------------------------------------- outcome -- */

static lec_transfer *check_transfer(lua_State *L) {
  lec_transfer *box = luaL_checkudata(L, 1, TRANSFER);
  if (box->transfer == NULL && !box->taken)
    luaL_error(L, "the transfer was never sent");
  return box;
}

static int is_done(const lec_transfer *box) {
  return box->taken || box->cancelled || (box->handed && box->transfer->done);
}

/* Into the table on top: the server's address, where there was one.
** [-0, +0] */
static void set_address(lua_State *L, const ec_transfer *t) {
  if (t->address[0] != '\0') {
    lua_pushstring(L, t->address);
    lua_setfield(L, -2, "address");
  }
}

/* [-0, +1] */
static void push_failure(lua_State *L, const ec_failure *failure, ec_sent sent,
                         double elapsed) {
  lua_createtable(L, 0, 8);
  lua_pushstring(L, failure->kind);
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, failure->code);
  lua_setfield(L, -2, "code");
  lua_pushstring(L, failure->message);
  lua_setfield(L, -2, "message");
  lua_pushstring(L, sent_names[sent]);
  lua_setfield(L, -2, "sent");
  lua_pushnumber(L, elapsed);
  lua_setfield(L, -2, "elapsed");
  if (failure->permanent) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "permanent");
  }
}

/* [-0, +1]  of one whose outcome is known */
static void push_outcome(lua_State *L, const ec_transfer *t) {
  push_failure(L, &t->failure, t->sent, t->elapsed);
  set_address(L, t);
  if (t->headers.status != 0) {
    lua_pushinteger(L, t->headers.status);
    lua_setfield(L, -2, "status");
  }
}

void lec_push_refusal(lua_State *L, const ec_transfer *t) {
  push_failure(L, &t->failure, EC_SENT_NOTHING, 0);
}

/* [-0, +1]  of one that was cancelled while its thread still had it, or may
** have had: what was sent of it is not known yet */
static void push_cancelled(lua_State *L, const lec_transfer *box) {
  ec_failure failure = ec_err((ec_fail)(box->cancelled - 1));
  ec_sent sent = box->handed ? box->transfer->sent : EC_SENT_PARTIAL;
  push_failure(L, &failure, sent, ec_now() - box->submitted);
}

/* transfer:done() -> whether result() can be called */
static int transfer_done(lua_State *L) {
  lua_pushboolean(L, is_done(check_transfer(L)));
  return 1;
}

/* transfer:cancel([why]): ends it as "cancelled", or as "interrupted";
** idempotent */
static int transfer_cancel(lua_State *L) {
  static const char *const reasons[] = {"cancelled", "interrupted", NULL};
  static const ec_fail fails[] = {EC_FAIL_CANCELLED, EC_FAIL_INTERRUPTED};
  lec_transfer *box = check_transfer(L);
  ec_fail why = fails[luaL_checkoption(L, 2, "cancelled", reasons)];
  if (box->taken)
    return 0;
  if (box->thread == NULL)
    ec_transfer_cancel(box->transfer, why);
  else if (!box->handed && !box->cancelled) {
    ec_thread_cancel(box->thread, box->transfer);
    box->cancelled = 1 + (int)why;
  }
  return 0;
}

/* [-0, +1]  the headers as a table; repeats are joined by ", " */
static void push_headers(lua_State *L, const ec_headers *h) {
  size_t position = 0;
  const char *name, *value;
  lua_createtable(L, 0, h->count);
  while (ec_headers_next(h, &position, &name, &value)) {
    lua_pushstring(L, name);
    lua_pushvalue(L, -1);
    lua_rawget(L, -3); /* headers, name, earlier */
    if (lua_isnil(L, -1))
      lua_pushstring(L, value);
    else
      lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
    lua_remove(L, -2);
    lua_rawset(L, -3);
  }
}

/* [-0, +1] */
static void push_reply(lua_State *L, const ec_transfer *t) {
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

/* Gives the transfer back, once nobody wants it and the engine is done with it.
 */
static void release(lec_transfer *box) {
  if (!box->taken || !box->handed || box->transfer->listed)
    return;
  ec_transfer_free(box->transfer);
  box->transfer = NULL;
  if (box->thread != NULL)
    ec_thread_release(box->thread);
  box->thread = NULL;
}

void lec_transfer_handed(lec_transfer *box) {
  box->handed = 1;
  release(box);
}

/* transfer:result() -> reply | nil, failure.  Hands over the answer: it can be
** taken once. */
static int transfer_result(lua_State *L) {
  lec_transfer *box = check_transfer(L);
  const ec_transfer *t = box->transfer;
  int failed = 1;
  if (box->taken)
    return luaL_error(L, "the result has already been taken");
  if (!is_done(box))
    return luaL_error(L, "the transfer has not finished: step the engine until "
                         "transfer:done()");
  lua_pushnil(L);
  if (box->cancelled)
    push_cancelled(L, box);
  else if (t->failed)
    push_outcome(L, t);
  else {
    push_reply(L, t);
    failed = 0;
  }
  box->taken = 1;
  release(box);
  return failed ? 2 : 1;
}

static int transfer_gc(lua_State *L) {
  lec_transfer *box = luaL_checkudata(L, 1, TRANSFER);
  if (box->transfer == NULL)
    return 0;
  if (box->handed)
    ec_transfer_free(box->transfer);
  else
    ec_thread_abandon(box->thread, box->transfer);
  box->transfer = NULL;
  if (box->thread != NULL)
    ec_thread_release(box->thread);
  return 0;
}

void lec_open_transfer(lua_State *L) {
  static const luaL_Reg methods[] = {{"done", transfer_done},
                                     {"cancel", transfer_cancel},
                                     {"result", transfer_result},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", transfer_gc}, {NULL, NULL}};
  lec_newtype(L, TRANSFER, methods, meta);
}
