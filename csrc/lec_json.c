/*
** extcontacts.core.json: registration, null and arrays.
*/
#include "lec_open.h"

#include "lec_json_decode.h"
#include "lec_json_encode.h"
#include "lec_json_number.h"
#include "lec_json_selection.h"
#include "lec_json_shared.h"

/* In the registry, for all copies of the module: after a hot reload, records
** that an earlier copy decoded are still in use. */
#define ARRAY_TYPE "extcontacts.array"
#define MARKS "extcontacts.arrays"
#define PARTIAL_TYPE "extcontacts.partial"

/* Adds the metatable at `index` to the marks on top.  [-0, +0] */
static void add_mark(lua_State *L, int index) {
  lua_pushvalue(L, index);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
}

/* [-0, +1]  the marks of this Lua state; the keys are weak */
static void push_marks(lua_State *L) {
  if (luaL_newmetatable(L, MARKS)) {
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_pushvalue(L, -1);
    lua_setmetatable(L, -2);
  }
}

/* json.array([t]) -> t, or a new table, with the array metatable.  A table with
** another metatable is refused, as it would lose that one. */
static int array(lua_State *L) {
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_getmetatable(L, 1)) { /* t, mt */
    lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_MARKS);
    if (!lec_json_is_mark(L, 3, 2))
      return luaL_argerror(L, 1, "the table has another metatable");
    lua_settop(L, 1);
  }
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_ARRAY_MT); /* t, array_mt */
  lua_setmetatable(L, 1);
  return 1;
}

/* json.other_than_table(array) -> the index of its first item that is not a
** table | nil */
static int other_than_table(lua_State *L) {
  size_t i, count;
  luaL_checktype(L, 1, LUA_TTABLE);
  count = lua_rawlen(L, 1);
  for (i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, (int)i);
    if (!lua_istable(L, -1)) {
      lua_pushinteger(L, (lua_Integer)i);
      return 1;
    }
    lua_pop(L, 1);
  }
  lua_pushnil(L);
  return 1;
}

/* json.set_array_mt(mt): sets the metatable for arrays, so that lua-cjson
** recognizes them too.  It can be set to one table only. */
static int set_array_mt(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_ARRAY_MT);
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_OWN_MT); /* mt, current, own */
  if (!lua_rawequal(L, 2, 3) && !lua_rawequal(L, 1, 2))
    return luaL_error(L, "the array metatable has been set already");
  lua_pushvalue(L, 1);
  lua_rawseti(L, LEC_JSON_SHARED, LEC_JSON_ARRAY_MT);
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_MARKS);
  add_mark(L, 1); /* mt, current, own, marks */
  lua_pop(L, 1);
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_MODULE);
  lua_pushvalue(L, 1); /* mt, current, own, module, mt */
  lua_setfield(L, -2, "array_mt");
  return 0;
}

/* [-0, +1]  the shared table; expects the module on top */
static void push_shared(lua_State *L) {
  lec_json_new_cache(L); /* module, shared */
  push_marks(L);
  luaL_newmetatable(L, ARRAY_TYPE);
  lua_pushliteral(L, ARRAY_TYPE);
  lua_setfield(L, -2, "__name"); /* module, shared, marks, array_mt */
  lua_insert(L, -2);             /* module, shared, array_mt, marks */
  add_mark(L, lua_gettop(L) - 1);
  lua_rawseti(L, -3, LEC_JSON_MARKS); /* module, shared, array_mt */
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "array_mt");
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, LEC_JSON_OWN_MT);
  lua_rawseti(L, -2, LEC_JSON_ARRAY_MT); /* module, shared */
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, LEC_JSON_MODULE);
  lua_pushboolean(L, 0);
  lua_rawseti(L, -2, LEC_JSON_BUFFER);
  luaL_newmetatable(L, PARTIAL_TYPE);
  lua_pushliteral(L, PARTIAL_TYPE);
  lua_setfield(L, -2, "__name"); /* module, shared, partial_mt */
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "partial_mt");
  lua_rawseti(L, -2, LEC_JSON_PARTIAL_MT);
}

int lec_open_json(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"decode", lec_json_decode},
      {"encode", lec_json_encode},
      {"array", array},
      {"selection", lec_json_selection},
      {"other_than_table", other_than_table},
      {"set_array_mt", set_array_mt},
      {"number", lec_json_number},
      {"is_number", lec_json_is_number},
      {"tonumber", lec_json_tonumber},
      {NULL, NULL},
  };
  lec_json_open_numbers(L);
  lec_json_open_selections(L);
  lua_createtable(L, 0, 12);
  push_shared(L);
  luaL_setfuncs(L, functions, 1);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  return 1;
}
