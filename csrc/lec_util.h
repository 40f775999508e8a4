/*
** Small helpers shared by the Lua bindings.
*/
#ifndef LEC_UTIL_H
#define LEC_UTIL_H

#include "ec_compat.h"

/* Registers a userdata type: __name, __index = methods, the metamethods, and
** __metatable = its name, so that scripts cannot reach the metatable.
** [-0, +0] */
void lec_newtype(lua_State *L, const char *name, const luaL_Reg *methods,
                 const luaL_Reg *metamethods);

#endif
