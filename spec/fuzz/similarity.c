/*
** Fuzzes the comparison of texts and fields: no read outside, and the same
** result in both orders.
** Needs csrc/ec_similarity.c csrc/ec_levels.c.
*/
#include "../../csrc/ec_levels.h"
#include "../../csrc/ec_similarity.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) \
  if (!(what)) \
  __builtin_trap()

enum { MOST = 96 };

static ec_sharing nobody(const void *context, const char *item, size_t length) {
  (void)context;
  return length > 0 && item[0] == 'x' ? EC_PUBLIC : EC_PERSONAL;
}

/* A copy without a byte behind it, so that the sanitizer sees a read too far.
 */
static ec_field copied(const uint8_t *data, size_t size) {
  char *text = malloc(size);
  ec_field field = {text, text != NULL ? size : 0};
  if (text != NULL && size > 0)
    memcpy(text, data, size);
  return field;
}

static void check_letters(ec_field a, ec_field b) {
  uint32_t x[MOST], y[MOST];
  uint16_t cells[EC_DAMERAU_CELLS(MOST, MOST)];
  size_t m = ec_letters(x, MOST, a.text, a.length);
  size_t n = ec_letters(y, MOST, b.text, b.length);
  size_t longer = m > n ? m : n;
  size_t edits = ec_damerau_levenshtein(x, m, y, n, cells);
  double alike = ec_jaro_winkler(x, m, y, n);
  char code[EC_SOUNDEX_SIZE];
  CHECK(m <= a.length && n <= b.length);
  CHECK(edits <= longer && edits >= longer - (m < n ? m : n));
  CHECK(edits == ec_damerau_levenshtein(y, n, x, m, cells));
  for (size_t limit = 0; limit < 4; limit++)
    CHECK(ec_edits_within(x, m, y, n, limit, cells) ==
          (edits <= limit ? edits : limit + 1));
  CHECK(alike >= 0 && alike <= 1.0000001);
  CHECK((edits == 0) == (m == n && memcmp(x, y, m * sizeof *x) == 0));
  CHECK(ec_word_overlap(a.text, a.length, b.text, b.length) <= 1);
  (void)ec_soundex(code, a.text, a.length);
}

static void check_levels(ec_field a, ec_field b) {
  unsigned kind;
  for (kind = EC_MIDDLE; kind < EC_KINDS; kind++) {
    unsigned one = ec_level((ec_kind)kind, a, b, nobody, NULL);
    CHECK(one <= EC_HIGHEST_LEVEL);
    CHECK(a.length > 0 || one == 0 || kind == EC_SUFFIX || b.length == 0);
  }
  CHECK(ec_given_level(a, b, 0, 0) <= EC_HIGHEST_LEVEL);
  CHECK(ec_family_level(a, b, EC_IS_COMMON, EC_IS_COMMON) <= EC_HIGHEST_LEVEL);
  (void)ec_is_swapped(a, b, b, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
  size_t first = cut != NULL ? (size_t)(cut - data) : size / 2;
  size_t from = cut != NULL ? first + 1 : first;
  ec_field a, b;
  if (size > 2000)
    return 0;
  a = copied(data, first);
  b = copied(data + from, size - from);
  check_letters(a, b);
  check_levels(a, b);
  free((void *)(uintptr_t)a.text);
  free((void *)(uintptr_t)b.text);
  return 0;
}
