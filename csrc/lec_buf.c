/*
** Byte buffers owned by userdata; see lec_buf.h.
*/
#include "lec_buf.h"

#define BUF_TYPE "extcontacts.buffer"

#define LARGEST_IDLE 4096 /* bytes that an empty buffer may keep */

static int buf_gc(lua_State *L) {
  ec_buf_free(lua_touserdata(L, 1));
  return 0;
}

/* [-0, +1]  the buffers' metatable.  It is registered when it is complete: one
** left without __gc, because memory ran out, would never free a buffer. */
static void push_metatable(lua_State *L) {
  luaL_getmetatable(L, BUF_TYPE);
  if (lua_istable(L, -1))
    return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, buf_gc);
  lua_setfield(L, -2, "__gc");
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, BUF_TYPE);
}

ec_buf *lec_new_buf(lua_State *L) {
  ec_buf *b = lua_newuserdata(L, sizeof *b);
  ec_buf_init(b, (size_t)-1);
  push_metatable(L);
  lua_setmetatable(L, -2);
  return b;
}

ec_buf *lec_own_buf(lua_State *L) {
  ec_buf *b = lua_touserdata(L, lua_upvalueindex(1));
  ec_buf_clear(b); /* an error may have left bytes in it */
  return b;
}

char *lec_buf_room(lua_State *L, ec_buf *b, size_t more) {
  if (ec_buf_reserve(b, more) != EC_BUF_OK)
    luaL_error(L, "not enough memory");
  return b->length == 0 ? b->data : b->data + b->length;
}

void lec_buf_add(lua_State *L, ec_buf *b, const char *bytes, size_t count) {
  if (ec_buf_add(b, bytes, count) != EC_BUF_OK)
    luaL_error(L, "not enough memory");
}

void lec_buf_push(lua_State *L, ec_buf *b) {
  lua_pushlstring(L, b->data == NULL ? "" : b->data, b->length);
  if (b->room > LARGEST_IDLE)
    ec_buf_free(b);
  else
    ec_buf_clear(b);
}
