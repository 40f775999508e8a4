/*
** Small helpers shared by the Lua bindings.
*/
#ifndef LEC_UTIL_H
#define LEC_UTIL_H

#include "ec_compat.h"

/*
** Registers a userdata type: __name, __index = methods, the metamethods, and
** __metatable = its name so that scripts can't reach it.  [-0, +0]
*/
void lec_newtype(lua_State *L, const char *name, const luaL_Reg *methods,
                 const luaL_Reg *metamethods);

/* Openers of the sub-libraries of extcontacts.core.  Each [-0, +1] (table) */
int lec_open_json(lua_State *L);
int lec_open_url(lua_State *L);
int lec_open_engine(lua_State *L);
int lec_open_signal(lua_State *L);
int lec_open_file(lua_State *L);
int lec_open_hash(lua_State *L);
int lec_open_idset(lua_State *L);
int lec_open_poll(lua_State *L);

#endif
