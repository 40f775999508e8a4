/*
** json.decode.
*/
#ifndef LEC_JSON_DECODE_H
#define LEC_JSON_DECODE_H

#include "ec_compat.h"

/* Pushes the shared table (lec_json_shared.h) with an empty key cache.
** [-0, +1] */
void lec_json_new_cache(lua_State *L);

int lec_json_decode(lua_State *L);

#endif
