/*
** The state that the JSON functions of one Lua state share: a table, the
** upvalue of each function.
*/
#ifndef LEC_JSON_SHARED_H
#define LEC_JSON_SHARED_H

#include "ec_compat.h"

/* Its entries; from LEC_JSON_KEYS on the strings of the decoder's key cache */
enum {
  LEC_JSON_ARRAY_MT = 1, /* the metatable that decode and array() set */
  LEC_JSON_OWN_MT,       /* our own metatable, which encode accepts as well */
  LEC_JSON_MARKS,        /* every array metatable of this Lua state -> true */
  LEC_JSON_MODULE,       /* extcontacts.core.json itself */
  LEC_JSON_CACHE,        /* userdata: the decoder's key cache */
  LEC_JSON_BUFFER,       /* userdata: the encoder's idle buffer, or false */
  LEC_JSON_PARTIAL_MT,   /* the metatable of objects that lack fields */
  LEC_JSON_KEYS = 8
};
#define LEC_JSON_SHARED lua_upvalueindex(1)

/* Whether the table of marks at `marks` has the metatable at `mt`.
** [-0, +0] */
static inline int lec_json_is_mark(lua_State *L, int marks, int mt) {
  int found;
  lua_pushvalue(L, mt);
  lua_rawget(L, marks);
  found = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return found;
}

#endif
