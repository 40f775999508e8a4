/*
** Fuzzes the JSON codec with itself: an accepted value must be the same after
** encoding and decoding, and no result may depend on an earlier one.
** Needs csrc/ec_json_*.c csrc/lec_json*.c csrc/lec_util.c lua5.4.
** Needs csrc/lec_lines.c csrc/lec_csv_row.c csrc/lec_buf.c.
** Needs csrc/ec_buf.c csrc/ec_crc32.c.
** Needs csrc/ec_sha256*.c.
*/
#include "json_same.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
