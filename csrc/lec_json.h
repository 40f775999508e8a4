/*
** What the JSON binding's files share: the state behind the functions of one
** Lua state, its array metatables, and numbers kept as text.
*/
#ifndef LEC_JSON_H
#define LEC_JSON_H

#include "ec_json_number.h"
#include "lec_util.h"

/*
** All functions have the same upvalue: a table with these entries, and from
** LEC_JSON_KEYS on the strings of the decoder's key cache.
*/
enum {
  LEC_JSON_ARRAY_MT = 1, /* the metatable that decode and array() set */
  LEC_JSON_OWN_MT,       /* ours, which encode accepts as well */
  LEC_JSON_MODULE,       /* extcontacts.core.json itself */
  LEC_JSON_CACHE,        /* userdata: the decoder's key cache */
  LEC_JSON_BUFFER,       /* userdata: the encoder's idle buffer, or false */
  LEC_JSON_KEYS = 8
};
#define LEC_JSON_SHARED lua_upvalueindex(1)

/* Options of both directions; what a function doesn't know it refuses. */
#define LEC_JSON_MAX_DEPTH 128
#define LEC_JSON_DEPTH_CAP 1000

typedef struct lec_json_options {
  int max_depth;
  int max_bytes; /* decode only; 0 is none */
  int sort_keys; /* encode only */
} lec_json_options;

/*
** Reads the options table at `index` (nil: defaults).  `known` lists the
** names this function takes; others raise with that list.  [-0, +0]
*/
void lec_json_read_options(lua_State *L, int index, const char *const *known,
                           lec_json_options *options);

/* Creates the key cache's userdata and its part of the table.  [-0, +1] */
void lec_json_new_cache(lua_State *L);

int lec_json_decode(lua_State *L);
int lec_json_encode(lua_State *L);

/* Whether a Lua number of this VM holds an int64_t exactly. */
#define LEC_HOLDS_INTEGER(value) \
  (EC_LUA_INTEGERS || \
   ((value) <= (int64_t)EC_MAX_EXACT && (value) >= -(int64_t)EC_MAX_EXACT))

/* Registers the type of the numbers kept as text.  [-0, +0] */
void lec_json_open_numbers(lua_State *L);

/* Pushes a number kept as this (valid) text.  [-0, +1] */
void lec_json_push_exact(lua_State *L, const char *text, size_t length);

/* The text of such a number, NULL when the value is none.  [-0, +0] */
const char *lec_json_exact_text(lua_State *L, int index, size_t *length);

/*
** Writes the finite Lua number at `index` as JSON and returns its length; 0
** when it is NaN or infinite.  [-0, +0]
*/
size_t lec_json_write_number(lua_State *L, int index, char *out);

int lec_json_number(lua_State *L);
int lec_json_is_number(lua_State *L);
int lec_json_tonumber(lua_State *L);

#endif
