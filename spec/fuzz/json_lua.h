/*
** Shared by the JSON fuzz targets: a Lua state with the codec, and calls to its
** functions that leave the results on the stack.
*/
#ifndef JSON_LUA_H
#define JSON_LUA_H

#include "../../csrc/lec_json_number.h"
#include "../../csrc/lec_open.h"

#include <lualib.h>
#include <stdlib.h>

#define CHECK(what) \
  do { \
    if (!(what)) \
      __builtin_trap(); \
  } while (0)

/* The state, with only the codec's table on its stack. */
static inline lua_State *json_state(void) {
  static lua_State *L;
  if (L == NULL) {
    L = luaL_newstate();
    CHECK(L != NULL);
    lec_open_json(L);
  }
  lua_settop(L, 1);
  return L;
}

/* [-1, +3]  calls `name` with the argument on top: value | nil, message,
** offset or path */
static inline void json_call(lua_State *L, int codec, const char *name) {
  lua_getfield(L, codec, name);
  lua_insert(L, -2);
  CHECK(lua_pcall(L, 1, 3, 0) == 0);
}

/* [-0, +3] */
static inline void json_decode(lua_State *L, int codec, const void *text,
                               size_t size) {
  lua_pushlstring(L, (const char *)text, size);
  json_call(L, codec, "decode");
}

#endif
