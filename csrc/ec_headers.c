/*
** The headers of an answer: parsed line by line as they arrive.
*/
#include "ec_headers.h"

#include <string.h>

void ec_headers_init(ec_headers *h, size_t cap) {
  ec_buf_init(&h->pairs, cap);
  h->seen = 0;
  h->cap = cap;
  h->status = 0;
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
  if (length < 12 || memcmp(line, "HTTP/", 5) != 0)
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

int ec_headers_line(ec_headers *h, const char *line, size_t length) {
  size_t name, value, i;
  int status, rc;
  char *out;
  if (length > h->cap - h->seen)
    return EC_HEADERS_FULL;
  h->seen += length;
  status = parse_status(line, length);
  if (status != 0) {
    h->status = status;
    ec_buf_clear(&h->pairs);
    return EC_HEADERS_OK;
  }
  for (name = 0; name < length && is_name_byte((unsigned char)line[name]);)
    name++;
  if (name == 0 || name == length || line[name] != ':')
    return EC_HEADERS_OK; /* the empty line, or nothing we understand */
  value = name + 1;
  while (value < length && is_space(line[value]))
    value++;
  while (length > value && is_space(line[length - 1]))
    length--;
  if (memchr(line + value, 0, length - value) != NULL)
    return EC_HEADERS_OK;
  rc = ec_buf_reserve(&h->pairs, name + 1 + (length - value) + 1);
  if (rc != EC_BUF_OK)
    return rc == EC_BUF_FULL ? EC_HEADERS_FULL : EC_HEADERS_MEMORY;
  out = h->pairs.data + h->pairs.length;
  for (i = 0; i < name; i++)
    *out++ = (char)(line[i] >= 'A' && line[i] <= 'Z' ? line[i] + 32 : line[i]);
  *out++ = 0;
  memcpy(out, line + value, length - value);
  out[length - value] = 0;
  h->pairs.length += name + 1 + (length - value) + 1;
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
