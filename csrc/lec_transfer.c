/*
** Transfers as userdata: the response or failure as a table.  A failure is
** { kind, code, message, sent, elapsed, status, address, permanent }.
*/
#include "lec_transfer.h"

#include "ec_clock.h"
#include "ec_engine.h"
#include "lec_util.h"

#include <string.h>

#define TRANSFER LEC_TRANSFER

static const char *const sent_names[] = {"nothing", "partial", "all"};

lec_transfer *lec_new_transfer(lua_State *L, ec_driver *driver) {
  lec_transfer *box = lua_newuserdata(L, sizeof *box);
  memset(box, 0, sizeof *box);
  luaL_getmetatable(L, TRANSFER);
  lua_setmetatable(L, -2);
  box->transfer = ec_engine_new_transfer(driver->engine);
  if (box->transfer == NULL)
    luaL_error(L, "not enough memory");
  ec_driver_retain(driver);
  box->driver = driver;
  box->submitted = ec_now();
  return box;
}

static lec_transfer *check_transfer(lua_State *L) {
  lec_transfer *box = luaL_checkudata(L, 1, TRANSFER);
  if (box->transfer == NULL && !box->taken)
    luaL_error(L, "the transfer was never sent");
  return box;
}

static int is_done(const lec_transfer *box) {
  return box->taken || box->cancelled != EC_FAIL_NONE || !box->held ||
         box->driver->ops->knows_outcome(box->driver, box->transfer);
}

/* Sets the server's address, if known, in the table on top.  [-0, +0] */
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

/* [-0, +1]  the failure of a transfer whose outcome is known */
static void push_outcome(lua_State *L, const ec_transfer *t) {
  push_failure(L, &t->failure, t->sent, t->elapsed);
  set_address(L, t);
  if (t->memory.headers.status != 0) {
    lua_pushinteger(L, t->memory.headers.status);
    lua_setfield(L, -2, "status");
  }
}

void lec_push_refusal(lua_State *L, const ec_transfer *t) {
  push_failure(L, &t->failure, EC_SENT_NOTHING, 0);
}

void lec_push_fail(lua_State *L, ec_fail which) {
  ec_failure failure = ec_err(which);
  push_failure(L, &failure, EC_SENT_NOTHING, 0);
}

/* [-0, +1]  of one cancelled while its driver could not say how much of it was
** sent, and may still not be able to */
static void push_cancelled(lua_State *L, const lec_transfer *box) {
  ec_failure failure = ec_err(box->cancelled);
  ec_sent sent = box->held ? EC_SENT_PARTIAL : box->transfer->sent;
  push_failure(L, &failure, sent, ec_now() - box->submitted);
}

/* transfer:done() -> whether result() can be called */
static int transfer_done(lua_State *L) {
  lua_pushboolean(L, is_done(check_transfer(L)));
  return 1;
}

