/*
** Reading requests; errors in them are the program's and raise.
*/
#include "lec_request.h"

#include "lec_file.h"
#include "lec_util.h"

#include <string.h>

void lec_check_memory(lua_State *L, int rc) {
  if (rc == EC_MEMORY)
    luaL_error(L, "not enough memory");
}

/* The characters of a method and of a header's name (RFC 9110, token). */
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
    luaL_error(L, "the request's %s contains a NUL", name);
  return lua_tostring(L, -1);
}

/* [-0, +1] */
static const char *method_field(lua_State *L) {
  const char *method = string_field(L, "method");
  if (!is_token(L, -1))
    luaL_error(L,
               "the request's method contains a character that is not allowed");
  return method;
}

/* Adds the header whose name is at -2 and whose value is on top.
** [-2, +0] */
static void add_header(lua_State *L, ec_transfer *t) {
  const char *name, *value;
  size_t length, i;
  if (lua_type(L, -2) != LUA_TSTRING)
    luaL_error(L, "a header's name must be a string");
  if (!is_token(L, -2))
    luaL_error(L, "a header's name is empty or contains a character that is "
                  "not allowed");
  name = lua_tostring(L, -2);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "the value of header '%s' must be a string", name);
  value = lua_tolstring(L, -1, &length);
  for (i = 0; i < length; i++) {
    if (value[i] == '\r' || value[i] == '\n' || value[i] == 0)
      luaL_error(L, "the value of header '%s' contains a line end or a NUL",
                 name);
  }
  lec_check_memory(L, ec_transfer_header(t, name, value));
  lua_pop(L, 2);
}

/* Adds the header on top, { name, value }.  [-0, +0] */
static void add_pair(lua_State *L, ec_transfer *t) {
  lua_rawgeti(L, -1, 1);
  lua_rawgeti(L, -2, 2); /* pair, name, value */
  add_header(L, t);
}

/* Adds the request's headers, an array of { name, value }.  [-0, +0] */
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

/* The number in a field of the request, or `other` without one.  [-0, +0] */
static double number_field(lua_State *L, const char *name, double other) {
  lua_getfield(L, 2, name);
  if (!lua_isnil(L, -1)) {
    check_type(L, LUA_TNUMBER, name);
    other = lua_tonumber(L, -1);
    if (other != other)
      luaL_error(L, "the request's %s is not a number (NaN)", name);
  }
  lua_pop(L, 1);
  return other;
}

/* The file of core.file that the response's body goes to.  [-0, +0] */
static int read_file(lua_State *L, ec_transfer *t) {
  double cap = number_field(L, "max_size", EC_MAX_EXACT);
  int rc = EC_OK;
  lua_getfield(L, 2, "file");
  if (!lua_isnil(L, -1)) {
    if (!(cap >= 0 && cap <= EC_MAX_EXACT))
      luaL_error(L, "the request's max_size must not be negative");
    rc = ec_transfer_file(t, lec_file_descriptor(L, -1), (curl_off_t)cap);
  }
  lua_pop(L, 1);
  return rc;
}

int lec_read_request(lua_State *L, ec_transfer *t) {
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
  lua_settop(L, top);
  t->deadline = number_field(L, "deadline", t->deadline);
  t->stall = number_field(L, "stall", 0);
  return read_file(L, t);
}
