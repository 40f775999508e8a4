/*
** The options of decode and encode.
*/
#ifndef LEC_JSON_OPTIONS_H
#define LEC_JSON_OPTIONS_H

#include "ec_compat.h"

#include "ec_selection.h"

typedef struct lec_json_options {
  int max_depth;
  int max_bytes; /* decode only; 0 for no limit */
  int sort_keys; /* encode only */
  int whole;     /* encode only: whether partial records are refused */
  /* decode only: what is decoded, NULL for all; it belongs to the options
  ** table */
  const ec_selection *select;
  /* decode only: whether the places of partial objects are noted */
  int places;
  /* decode only: where the value begins, from 1; 0 for the whole text */
  int at;
  /* decode only: name of the field with the elements whose texts are kept, NULL
  ** for none; it belongs to the options table */
  const char *raw;
  /* decode only: whether these texts are kept as lines */
  int lines;
} lec_json_options;

/* Reads the options table at `index` (nil: the defaults).  `known` lists the
** names that this function accepts; another name raises.  [-0, +0] */
void lec_json_read_options(lua_State *L, int index, const char *const *known,
                           lec_json_options *options);

#endif
