/*
** Fuzzes the URL codec: decoding reverses encoding, decoding in place gives the
** same result, and templates end.  Needs csrc/ec_url.c.
*/
#include "../../csrc/ec_url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) \
  if (!(what)) \
  __builtin_trap()

/* Encoded text has no reserved characters and decodes to the original. */
static void check_round_trip(const char *text, size_t size) {
  char *encoded = malloc(size * EC_URL_GROWTH + 1);
  char *decoded = malloc(size * EC_URL_GROWTH + 1);
  size_t i, length, written;
  if (encoded != NULL && decoded != NULL) {
    length = ec_url_encode(encoded, text, size);
    CHECK(length >= size && length <= size * EC_URL_GROWTH);
    for (i = 0; i < length; i++)
      CHECK(encoded[i] > ' ' && strchr("/?#&=+;,:", encoded[i]) == NULL);
    CHECK(ec_url_decode(decoded, &written, encoded, length, 1) == 0);
    CHECK(written == size && memcmp(decoded, text, size) == 0);
  }
  free(decoded);
  free(encoded);
}

static void check_decode(const char *text, size_t size, int plus) {
  char *apart = malloc(size + 1);
  char *in_place = malloc(size + 1);
  size_t first, second, position;
  if (apart != NULL && in_place != NULL) {
    memcpy(in_place, text, size);
    position = ec_url_decode(apart, &first, text, size, plus);
    CHECK(position <= size);
    CHECK(position == 0 || text[position - 1] == '%');
    CHECK(ec_url_decode(in_place, &second, in_place, size, plus) == position);
    CHECK(first == second && first <= size);
    CHECK(memcmp(apart, in_place, first) == 0);
  }
  free(in_place);
  free(apart);
}

/* The pieces with their braces add up to the template. */
static void check_template(const char *text, size_t size) {
  const char *at = text;
  const char *end = text + size;
  const char *before = at;
  ec_url_piece piece;
  int more;
  while ((more = ec_url_next_piece(&at, end, &piece)) > 0) {
    CHECK(piece.length > 0);
    CHECK(piece.start == before + piece.is_name);
    CHECK(at == piece.start + piece.length + piece.is_name);
    CHECK(memchr(piece.start, '{', piece.length) == NULL);
    CHECK(memchr(piece.start, '}', piece.length) == NULL);
    before = at;
  }
  CHECK(more < 0 || at == end);
}

static void check_number(const char *text, size_t size) {
  char out[EC_URL_NUMBER_ROOM];
  double value;
  size_t length;
  if (size < sizeof value)
    return;
  memcpy(&value, text, sizeof value);
  length = ec_url_number(out, value);
  CHECK(length < sizeof out);
  if (length > 0)
    CHECK(strlen(out) == length && strtod(out, NULL) == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (text == NULL)
    return 0;
  memcpy(text, data, size);
  check_round_trip(text, size);
  check_decode(text, size, 0);
  check_decode(text, size, 1);
  check_template(text, size);
  check_number(text, size);
  free(text);
  return 0;
}
