/*
** json.encode.
*/
#ifndef LEC_JSON_ENCODE_H
#define LEC_JSON_ENCODE_H

#include "ec_compat.h"

int lec_json_encode(lua_State *L);

#endif
