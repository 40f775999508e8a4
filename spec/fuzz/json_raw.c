/*
** Fuzzes the texts of an array's elements: they are returned exactly where the
** whole text is accepted, each decodes to the same as its element, and the
** selected fields are those of the element.  As lines they are the same texts.
** Needs csrc/ec_json_*.c csrc/lec_json*.c csrc/lec_util.c lua5.4.
** Needs csrc/lec_lines.c csrc/lec_csv_row.c csrc/lec_buf.c.
** Needs csrc/ec_buf.c csrc/ec_crc32.c.
** Needs csrc/ec_sha256*.c.
*/
#include "../../csrc/lec_lines.h"
#include "json_same.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stack slots. */
enum { CODEC = 1, TEXT, WHOLE, MESSAGE, OFFSET, PART, TEXTS, LAST };

/* [-0, +1]  {select = all around "a", and "b" of its elements, raw = "a"} */
static void push_options(lua_State *L) {
  static int made = LUA_NOREF;
  if (made == LUA_NOREF) {
    lua_newtable(L);
    lua_newtable(L);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "*");
    lua_newtable(L);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "b");
    lua_setfield(L, -2, "a");
    json_call(L, CODEC, "selection");
    lua_pop(L, 2);
    lua_setfield(L, -2, "select");
    lua_pushstring(L, "a");
    lua_setfield(L, -2, "raw");
    made = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, made);
}

/* Whether the lines are the texts, if all of these can be lines. */
static void check_lines(lua_State *L) {
  int top = lua_gettop(L);
  size_t length, joined;
  const char *text, *expected;
  lua_getfield(L, CODEC, "decode");
  lua_pushvalue(L, TEXT);
  push_options(L);
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "lines");
  CHECK(lua_pcall(L, 2, 2, 0) == 0);
  push_options(L);
  lua_pushnil(L);
  lua_setfield(L, -2, "lines");
  lua_pop(L, 1);
  CHECK(lua_istable(L, top + 1));
  if (lua_isuserdata(L, top + 2)) {
    text = lec_check_bytes(L, top + 2, &length);
    lua_getfield(L, LUA_REGISTRYINDEX, "joining");
    lua_getfield(L, -1, "join");
    lua_pushvalue(L, TEXTS);
    CHECK(lua_pcall(L, 1, 1, 0) == 0);
    expected = lua_tolstring(L, -1, &joined);
    CHECK(length == joined && memcmp(text, expected, length) == 0);
  }
  lua_settop(L, top);
}

/* Whether the value is a whole one: one of its fields alone shows that. */
static void check_element(lua_State *L, int index) {
  int top = lua_gettop(L);
  int whole = top + 1, part = top + 2;
  size_t length;
  const char *text;
  lua_getfield(L, WHOLE, "a");
  lua_rawgeti(L, -1, index);
  lua_replace(L, whole);
  lua_getfield(L, PART, "a");
  lua_rawgeti(L, -1, index);
  lua_replace(L, part);
  lua_rawgeti(L, TEXTS, index);
  text = lua_tolstring(L, -1, &length);
  CHECK(text != NULL);
  json_decode(L, CODEC, text, length); /* whole, part, text, value, … */
  check_same(L, whole, top + 4);
  lua_pop(L, 2);
  lua_getfield(L, CODEC, "partial_mt");
  if (lua_istable(L, part) && lua_getmetatable(L, part) &&
      lua_rawequal(L, -1, top + 5)) {
    CHECK(count_fields(L, part) <= 1);
    lua_getfield(L, whole, "b");
    lua_getfield(L, part, "b");
    check_same(L, lua_gettop(L) - 1, lua_gettop(L));
  }
  lua_settop(L, top);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_State *L = json_state();
  lua_getfield(L, LUA_REGISTRYINDEX, "joining");
  if (lua_isnil(L, -1)) {
    lec_open_lines(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "joining");
  }
  lua_settop(L, 1);
  lua_pushstring(L, "{\"a\":[");
  lua_pushlstring(L, (const char *)data, size);
  lua_pushstring(L, "]}");
  lua_concat(L, 3);
  lua_pushvalue(L, TEXT);
  json_call(L, CODEC, "decode");
  lua_getfield(L, CODEC, "decode");
  lua_pushvalue(L, TEXT);
  push_options(L);
  CHECK(lua_pcall(L, 2, 3, 0) == 0);
  if (lua_isnil(L, WHOLE)) {
    CHECK(lua_isnil(L, PART));
    CHECK(lua_rawequal(L, MESSAGE, TEXTS) && lua_rawequal(L, OFFSET, LAST));
  } else {
    int count, index;
    CHECK(lua_istable(L, TEXTS));
    lua_getfield(L, WHOLE, "a");
    count = (int)lua_rawlen(L, -1);
    CHECK(count == (int)lua_rawlen(L, TEXTS));
    for (index = 1; index <= count; index++)
      check_element(L, index);
    check_lines(L);
  }
  lua_settop(L, 1);
  return 0;
}
