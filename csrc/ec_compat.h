/*
** The one place that knows which Lua this is: Lua 5.4 and LuaJIT (5.1)
** offer different names for a few calls; the rest of csrc uses the 5.4 ones.
*/
#ifndef EC_COMPAT_H
#define EC_COMPAT_H

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM >= 503
#define EC_LUA_INTEGERS 1
#else
#define EC_LUA_INTEGERS 0
#define lua_rawlen(L, index) lua_objlen((L), (index))
#define lua_isinteger(L, index) ((void)(L), (void)(index), 0)
#endif

/* The largest integer a double holds together with all smaller ones. */
#define EC_MAX_EXACT 9007199254740992.0

#endif
