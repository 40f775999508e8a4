/*
** Fuzzes the JSON codec with itself: an accepted value must be the same after
** encoding and decoding, and no result may depend on an earlier one.
** Needs csrc/ec_json_*.c csrc/lec_json*.c csrc/lec_util.c lua5.4.
*/
#include "json_lua.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(lua_State *L, int a, int b);

static int count_fields(lua_State *L, int table) {
  int count = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

static void check_same_tables(lua_State *L, int a, int b) {
  int marked = lua_getmetatable(L, a);
  CHECK(marked == lua_getmetatable(L, b));
  if (marked) {
    CHECK(lua_rawequal(L, -1, -2));
    lua_pop(L, 2);
  }
  CHECK(count_fields(L, a) == count_fields(L, b));
  lua_pushnil(L);
  while (lua_next(L, a)) {
    lua_pushvalue(L, -2);
    lua_rawget(L, b);
    check_same(L, lua_gettop(L) - 1, lua_gettop(L));
    lua_pop(L, 2);
  }
}

/* Traps unless both values are the same, numbers to the last bit. */
static void check_same(lua_State *L, int a, int b) {
  luaL_checkstack(L, 10, NULL);
  CHECK(lua_type(L, a) == lua_type(L, b));
  if (lua_istable(L, a)) {
    check_same_tables(L, a, b);
  } else if (lua_type(L, a) == LUA_TUSERDATA) {
    size_t a_size, b_size;
    const char *a_text = lec_json_exact_text(L, a, &a_size);
    const char *b_text = lec_json_exact_text(L, b, &b_size);
    CHECK(a_text != NULL && b_text != NULL && a_size == b_size);
    CHECK(memcmp(a_text, b_text, a_size) == 0);
  } else if (lua_type(L, a) == LUA_TNUMBER && !lua_isinteger(L, a)) {
    lua_Number x = lua_tonumber(L, a);
    lua_Number y = lua_tonumber(L, b);
    CHECK(!lua_isinteger(L, b) && memcmp(&x, &y, sizeof x) == 0);
  } else {
    CHECK(lua_isinteger(L, a) == lua_isinteger(L, b));
    CHECK(lua_rawequal(L, a, b));
  }
}

/* A new codec must give the same results, which are at 2, 3 and 4. */
static void check_fresh(lua_State *L, const uint8_t *data, size_t size) {
  int fresh;
  lec_open_json(L);
  fresh = lua_gettop(L);
  lua_getfield(L, fresh, "set_array_mt");
  lua_getfield(L, 1, "array_mt");
  CHECK(lua_pcall(L, 1, 0, 0) == 0);
  json_decode(L, fresh, data, size);
  check_same(L, 2, fresh + 1);
  CHECK(lua_rawequal(L, 3, fresh + 2) && lua_rawequal(L, 4, fresh + 3));
  lua_settop(L, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_State *L = json_state();
  json_decode(L, 1, data, size); /* codec, value, message, offset */
  check_fresh(L, data, size);
  if (lua_isnil(L, 2)) {
    lua_Integer offset = lua_tointeger(L, 4);
    CHECK(lua_isstring(L, 3) && offset >= 1 && offset <= (lua_Integer)size + 1);
  } else {
    const char *text;
    size_t length;
    lua_pushvalue(L, 2);
    json_call(L, 1, "encode");
    lua_settop(L, 5);
    text = lua_tolstring(L, 5, &length);
    CHECK(text != NULL);
    json_decode(L, 1, text, length); /* …, text, value, nil, nil */
    check_same(L, 2, 6);
    lua_settop(L, 6);
    json_call(L, 1, "encode");
    CHECK(lua_type(L, 6) == LUA_TSTRING);
    /* The other table may return its fields in another order. */
    CHECK(lua_rawlen(L, 6) == length);
  }
  lua_settop(L, 1);
  return 0;
}
