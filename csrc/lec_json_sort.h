/*
** The names of an object in the order of their bytes.
*/
#ifndef LEC_JSON_SORT_H
#define LEC_JSON_SORT_H

#include "lec_json_path.h"

typedef struct lec_json_name {
  const char *text; /* anchored in the table of names */
  size_t length;
  int index; /* in the table of names */
} lec_json_name;

/* Sorts the names of the table at `table`, whose first key and value are on
** the stack.  NULL if a key is not a string, which is refused as part of the
** frame's entry.
** [-2, +2]  table of names, userdata that owns the result; or message, path */
const lec_json_name *lec_json_sort_names(lua_State *L, int table,
                                         const lec_json_frame *f, int *count);

#endif
