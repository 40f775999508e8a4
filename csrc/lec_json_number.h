/*
** JSON numbers in Lua: Lua numbers, and userdata that keep a number's exact
** text where no Lua number can represent it.
*/
#ifndef LEC_JSON_NUMBER_H
#define LEC_JSON_NUMBER_H

#include "ec_compat.h"
#include "ec_json_write.h"

/* Whether a Lua number of this VM represents an int64_t exactly. */
#define LEC_HOLDS_INTEGER(value) \
  (EC_LUA_INTEGERS || \
   ((value) <= (int64_t)EC_MAX_EXACT && (value) >= -(int64_t)EC_MAX_EXACT))

/* Registers the type of the numbers kept as text.  [-0, +0] */
void lec_json_open_numbers(lua_State *L);

/* Pushes a number kept as this (valid) text.  [-0, +1] */
void lec_json_push_exact(lua_State *L, const char *text, size_t length);

/* The text of such a number; NULL if the value is not one.  [-0, +0] */
const char *lec_json_exact_text(lua_State *L, int index, size_t *length);

/* Writes the Lua number at `index` as JSON and returns its length; 0 if it is
** NaN or infinite.  `out` holds EC_JSON_NUMBER_ROOM bytes.  [-0, +0] */
size_t lec_json_write_number(lua_State *L, int index, char *out);

/* json.number, json.is_number and json.tonumber */
int lec_json_number(lua_State *L);
int lec_json_is_number(lua_State *L);
int lec_json_tonumber(lua_State *L);

#endif
