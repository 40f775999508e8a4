/*
** extcontacts.core.engine (placeholder until its first commit).
*/
#include "lec_util.h"

int lec_open_engine(lua_State *L) {
  lua_newtable(L);
  return 1;
}
