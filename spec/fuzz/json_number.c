/*
** Fuzzes JSON numbers, two texts separated by a line end: they compare by
** value, and a written number reads back to the last bit.
** Needs csrc/ec_json_number.c csrc/ec_json_write.c.
*/
#include "../../csrc/ec_json_number.h"
#include "../../csrc/ec_json_write.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) ((what) ? (void)0 : __builtin_trap())

/* Reads the number; whether the text is one. */
static int read_all(const char *text, ec_json_number *number) {
  const char *where = NULL;
  const char *end = ec_json_read_number(text, number, &where);
  CHECK(end != NULL || (where >= text && where <= text + strlen(text)));
  return end != NULL && *end == '\0';
}

static void check_written(const char *text, const ec_json_number *number) {
  char written[EC_JSON_NUMBER_ROOM + 1];
  ec_json_number again;
  double nearest = ec_json_nearest(text, strlen(text));
  size_t length;
  if (number->kind == EC_JSON_EXACT)
    return;
  if (number->kind == EC_JSON_INTEGER) {
    CHECK(nearest == (double)number->integer);
    length = ec_json_write_integer(written, number->integer);
  } else {
    CHECK(isfinite(number->real));
    CHECK(memcmp(&nearest, &number->real, sizeof nearest) == 0);
    length = ec_json_write_real(written, number->real);
  }
  CHECK(length <= EC_JSON_NUMBER_ROOM);
  written[length] = '\0';
  CHECK(read_all(written, &again) && again.kind == number->kind);
  if (number->kind == EC_JSON_INTEGER)
    CHECK(again.integer == number->integer);
  else
    CHECK(memcmp(&again.real, &number->real, sizeof again.real) == 0);
}

static int sign(int order) {
  return (order > 0) - (order < 0);
}

static void check_order(const char *a, const char *b) {
  size_t a_length = strlen(a);
  size_t b_length = strlen(b);
  int order = ec_json_compare(a, a_length, b, b_length);
  double near_a = ec_json_nearest(a, a_length);
  double near_b = ec_json_nearest(b, b_length);
  CHECK(ec_json_compare(a, a_length, a, a_length) == 0);
  CHECK(sign(order) == -sign(ec_json_compare(b, b_length, a, a_length)));
  if (order < 0)
    CHECK(near_a <= near_b);
  else if (order > 0)
    CHECK(near_a >= near_b);
  else
    CHECK(near_a == near_b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *a = malloc(size + 1);
  ec_json_number first, second;
  if (a != NULL) {
    char *b;
    if (size > 0)
      memcpy(a, data, size);
    a[size] = '\0';
    b = strchr(a, '\n');
    if (b != NULL)
      *b++ = '\0';
    if (read_all(a, &first)) {
      check_written(a, &first);
      if (b != NULL && read_all(b, &second))
        check_order(a, b);
    }
  }
  free(a);
  return 0;
}
