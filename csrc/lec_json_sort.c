/*
** Sorting the names of an object.
*/
#include "lec_json_sort.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *one, const void *other) {
  const lec_json_name *a = one;
  const lec_json_name *b = other;
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->text, b->text, shorter);
  if (order != 0)
    return order;
  return a->length < b->length ? -1 : a->length > b->length;
}

const lec_json_name *lec_json_sort_names(lua_State *L, int table,
                                         const lec_json_frame *f, int *count) {
  int names = lua_gettop(L) - 1;
  lec_json_name *sorted;
  int i;
  *count = 0;
  lua_newtable(L);
  lua_insert(L, names); /* names, key, value */
  do {
    if (lua_type(L, -2) != LUA_TSTRING) {
      lec_json_refuse_key(L, f, LUA_TNUMBER);
      return NULL;
    }
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, names, ++*count);
  } while (lua_next(L, table));
  sorted = lua_newuserdata(L, (size_t)*count * sizeof *sorted);
  for (i = 0; i < *count; i++) {
    lua_rawgeti(L, names, i + 1);
    sorted[i].text = lua_tolstring(L, -1, &sorted[i].length);
    sorted[i].index = i + 1;
    lua_pop(L, 1);
  }
  qsort(sorted, (size_t)*count, sizeof *sorted, compare);
  return sorted;
}
