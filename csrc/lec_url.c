/*
** extcontacts.core.url (placeholder until its first commit).
*/
#include "lec_util.h"

int lec_open_url(lua_State *L) {
  lua_newtable(L);
  return 1;
}
