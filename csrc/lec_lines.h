/*
** Lines as userdata: those of a page, which never become Lua strings.
*/
#ifndef LEC_LINES_H
#define LEC_LINES_H

#include "lec_buf.h"

/* Lines that each end with a line feed, freed by the collector or before. */
typedef struct lec_lines {
  ec_buf text;
  int count;
  int released;
} lec_lines;

/* New ones, without a line.  [-0, +1] */
lec_lines *lec_new_lines(lua_State *L);

/* The bytes of the text or the lines at `index`; raises for anything else.
** [-0, +0] */
const char *lec_check_bytes(lua_State *L, int index, size_t *length);

#endif
