/*
** extcontacts.core.type: the metatables of the module's Lua objects.  They are
** in the registry, so that all copies of the module in one Lua state share
** them: after a hot reload, objects of an earlier copy are still in use.
*/
#include "lec_open.h"

/* core.type(name) -> the metatable of that type, whose __name is set */
static int type_of(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  luaL_newmetatable(L, name);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  return 1;
}

int lec_open_type(lua_State *L) {
  lua_pushcfunction(L, type_of);
  return 1;
}
