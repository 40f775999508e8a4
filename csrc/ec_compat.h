/*
** The one place that knows which Lua this is.  Lua 5.4, 5.3 and LuaJIT (5.1)
** have different names for a few calls; the rest of csrc uses those of 5.4.
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

/* 2^53: a double represents every integer up to this one. */
#define EC_MAX_EXACT 9007199254740992.0

#endif
