/*
** Parsing the headers of a response; see ec_headers.h.
*/
#include "ec_headers.h"

#include <string.h>

void ec_headers_init(ec_headers *h, size_t cap) {
  memset(h, 0, sizeof *h);
  ec_buf_init(&h->pairs, cap);
  h->cap = cap;
  h->state = EC_HEADERS_START;
}

void ec_headers_renew(ec_headers *h) {
  ec_buf pairs = h->pairs;
  ec_headers_init(h, h->cap);
  h->pairs = pairs;
  ec_buf_clear(&h->pairs);
}

void ec_headers_free(ec_headers *h) {
  ec_buf_free(&h->pairs);
}

static int is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "HTTP/1.1 200 OK", "HTTP/2 200": the status, or 0 */
static int parse_status(const char *line, size_t length) {
  size_t i = 5;
  if (length < 10 || memcmp(line, "HTTP/", 5) != 0)
    return 0;
  while (i < length && line[i] != ' ')
    i++;
  while (i < length && line[i] == ' ')
    i++;
  if (length - i < 3 || line[i] < '1' || line[i] > '9' || line[i + 1] < '0' ||
      line[i + 1] > '9' || line[i + 2] < '0' || line[i + 2] > '9')
    return 0;
  return (line[i] - '0') * 100 + (line[i + 1] - '0') * 10 + (line[i + 2] - '0');
}

static int is_name_byte(unsigned char c) {
  return c > ' ' && c < 127 && c != ':';
}

static int reserve(ec_headers *h, size_t more) {
  switch (ec_buf_reserve(&h->pairs, more)) {
  case EC_BUF_OK:
    return EC_HEADERS_OK;
  case EC_BUF_FULL:
    return EC_HEADERS_FULL;
  default:
    return EC_HEADERS_MEMORY;
  }
}

/* Appends bytes and a NUL; the room has been reserved. */
static void put(ec_headers *h, const char *bytes, size_t length) {
  char *out = h->pairs.data + h->pairs.length;
  memcpy(out, bytes, length);
  out[length] = 0;
  h->pairs.length += length + 1;
}

/* A line that starts with a space continues the value before it. */
static int fold(ec_headers *h, const char *value, size_t length) {
  char *end;
  int rc;
  if (!h->can_fold || length == 0)
    return EC_HEADERS_OK;
  rc = reserve(h, length + 1);
  if (rc != EC_HEADERS_OK)
    return rc;
  end = h->pairs.data + h->pairs.length - 1; /* the value's NUL */
  if (end[-1] == 0)
    h->pairs.length--; /* the value is empty so far */
  else
    *end = ' ';
  put(h, value, length);
  return EC_HEADERS_OK;
}

static int field(ec_headers *h, const char *line, size_t length) {
  size_t name, value, i;
  char *start;
  int rc;
  while (length > 0 && is_space(line[length - 1]))
    length--;
  for (name = 0; name < length && is_name_byte((unsigned char)line[name]);)
    name++;
  value = name > 0 && name < length && line[name] == ':' ? name + 1 : 0;
  while (value < length && is_space(line[value]))
    value++;
  if ((line[0] == ' ' || line[0] == '\t') && memchr(line, 0, length) == NULL)
    return fold(h, line + value, length - value);
  h->can_fold = 0;
  if (name == 0 || name == length || line[name] != ':' ||
      memchr(line, 0, length) != NULL)
    return EC_HEADERS_OK; /* not a header: ignored */
  if (h->count == EC_HEADERS_MOST)
    return EC_HEADERS_FULL;
  rc = reserve(h, name + 1 + (length - value) + 1);
  if (rc != EC_HEADERS_OK)
    return rc;
  start = h->pairs.data + h->pairs.length;
  put(h, line, name);
  for (i = 0; i < name; i++) {
    if (start[i] >= 'A' && start[i] <= 'Z')
      start[i] = (char)(start[i] + ('a' - 'A'));
  }
  put(h, line + value, length - value);
  h->count++;
  h->can_fold = 1;
  return EC_HEADERS_OK;
}

static int is_empty(const char *line, size_t length) {
  return length == 0 || line[0] == '\n' ||
         (line[0] == '\r' && (length == 1 || line[1] == '\n'));
}

int ec_headers_line(ec_headers *h, const char *line, size_t length) {
  int status;
  if (length > h->cap - h->seen)
    return EC_HEADERS_FULL;
  h->seen += length;
  switch (h->state) {
  case EC_HEADERS_START:
    status = parse_status(line, length);
    if (status != 0) {
      h->status = status;
      h->count = 0;
      h->can_fold = 0;
      ec_buf_clear(&h->pairs);
      h->state = EC_HEADERS_FIELDS;
    }
    break;
  case EC_HEADERS_FIELDS:
    if (!is_empty(line, length))
      return field(h, line, length);
    h->state = h->status < 200 ? EC_HEADERS_START : EC_HEADERS_END;
    break;
  case EC_HEADERS_END:
    break;
  }
  return EC_HEADERS_OK;
}

int ec_headers_next(const ec_headers *h, size_t *position, const char **name,
                    const char **value) {
  if (*position >= h->pairs.length)
    return 0;
  *name = h->pairs.data + *position;
  *position += strlen(*name) + 1;
  *value = h->pairs.data + *position;
  *position += strlen(*value) + 1;
  return 1;
}
