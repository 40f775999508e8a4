/*
** Fuzzes skipping: what is skipped is refused where it would be refused if it
** was decoded, except for names that an object has twice; and what is selected
** is the same as without a selection.
** Needs csrc/ec_json_*.c csrc/lec_json*.c csrc/lec_util.c lua5.4.
** Needs csrc/lec_lines.c csrc/lec_csv_row.c csrc/lec_buf.c.
** Needs csrc/ec_buf.c csrc/ec_crc32.c.
** Needs csrc/ec_sha256*.c.
*/
#include "json_lua.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* [-0, +1]  {select = selection of the field "a"} */
static void push_options(lua_State *L) {
  static int made = LUA_NOREF;
  if (made == LUA_NOREF) {
    lua_newtable(L);
    lua_newtable(L);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "a");
    json_call(L, 1, "selection");
    lua_pop(L, 2);
    lua_setfield(L, -2, "select");
    made = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, made);
}

/* [-0, +3]  the results for `before`, the input and `after` */
static void decode(lua_State *L, const char *before, const uint8_t *data,
                   size_t size, const char *after, int selects) {
  lua_getfield(L, 1, "decode");
  lua_pushstring(L, before);
  lua_pushlstring(L, (const char *)data, size);
  lua_pushstring(L, after);
  lua_concat(L, 3);
  if (selects)
    push_options(L);
  else
    lua_pushnil(L);
  CHECK(lua_pcall(L, 2, 3, 0) == 0);
}

static int is_duplicate(lua_State *L, int message) {
  const char *text = lua_tostring(L, message);
  return text != NULL && strstr(text, "has this field already") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_State *L = json_state();
  decode(L, "{\"b\":", data, size, "}", 0); /* 2, 3, 4 */
  decode(L, "{\"b\":", data, size, "}", 1); /* 5, 6, 7 */
  if (!is_duplicate(L, 3) && !is_duplicate(L, 6)) {
    CHECK(lua_isnil(L, 2) == lua_isnil(L, 5));
    CHECK(lua_rawequal(L, 3, 6) && lua_rawequal(L, 4, 7));
  }
  lua_settop(L, 1);
  decode(L, "{\"a\":", data, size, "}", 0);
  decode(L, "{\"a\":", data, size, "}", 1);
  if (!is_duplicate(L, 3) && !is_duplicate(L, 6)) {
    CHECK(lua_isnil(L, 2) == lua_isnil(L, 5));
    CHECK(lua_rawequal(L, 3, 6) && lua_rawequal(L, 4, 7));
  }
  lua_settop(L, 1);
  return 0;
}
