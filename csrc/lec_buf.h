/*
** A byte buffer (ec_buf.h) owned by a userdata, so that a raise can't leak
** it.
*/
#ifndef LEC_BUF_H
#define LEC_BUF_H

#include "ec_buf.h"
#include "lec_util.h"

/* A new buffer without a cap; freed by the collector.  [-0, +1] */
ec_buf *lec_new_buf(lua_State *L);

/* A function's first upvalue, which is such a buffer, emptied: for functions
** that call nothing of the program's.  [-0, +0] */
ec_buf *lec_own_buf(lua_State *L);

/* Room for `more` bytes at the buffer's end; raises.  [-0, +0] */
char *lec_buf_room(lua_State *L, ec_buf *b, size_t more);

/* Raises when there is no memory.  [-0, +0] */
void lec_buf_add(lua_State *L, ec_buf *b, const char *bytes, size_t count);

/* The content as a string; the buffer is empty afterwards, and keeps no more
** memory than a small one has.  [-0, +1] */
void lec_buf_push(lua_State *L, ec_buf *b);

#endif
