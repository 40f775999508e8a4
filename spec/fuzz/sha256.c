/*
** Fuzzes SHA-256: the processor's own instructions agree with portable C, and
** a text in pieces with the whole.
** Needs csrc/ec_sha256.c csrc/ec_sha256_blocks.c.
*/
#include "../../csrc/ec_sha256.h"
#include "../../csrc/ec_sha256_blocks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) \
  if (!(what)) \
  __builtin_trap()

enum { BLOCK = EC_SHA256_BLOCK, WORDS = 8 };

static void check_native(const uint8_t *data, size_t size) {
  uint32_t one[WORDS] = {1, 2, 3, 0xffffffff, 5, 6, 7, 8}, two[WORDS];
  ec_sha256_take native = ec_sha256_native();
  size_t count = size / BLOCK;
  /* A copy at the end of its allocation, at any alignment. */
  uint8_t *copy = malloc(size + 1);
  if (native == NULL || copy == NULL) {
    free(copy);
    return;
  }
  memcpy(copy + 1, data, size);
  memcpy(two, one, sizeof two);
  ec_sha256_portable(one, copy + 1 + size - count * BLOCK, count);
  native(two, copy + 1 + size - count * BLOCK, count);
  CHECK(memcmp(one, two, sizeof two) == 0);
  free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ec_sha256 whole, pieces;
  char one[EC_SHA256_HEX], two[EC_SHA256_HEX];
  size_t at = 0;
  check_native(data, size);
  ec_sha256_init(&whole);
  ec_sha256_add(&whole, data, size);
  ec_sha256_end(&whole, one);
  ec_sha256_init(&pieces);
  while (at < size) {
    size_t step = data[at];
    if (step > size - at)
      step = size - at;
    ec_sha256_add(&pieces, data + at, step);
    at += step > 0 ? step : 1;
    if (step == 0)
      ec_sha256_add(&pieces, data + at - 1, 1);
  }
  ec_sha256_end(&pieces, two);
  CHECK(memcmp(one, two, sizeof two) == 0);
  return 0;
}
