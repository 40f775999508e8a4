/*
** Fuzzes the JSON decoder against simdjson: both accept or both refuse, and
** every value is the same, apart from the intended differences below.
** Needs csrc/ec_json_*.c csrc/lec_json*.c csrc/lec_util.c lua5.4 simdjson.
** Needs csrc/lec_lines.c csrc/lec_csv_row.c csrc/lec_buf.c.
** Needs csrc/ec_buf.c csrc/ec_crc32.c.
** Needs csrc/ec_sha256*.c.
*/
extern "C" {
#include "../../csrc/ec_json_number.h"
#include "../../csrc/ec_json_scan.h"
#include "json_lua.h"
}

#include <cstring>
#include <simdjson.h>
#include <string>
#include <string_view>

using namespace simdjson;

static void check_same(lua_State *L, dom::element element);

/* Whether a value contains a number kept as text: simdjson refuses those
** (integers over 64 bits, 1e400) or rounds them. */
static bool has_exact(lua_State *L, int index) {
  size_t length;
  luaL_checkstack(L, 10, nullptr);
  if (!lua_istable(L, index))
    return lec_json_exact_text(L, index, &length) != nullptr;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    bool found = has_exact(L, lua_gettop(L));
    lua_pop(L, found ? 2 : 1);
    if (found)
      return true;
  }
  return false;
}

static bool same_bits(double a, double b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

/* The nearest double of a number kept as text must be simdjson's. */
static void check_exact(const char *text, size_t length, dom::element element) {
  if (element.is_uint64()) {
    CHECK(std::string(text, length) ==
          std::to_string(element.get_uint64().value()));
  } else {
    CHECK(element.is_double());
    CHECK(
        same_bits(ec_json_nearest(text, length), element.get_double().value()));
  }
}

static void check_number(lua_State *L, dom::element element) {
  size_t length;
  const char *text = lec_json_exact_text(L, -1, &length);
  if (text != nullptr) {
    check_exact(text, length, element);
  } else if (lua_isinteger(L, -1)) {
    CHECK(element.is_int64());
    CHECK(lua_tointeger(L, -1) == element.get_int64().value());
  } else if (element.is_int64()) { /* -0: there is no such integer */
    CHECK(element.get_int64().value() == 0);
    CHECK(same_bits(lua_tonumber(L, -1), -0.0));
  } else {
    CHECK(same_bits(lua_tonumber(L, -1), element.get_double().value()));
  }
}

static void check_object(lua_State *L, dom::object object) {
  size_t count = 0;
  for (dom::key_value_pair field : object) {
    lua_pushlstring(L, field.key.data(), field.key.size());
    lua_rawget(L, -2);
    check_same(L, field.value);
    lua_pop(L, 1);
    count++;
  }
  lua_pushnil(L);
  for (; lua_next(L, -2); lua_pop(L, 1))
    count--;
  CHECK(count == 0);
}

static void check_array(lua_State *L, dom::array array) {
  lua_Integer index = 0;
  CHECK(lua_getmetatable(L, -1));
  lua_pop(L, 1);
  for (dom::element item : array) {
    lua_rawgeti(L, -1, ++index);
    check_same(L, item);
    lua_pop(L, 1);
  }
  CHECK((lua_Integer)lua_rawlen(L, -1) == index);
}

/* Compares the value on top. */
static void check_same(lua_State *L, dom::element element) {
  luaL_checkstack(L, 10, nullptr);
  switch (element.type()) {
  case dom::element_type::OBJECT:
    CHECK(lua_istable(L, -1));
    check_object(L, element.get_object().value());
    break;
  case dom::element_type::ARRAY:
    CHECK(lua_istable(L, -1));
    check_array(L, element.get_array().value());
    break;
  case dom::element_type::STRING: {
    size_t length;
    CHECK(lua_type(L, -1) == LUA_TSTRING);
    const char *text = lua_tolstring(L, -1, &length);
    CHECK(std::string_view(text, length) == element.get_string().value());
    break;
  }
  case dom::element_type::BOOL:
    CHECK(lua_isboolean(L, -1));
    CHECK(lua_toboolean(L, -1) == element.get_bool().value());
    break;
  case dom::element_type::NULL_VALUE:
    CHECK(lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == nullptr);
    break;
  default:
    check_number(L, element);
  }
}

static bool says(lua_State *L, ec_json_fault fault) {
  const char *message = lua_tostring(L, 3);
  return std::strstr(message, ec_json_fault_message(fault)) != nullptr;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static dom::parser parser;
  lua_State *L = json_state();
  dom::element element;
  padded_string text(reinterpret_cast<const char *>(data), size);
  error_code error = parser.parse(text).get(element);
  json_decode(L, 1, data, size); /* codec, value, message, offset */
  if (lua_isnil(L, 2)) {
    /* simdjson accepts duplicate fields, more depth, and may skip a BOM. */
    CHECK(error || says(L, EC_JSON_DUPLICATE) || says(L, EC_JSON_DEPTH) ||
          says(L, EC_JSON_BOM));
  } else if (error) {
    CHECK(error == NUMBER_ERROR || error == TAPE_ERROR);
    CHECK(has_exact(L, 2));
  } else {
    lua_settop(L, 2);
    check_same(L, element);
  }
  lua_settop(L, 1);
  return 0;
}
