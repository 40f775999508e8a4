/*
** extcontacts.core.json: registration, null and arrays.
*/
#include "lec_open.h"

#include "lec_json_decode.h"
#include "lec_json_encode.h"
#include "lec_json_number.h"
#include "lec_json_shared.h"

#define ARRAY_TYPE "extcontacts.array"

/* json.array([t]) -> t, or a new table, with the array metatable.  A table with
** another metatable is refused, as it would lose that one. */
static int array(lua_State *L) {
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_ARRAY_MT); /* t, array_mt */
  if (lua_getmetatable(L, 1)) {                       /* t, array_mt, mt */
    lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_OWN_MT);
    if (!lua_rawequal(L, -1, -2) && !lua_rawequal(L, -2, -3))
      return luaL_argerror(L, 1, "the table has another metatable");
    lua_pop(L, 2); /* t, array_mt */
  }
  lua_setmetatable(L, 1);
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
  lua_rawgeti(L, LEC_JSON_SHARED, LEC_JSON_MODULE);
  lua_pushvalue(L, 1); /* mt, current, own, module, mt */
  lua_setfield(L, -2, "array_mt");
  return 0;
}

/* [-0, +1]  the shared table; expects the module on top */
static void push_shared(lua_State *L) {
  lec_json_new_cache(L); /* module, shared */
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, ARRAY_TYPE);
  lua_setfield(L, -2, "__name"); /* module, shared, array_mt */
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "array_mt");
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, LEC_JSON_OWN_MT);
  lua_rawseti(L, -2, LEC_JSON_ARRAY_MT); /* module, shared */
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, LEC_JSON_MODULE);
  lua_pushboolean(L, 0);
  lua_rawseti(L, -2, LEC_JSON_BUFFER);
}

int lec_open_json(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"decode", lec_json_decode},
      {"encode", lec_json_encode},
      {"array", array},
      {"set_array_mt", set_array_mt},
      {"number", lec_json_number},
      {"is_number", lec_json_is_number},
      {"tonumber", lec_json_tonumber},
      {NULL, NULL},
  };
  lec_json_open_numbers(L);
  lua_createtable(L, 0, 9);
  push_shared(L);
  luaL_setfuncs(L, functions, 1);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  return 1;
}
