/*
** Skipping JSON values; see ec_json_skip.h.
*/
#include "ec_json_skip.h"

#include "ec_json_number.h"

typedef struct skipper {
  const char *end;
  int depth;
  int levels;
  ec_json_fault *fault;
  const char **where;
  ec_json_names *names; /* NULL: not noted */
  /* For each level whether it is an object, a bit each. */
  unsigned char objects[EC_JSON_DEEPEST / 8 + 1];
  /* For each level where the names of its object begin. */
  short firsts[EC_JSON_DEEPEST + 1];
} skipper;

static const char *refuse(skipper *s, ec_json_fault fault, const char *where) {
  *s->fault = fault;
  *s->where = where;
  return NULL;
}

static int in_object(const skipper *s) {
  return s->objects[s->depth / 8] >> (s->depth % 8) & 1;
}

static void enter(skipper *s, int object) {
  unsigned char bit = (unsigned char)(1U << (++s->depth % 8));
  unsigned char *byte = &s->objects[s->depth / 8];
  *byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
  if (s->names != NULL)
    s->firsts[s->depth] = (short)s->names->count;
}

static void leave(skipper *s) {
  if (s->names != NULL)
    s->names->count = s->firsts[s->depth];
  s->depth--;
}

/* From a string's body to the end of the string. */
static inline const char *skip_string(skipper *s, const char *at) {
  int escaped;
  at = ec_json_skip_string(at, s->end, &escaped, s->fault, s->where);
  return at == NULL ? NULL : at + 1;
}

/* From a field's name to where its value starts. */
static inline const char *skip_name(skipper *s, const char *at) {
  const char *name = at + 1;
  int escaped;
  if (*at != '"')
    return refuse(s, EC_JSON_KEY, at);
  at = ec_json_skip_string(name, s->end, &escaped, s->fault, s->where);
  if (at == NULL)
    return NULL;
  if (s->names != NULL)
    ec_json_names_add(s->names, s->firsts[s->depth], name, (size_t)(at - name),
                      escaped);
  at = ec_json_skip_space(at + 1);
  return *at == ':' ? ec_json_skip_space(at + 1) : refuse(s, EC_JSON_COLON, at);
}

static const char *skip_number(skipper *s, const char *at) {
  const char *end = ec_json_number_end(at, s->where);
  return end != NULL ? end : refuse(s, EC_JSON_NUMBER, *s->where);
}

static const char *skip_word(skipper *s, const char *at) {
  if (at[0] == 't' && at[1] == 'r' && at[2] == 'u' && at[3] == 'e')
    return at + 4;
  if (at[0] == 'n' && at[1] == 'u' && at[2] == 'l' && at[3] == 'l')
    return at + 4;
  if (at[0] == 'f' && at[1] == 'a' && at[2] == 'l' && at[3] == 's' &&
      at[4] == 'e')
    return at + 5;
  return refuse(s, EC_JSON_VALUE, at);
}

/* A value that is neither a string nor a container. */
static inline const char *skip_scalar(skipper *s, const char *at) {
  if (*at == '-' || (*at >= '0' && *at <= '9'))
    return skip_number(s, at);
  return skip_word(s, at);
}

/* Enters a container.  To its end if it is empty, otherwise to the start of its
** first value: *first is 1 then. */
static inline const char *skip_start(skipper *s, const char *at, int *first) {
  int object = *at == '{';
  *first = 0;
  if (s->depth == s->levels)
    return refuse(s, EC_JSON_DEPTH, at);
  enter(s, object);
  at = ec_json_skip_space(at + 1);
  if (*at == (object ? '}' : ']')) {
    leave(s);
    return at + 1;
  }
  *first = 1;
  return object ? skip_name(s, at) : at;
}

/* From the end of a value to the start of the next one, or to the end of all:
** s->depth is 0 then. */
static inline const char *skip_to_next(skipper *s, const char *at) {
  while (s->depth > 0) {
    int object = in_object(s);
    at = ec_json_skip_space(at);
    if (*at == ',') {
      at = ec_json_skip_space(at + 1);
      return object ? skip_name(s, at) : at;
    }
    if (*at != (object ? '}' : ']'))
      return refuse(s, object ? EC_JSON_OBJECT : EC_JSON_ARRAY, at);
    leave(s);
    at++;
  }
  return at;
}

const char *ec_json_skip(const char *at, const char *end, int levels,
                         ec_json_names *names, ec_json_fault *fault,
                         const char **where) {
  skipper s;
  s.end = end;
  s.depth = 0;
  s.levels = levels < EC_JSON_DEEPEST ? levels : EC_JSON_DEEPEST;
  s.fault = fault;
  s.where = where;
  s.names = names;
  s.objects[0] = 0;
  do {
    int first = 0;
    if (*at == '"')
      at = skip_string(&s, at + 1);
    else if (*at == '{' || *at == '[')
      at = skip_start(&s, at, &first);
    else
      at = skip_scalar(&s, at);
    if (at != NULL && !first)
      at = skip_to_next(&s, at);
  } while (at != NULL && s.depth > 0);
  return at;
}
