/*
** Selections: which fields of a JSON text are decoded.  A tree of names in one
** block of memory, which never changes after it was built.
*/
#ifndef EC_SELECTION_H
#define EC_SELECTION_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The fields that are selected in an object, or in each object of an array.
** NULL in place of a node stands for the whole value. */
typedef struct ec_selection ec_selection;

typedef struct ec_selected_field {
  const char *name;
  size_t length;
  const ec_selection *value;
} ec_selected_field;

struct ec_selection {
  const ec_selected_field *fields;
  int count;
  int others;       /* whether fields without a name here are selected */
  uint64_t lengths; /* of the names: a bit for each, modulo 64 */
  const ec_selection *other; /* what of them */
};

static inline uint64_t ec_selection_length(size_t length) {
  return UINT64_C(1) << (length & 63);
}

/* Whether the field is selected; *value is what of it. */
static inline int ec_selection_has(const ec_selection *s, const char *name,
                                   size_t length, const ec_selection **value) {
  int i, count = s->lengths & ec_selection_length(length) ? s->count : 0;
  for (i = 0; i < count; i++) {
    const ec_selected_field *field = &s->fields[i];
    if (field->length == length && memcmp(field->name, name, length) == 0) {
      *value = field->value;
      return 1;
    }
  }
  *value = s->other;
  return s->others;
}

/* Whether objects lack fields because of the selection. */
static inline int ec_selection_is_partial(const ec_selection *s) {
  return s != NULL && !s->others;
}

#endif
