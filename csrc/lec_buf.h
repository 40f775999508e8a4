/*
** Byte buffers (ec_buf.h) owned by userdata, so that an error cannot leak
** them.
*/
#ifndef LEC_BUF_H
#define LEC_BUF_H

#include "ec_buf.h"
#include "lec_util.h"

/* A new buffer without a cap, freed by the collector.  [-0, +1] */
ec_buf *lec_new_buf(lua_State *L);

/* The running function's first upvalue, which is such a buffer, emptied.  Only
** for functions that never call back into Lua.  [-0, +0] */
ec_buf *lec_own_buf(lua_State *L);

/* Where to write `more` bytes at the end; raises if there is no memory.
** [-0, +0] */
char *lec_buf_room(lua_State *L, ec_buf *b, size_t more);

/* Appends bytes; raises if there is no memory.  [-0, +0] */
void lec_buf_add(lua_State *L, ec_buf *b, const char *bytes, size_t count);

/* Pushes the content as a string and empties the buffer, which keeps at most
** 4 KiB.  [-0, +1] */
void lec_buf_push(lua_State *L, ec_buf *b);

#endif
