/*
** Shared by the JSON fuzz targets: whether two values are the same.
*/
#ifndef JSON_SAME_H
#define JSON_SAME_H

#include "json_lua.h"

#include <string.h>

static inline void check_same(lua_State *L, int a, int b);

static inline int count_fields(lua_State *L, int table) {
  int count = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

static inline void check_same_tables(lua_State *L, int a, int b) {
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
static inline void check_same(lua_State *L, int a, int b) {
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

#endif