/* transfer:cancel([why]): ends it as "cancelled" or "interrupted";
** idempotent */
static int transfer_cancel(lua_State *L) {
  static const char *const reasons[] = {"cancelled", "interrupted", NULL};
  static const ec_fail fails[] = {EC_FAIL_CANCELLED, EC_FAIL_INTERRUPTED};
  lec_transfer *box = check_transfer(L);
  ec_fail why = fails[luaL_checkoption(L, 2, "cancelled", reasons)];
  if (!is_done(box) &&
      box->driver->ops->cancel(box->driver, box->transfer, why))
    box->cancelled = why;
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

/* [-0, +1]  with its body, or with the body's length if that is kept */
static void push_reply(lua_State *L, const ec_transfer *t, int kept) {
  const ec_buf *body = &t->memory.parts[EC_RESPONSE_BODY];
  lua_createtable(L, 0, 11);
  set_address(L, t);
  lua_pushinteger(L, t->memory.headers.status);
  lua_setfield(L, -2, "status");
  push_headers(L, &t->memory.headers);
  lua_setfield(L, -2, "headers");
  if (kept) {
    lua_pushinteger(L, (lua_Integer)body->length);
    lua_setfield(L, -2, "length");
  } else {
    lua_pushlstring(L, body->length > 0 ? body->data : "", body->length);
    lua_setfield(L, -2, "body");
  }
  if (ec_transfer_fills_file(t)) {
    lua_pushinteger(L, (lua_Integer)t->written);
    lua_setfield(L, -2, "written");
  }
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

/* Frees the transfer, when the driver does not have it. */
static void free_transfer(lec_transfer *box) {
  ec_engine_free_transfer(box->transfer);
  box->transfer = NULL;
  ec_driver_release(box->driver);
  box->driver = NULL;
  box->body.bytes = NULL;
}

void lec_transfer_returned(lec_transfer *box) {
  box->held = 0;
  if (box->taken && !box->kept)
    free_transfer(box);
}

/* Keeps the body of a transfer that has ended.  Raises without memory.
** [-0, +0] */
static void keep_body(lua_State *L, lec_transfer *box) {
  ec_buf *body = &box->transfer->memory.parts[EC_RESPONSE_BODY];
  if (ec_buf_end(body) != EC_BUF_OK)
    luaL_error(L, "not enough memory");
  box->body.bytes = body->data;
  box->body.length = body->length;
  box->kept = 1;
}

/* transfer:result([keep]) -> response | nil, failure.  It can be called once.
** It frees the memory of the transfer, unless the response's body is kept:
** then the response has its `length` instead, the transfer serves as a text
** for json.decode, and body() and release() are for it. */
static int transfer_result(lua_State *L) {
  lec_transfer *box = check_transfer(L);
  const ec_transfer *t = box->transfer;
  int keep = lua_toboolean(L, 2);
  int failed = 1;
  if (box->taken)
    return luaL_error(L, "the result has already been taken");
  if (!is_done(box))
    return luaL_error(L, "the transfer has not finished: step the engine until "
                         "transfer:done()");
  lua_pushnil(L);
  if (box->cancelled != EC_FAIL_NONE)
    push_cancelled(L, box);
  else if (t->failed)
    push_outcome(L, t);
  else {
    if (keep)
      keep_body(L, box);
    push_reply(L, t, keep);
    failed = 0;
  }
  box->taken = 1;
  if (!box->held && !box->kept)
    free_transfer(box);
  return failed ? 2 : 1;
}

/* transfer:body([last]) -> the body that is kept, or its last bytes */
static int transfer_body(lua_State *L) {
  lec_transfer *box = check_transfer(L);
  lua_Number last = luaL_optnumber(L, 2, -1);
  size_t count = box->body.length;
  if (box->body.bytes == NULL)
    return luaL_error(L, "the transfer keeps no body");
  if (last >= 0 && last < (lua_Number)count)
    count = (size_t)last;
  lua_pushlstring(L, box->body.bytes + box->body.length - count, count);
  return 1;
}

/* transfer:release(): ends the use of the body; idempotent */
static int transfer_release(lua_State *L) {
  lec_transfer *box = check_transfer(L);
  if (!box->kept)
    return 0;
  box->kept = 0;
  box->body.bytes = NULL;
  if (!box->held)
    free_transfer(box);
  return 0;
}

static int transfer_gc(lua_State *L) {
  lec_transfer *box = luaL_checkudata(L, 1, TRANSFER);
  if (box->transfer == NULL)
    return 0;
  if (!box->held) {
    free_transfer(box);
    return 0;
  }
  box->driver->ops->abandon(box->driver, box->transfer);
  box->transfer = NULL;
  ec_driver_release(box->driver);
  return 0;
}

void lec_open_transfer(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"done", transfer_done},       {"cancel", transfer_cancel},
      {"result", transfer_result},   {"body", transfer_body},
      {"release", transfer_release}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", transfer_gc}, {NULL, NULL}};
  lec_newtype(L, TRANSFER, methods, meta);
}
