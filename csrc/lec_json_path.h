/*
** Paths within a value that is being encoded, and refusals that name them.
*/
#ifndef LEC_JSON_PATH_H
#define LEC_JSON_PATH_H

#include "ec_compat.h"

/* A table being encoded, and the entry of it that is being encoded. */
typedef struct lec_json_frame {
  const struct lec_json_frame *up; /* NULL for the outermost table */
  const void *table;
  int depth;
  int index;       /* the position in an array; 0 in an object */
  const char *key; /* the name in an object; anchored on the stack */
  size_t key_length;
} lec_json_frame;

/* Refuses the value in the frame's entry; NULL: the outermost value.  -1, to be
** returned.  [-0, +2]  message, path */
int lec_json_refuse(lua_State *L, const lec_json_frame *f, const char *why);

/* Refuses the table in the frame's entry for its key at -2; keys of type
** `others` are of the other kind of table.  [-0, +2]  the same */
int lec_json_refuse_key(lua_State *L, const lec_json_frame *f, int others);

#endif
