/*
** Arrays of records; see ec_json_records.h.
*/
#include "ec_json_records.h"

#include "ec_json_line.h"
#include "ec_json_skip.h"

/* What is being read: faults are found again by the decoder, which names
** them. */
typedef struct reader {
  const char *end;
  int levels; /* of the values in a record */
  ec_json_fault fault;
  const char *where;
  ec_json_names names;
} reader;

/* From the name of a field to the end of its value.  `has_id` is set if it is a
** text that can be an id. */
static const char *skip_field(reader *r, const char *at, int *has_id) {
  const char *name = at + 1;
  int escaped;
  size_t length;
  if (*at != '"')
    return NULL;
  at = ec_json_skip_string(name, r->end, &escaped, &r->fault, &r->where);
  if (at == NULL)
    return NULL;
  length = (size_t)(at - name);
  ec_json_names_add(&r->names, 0, name, length, escaped);
  at = ec_json_skip_space(at + 1);
  if (*at != ':')
    return NULL;
  at = ec_json_skip_space(at + 1);
  if (length == 2 && name[0] == 'i' && name[1] == 'd')
    *has_id = at[0] == '"' && at[1] != '"';
  return ec_json_skip(at, r->end, r->levels, &r->names, &r->fault, &r->where);
}

static const char *skip_record(reader *r, const char *at) {
  int has_id = 0;
  r->names.count = 0;
  r->names.unsure = 0;
  if (*at != '{')
    return NULL;
  do {
    at = ec_json_skip_space(at + 1);
    at = skip_field(r, at, &has_id);
    if (at == NULL)
      return NULL;
    at = ec_json_skip_space(at);
  } while (*at == ',');
  return *at == '}' && has_id && !r->names.unsure ? at + 1 : NULL;
}

const char *ec_json_records(const char *at, const char *end, int levels,
                            char *out, size_t *length, int *count) {
  char *start = out;
  reader r;
  r.end = end;
  r.levels = levels - 1;
  *length = 0;
  *count = 0;
  if (levels < 1)
    return NULL;
  at = ec_json_skip_space(at + 1);
  if (*at == ']')
    return at + 1;
  for (;;) {
    const char *record = at;
    at = skip_record(&r, record);
    if (at == NULL)
      return NULL;
    out += ec_json_line(out, record, (size_t)(at - record));
    *out++ = '\n';
    ++*count;
    at = ec_json_skip_space(at);
    if (*at != ',')
      break;
    at = ec_json_skip_space(at + 1);
  }
  *length = (size_t)(out - start);
  return *at == ']' ? at + 1 : NULL;
}
