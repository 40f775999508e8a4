/*
** Fuzzes the parser of response headers with the lines of the input: limits
** hold, pairs are well-formed, and a cap that is not reached changes nothing.
** Needs csrc/ec_headers.c csrc/ec_buf.c.
*/
#include "../../csrc/ec_headers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) \
  if (!(what)) \
  __builtin_trap()

static void check_pairs(const ec_headers *h) {
  size_t position = 0, count = 0;
  const char *name, *value, *c;
  CHECK(h->seen <= h->cap && h->pairs.length <= h->pairs.cap);
  CHECK(h->pairs.length == 0 || h->pairs.data[h->pairs.length - 1] == 0);
  while (ec_headers_next(h, &position, &name, &value)) {
    count++;
    CHECK(*name != 0);
    for (c = name; *c != 0; c++)
      CHECK(*c > ' ' && *c < 127 && *c != ':' && !(*c >= 'A' && *c <= 'Z'));
    CHECK(*value == 0 || strchr(" \t\r\n", *value) == NULL);
    CHECK(*value == 0 || strchr(" \t\r\n", value[strlen(value) - 1]) == NULL);
  }
  CHECK(position == h->pairs.length);
  CHECK(count == h->count && count <= EC_HEADERS_MOST);
  CHECK(h->status == 0 || (h->status >= 100 && h->status <= 999));
}

/* Feeds the lines as libcurl does, each in its own memory. */
static int feed(ec_headers *h, const char *text, size_t size) {
  int rc = EC_HEADERS_OK;
  while (size > 0 && rc == EC_HEADERS_OK) {
    const char *end = memchr(text, '\n', size);
    size_t length = end == NULL ? size : (size_t)(end - text) + 1;
    char *line = malloc(length);
    if (line == NULL)
      break;
    memcpy(line, text, length);
    rc = ec_headers_line(h, line, length);
    free(line);
    check_pairs(h);
    text += length;
    size -= length;
  }
  return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ec_headers roomy, tight;
  size_t cap = size > 0 ? data[0] * (size_t)4 : 0;
  const char *text = (const char *)data;
  int rc;
  ec_headers_init(&roomy, size + 16);
  ec_headers_init(&tight, cap);
  feed(&roomy, text, size);
  rc = feed(&tight, text, size);
  if (rc == EC_HEADERS_OK) {
    CHECK(tight.status == roomy.status);
    CHECK(tight.pairs.length == roomy.pairs.length);
    CHECK(tight.pairs.length == 0 ||
          memcmp(tight.pairs.data, roomy.pairs.data, tight.pairs.length) == 0);
  }
  ec_headers_free(&tight);
  ec_headers_free(&roomy);
  return 0;
}
