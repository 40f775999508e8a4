/*
** Numbers that no Lua number can represent: a userdata with their exact text,
** which prints, compares and encodes as those digits.
*/
#include "lec_json_number.h"

#include "ec_json_number.h"
#include "lec_util.h"

#include <math.h>
#include <string.h>

#define EXACT_TYPE "extcontacts.number"

typedef struct exact {
  size_t length;
  char text[1]; /* as long as allocated */
} exact;

void lec_json_push_exact(lua_State *L, const char *text, size_t length) {
  exact *number = lua_newuserdata(L, sizeof *number + length);
  number->length = length;
  memcpy(number->text, text, length);
  number->text[length] = '\0';
  luaL_setmetatable(L, EXACT_TYPE);
}

const char *lec_json_exact_text(lua_State *L, int index, size_t *length) {
  exact *number = luaL_testudata(L, index, EXACT_TYPE);
  if (number == NULL)
    return NULL;
  *length = number->length;
  return number->text;
}

size_t lec_json_write_number(lua_State *L, int index, char *out) {
  double value;
  if (lua_isinteger(L, index))
    return ec_json_write_integer(out, (int64_t)lua_tointeger(L, index));
  value = lua_tonumber(L, index);
  if (!isfinite(value))
    return 0;
  if (!EC_LUA_INTEGERS && fabs(value) <= EC_MAX_EXACT &&
      value == floor(value)) {
    if (value == 0.0 && signbit(value)) {
      memcpy(out, "-0", 2);
      return 2;
    }
    return ec_json_write_integer(out, (int64_t)value);
  }
  return ec_json_write_real(out, value);
}

/* One side of a comparison. */
typedef struct operand {
  const char *text;
  size_t length;
  double beyond; /* NaN or an infinity, which have no text; else 0 */
  char room[EC_JSON_NUMBER_ROOM];
} operand;

static void read_operand(lua_State *L, int index, operand *side) {
  side->beyond = 0.0;
  side->text = lec_json_exact_text(L, index, &side->length);
  if (side->text != NULL)
    return;
  if (lua_type(L, index) != LUA_TNUMBER)
    luaL_error(L, "attempt to compare a number with a %s",
               luaL_typename(L, index));
  side->text = side->room;
  side->length = lec_json_write_number(L, index, side->room);
  if (side->length == 0)
    side->beyond = lua_tonumber(L, index);
}

/* -1, 0 or 1; 2 if one is NaN */
static int compare(lua_State *L) {
  operand a, b;
  read_operand(L, 1, &a);
  read_operand(L, 2, &b);
  if (isnan(a.beyond) || isnan(b.beyond))
    return 2;
  if (a.beyond != 0.0 || b.beyond != 0.0)
    return (a.beyond > b.beyond) - (a.beyond < b.beyond);
  return ec_json_compare(a.text, a.length, b.text, b.length);
}

static int exact_eq(lua_State *L) {
  size_t length;
  int both = lec_json_exact_text(L, 1, &length) != NULL &&
             lec_json_exact_text(L, 2, &length) != NULL;
  lua_pushboolean(L, both && compare(L) == 0);
  return 1;
}

static int exact_lt(lua_State *L) {
  lua_pushboolean(L, compare(L) == -1);
  return 1;
}

static int exact_le(lua_State *L) {
  lua_pushboolean(L, compare(L) <= 0);
  return 1;
}

static int exact_tostring(lua_State *L) {
  exact *number = luaL_checkudata(L, 1, EXACT_TYPE);
  lua_pushlstring(L, number->text, number->length);
  return 1;
}

/* Replaces a number kept as text by its text, to be concatenated. */
static void as_string(lua_State *L, int index) {
  size_t length;
  const char *text = lec_json_exact_text(L, index, &length);
  if (text != NULL) {
    lua_pushlstring(L, text, length);
    lua_replace(L, index);
  } else if (!lua_isstring(L, index)) {
    luaL_error(L, "attempt to concatenate a %s value", luaL_typename(L, index));
  }
}

static int exact_concat(lua_State *L) {
  lua_settop(L, 2);
  as_string(L, 1);
  as_string(L, 2);
  lua_concat(L, 2);
  return 1;
}

void lec_json_open_numbers(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__tostring", exact_tostring},
      {"__concat", exact_concat},
      {"__eq", exact_eq},
      {"__lt", exact_lt},
      {"__le", exact_le},
      {NULL, NULL},
  };
  static const luaL_Reg methods[] = {{NULL, NULL}};
  lec_newtype(L, EXACT_TYPE, methods, metamethods);
}

/* json.number(text) -> number kept as text | nil, message */
int lec_json_number(lua_State *L) {
  size_t length;
  const char *text;
  const char *where;
  ec_json_number number;
  luaL_checktype(L, 1, LUA_TSTRING);
  text = lua_tolstring(L, 1, &length);
  if (ec_json_read_number(text, &number, &where) != text + length) {
    lua_pushnil(L);
    lua_pushliteral(L, "not the text of a JSON number");
    return 2;
  }
  lec_json_push_exact(L, text, length);
  return 1;
}

/* json.is_number(value) -> whether it is a number kept as text */
int lec_json_is_number(lua_State *L) {
  size_t length;
  luaL_checkany(L, 1);
  lua_pushboolean(L, lec_json_exact_text(L, 1, &length) != NULL);
  return 1;
}

/* json.tonumber(value) -> the nearest Lua number | nil */
int lec_json_tonumber(lua_State *L) {
  size_t length;
  const char *text;
  const char *where;
  ec_json_number number;
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TNUMBER)
    return 1;
  text = lec_json_exact_text(L, 1, &length);
  if (text == NULL)
    lua_pushnil(L);
  else if (ec_json_read_number(text, &number, &where) != NULL &&
           number.kind == EC_JSON_INTEGER)
    lua_pushinteger(L, (lua_Integer)number.integer);
  else
    lua_pushnumber(L, ec_json_nearest(text, length));
  return 1;
}
