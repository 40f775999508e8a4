/*
** Skipping JSON values: they are checked as the decoder would check them, but
** nothing is built.  Names that an object has twice are noticed only on demand.
*/
#ifndef EC_JSON_SKIP_H
#define EC_JSON_SKIP_H

#include "ec_json_names.h"
#include "ec_json_plain.h"

#define EC_JSON_DEEPEST 1000 /* levels that can be skipped */

/* The end of the value at `at`, in a text whose NUL is at `end`, with at most
** `levels` levels of containers.  NULL if it is malformed: *fault then says
** why, and *where points to the first wrong byte.  The names of its fields are
** noted in `names`, unless that is NULL. */
const char *ec_json_skip(const char *at, const char *end, int levels,
                         ec_json_names *names, ec_json_fault *fault,
                         const char **where);

/* The closing quote of the string whose body starts at `at`; see
** ec_json_string_end. */
static inline const char *ec_json_skip_string(const char *at, const char *end,
                                              int *escaped,
                                              ec_json_fault *fault,
                                              const char **where) {
  *escaped = 0;
  at = ec_json_plain_end(at, end);
  return *at == '"' ? at : ec_json_string_end(at, escaped, fault, where);
}

#endif
