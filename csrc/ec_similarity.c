/*
** Similarity of short texts.  Time is at most the product of the two lengths.
*/
#include "ec_similarity.h"

#include <string.h>

size_t ec_letters(uint32_t *letters, size_t room, const char *text,
                  size_t length) {
  const unsigned char *at = (const unsigned char *)text;
  const unsigned char *end = at + length;
  size_t count = 0;
  while (at < end && count < room) {
    unsigned lead = *at++;
    size_t more = lead < 0xC0   ? 0
                  : lead < 0xE0 ? 1
                  : lead < 0xF0 ? 2
                  : lead < 0xF8 ? 3
                                : 0;
    uint32_t letter = lead;
    if (more > 0 && (size_t)(end - at) >= more) {
      size_t i;
      letter = lead & (0x3Fu >> more);
      for (i = 0; i < more && (at[i] & 0xC0) == 0x80; i++)
        letter = letter << 6 | (at[i] & 0x3Fu);
      if (i == more)
        at += more;
      else
        letter = lead;
    }
    letters[count++] = letter;
  }
  return count;
}

/* ----------------------------------------------------------- Jaro-Winkler */

/* Winkler's constants: the weight of a common beginning, its longest length,
** and the similarity from which it counts. */
#define PREFIX_WEIGHT 0.1
#define PREFIX_LETTERS 4
#define PREFIX_FROM 0.7

static double jaro(const uint32_t *a, size_t a_count, const uint32_t *b,
                   size_t b_count) {
  unsigned char a_taken[EC_JARO_LETTERS], b_taken[EC_JARO_LETTERS];
  size_t longest = a_count > b_count ? a_count : b_count;
  size_t window = longest / 2 > 0 ? longest / 2 - 1 : 0;
  size_t i, j, common = 0, moved = 0;
  memset(a_taken, 0, a_count);
  memset(b_taken, 0, b_count);
  for (i = 0; i < a_count; i++) {
    size_t first = i > window ? i - window : 0;
    size_t last = i + window + 1 < b_count ? i + window + 1 : b_count;
    for (j = first; j < last; j++) {
      if (!b_taken[j] && a[i] == b[j]) {
        a_taken[i] = b_taken[j] = 1;
        common++;
        break;
      }
    }
  }
  if (common == 0)
    return 0;
  for (i = 0, j = 0; i < a_count; i++) {
    if (!a_taken[i])
      continue;
    while (!b_taken[j])
      j++;
    moved += a[i] != b[j++];
  }
  return ((double)common / (double)a_count + (double)common / (double)b_count +
          (double)(common - moved / 2) / (double)common) /
         3;
}

double ec_jaro_winkler(const uint32_t *a, size_t a_count, const uint32_t *b,
                       size_t b_count) {
  double similarity;
  size_t prefix = 0;
  if (a_count > EC_JARO_LETTERS)
    a_count = EC_JARO_LETTERS;
  if (b_count > EC_JARO_LETTERS)
    b_count = EC_JARO_LETTERS;
  if (a_count == 0 || b_count == 0)
    return a_count == b_count;
  similarity = jaro(a, a_count, b, b_count);
  if (similarity <= PREFIX_FROM)
    return similarity;
  while (prefix < PREFIX_LETTERS && prefix < a_count && prefix < b_count &&
         a[prefix] == b[prefix])
    prefix++;
  return similarity + PREFIX_WEIGHT * (double)prefix * (1 - similarity);
}

/* ---------------------------------------------------- Damerau-Levenshtein */

static uint16_t least(unsigned a, unsigned b) {
  return (uint16_t)(a < b ? a : b);
}

/* Lowrance and Wagner's algorithm.  A letter of `a` matters to transpositions
** only if `b` has it, so the row where it was last seen is kept at the letter's
** first place in `b`. */
size_t ec_damerau_levenshtein(const uint32_t *a, size_t a_count,
                              const uint32_t *b, size_t b_count,
                              uint16_t *cells) {
  size_t width = b_count + 2, i, j;
  uint16_t *seen = cells + (a_count + 2) * width;
  uint16_t infinite = (uint16_t)(a_count + b_count);
#define CELL(row, column) cells[(row)*width + (column)]
  CELL(0, 0) = infinite;
  for (i = 0; i <= a_count; i++) {
    CELL(i + 1, 0) = infinite;
    CELL(i + 1, 1) = (uint16_t)i;
  }
  for (j = 0; j <= b_count; j++) {
    CELL(0, j + 1) = infinite;
    CELL(1, j + 1) = (uint16_t)j;
  }
  memset(seen, 0, b_count * sizeof *seen);
  for (i = 1; i <= a_count; i++) {
    size_t last_column = 0; /* where `b` last had the letter of this row */
    for (j = 1; j <= b_count; j++) {
      size_t place = 0, row, column = last_column;
      uint16_t best;
      while (b[place] != b[j - 1])
        place++;
      row = seen[place];
      best = CELL(i, j);
      if (a[i - 1] == b[j - 1])
        last_column = j;
      else
        best++;
      best = least(best, CELL(i + 1, j) + 1u);
      best = least(best, CELL(i, j + 1) + 1u);
      if (row > 0 && column > 0)
        best = least(best, CELL(row, column) + (unsigned)(i - row - 1) + 1u +
                               (unsigned)(j - column - 1));
      CELL(i + 1, j + 1) = best;
    }
    for (j = 0; j < b_count; j++) {
      if (b[j] == a[i - 1]) {
        seen[j] = (uint16_t)i;
        break;
      }
    }
  }
  return CELL(a_count + 1, b_count + 1);
#undef CELL
}

#define BUCKETS 64

/* Letters that one text has more of than the other, in whichever it is more:
** each takes an edit. */
static size_t least_edits(const uint32_t *a, size_t a_count, const uint32_t *b,
                          size_t b_count) {
  int16_t surplus[BUCKETS] = {0};
  size_t i, more = 0, less = 0;
  for (i = 0; i < a_count; i++)
    surplus[a[i] % BUCKETS]++;
  for (i = 0; i < b_count; i++)
    surplus[b[i] % BUCKETS]--;
  for (i = 0; i < BUCKETS; i++) {
    if (surplus[i] > 0)
      more += (size_t)surplus[i];
    else
      less += (size_t)-surplus[i];
  }
  return more > less ? more : less;
}

size_t ec_edits_within(const uint32_t *a, size_t a_count, const uint32_t *b,
                       size_t b_count, size_t limit, uint16_t *cells) {
  size_t gap = a_count > b_count ? a_count - b_count : b_count - a_count;
  size_t edits;
  if (gap > limit || least_edits(a, a_count, b, b_count) > limit)
    return limit + 1;
  /* what both begin or end with takes no edit */
  while (a_count > 0 && b_count > 0 && a[0] == b[0])
    a++, a_count--, b++, b_count--;
  while (a_count > 0 && b_count > 0 && a[a_count - 1] == b[b_count - 1])
    a_count--, b_count--;
  if (a_count == 0 || b_count == 0)
    edits = a_count + b_count;
  else
    edits = ec_damerau_levenshtein(a, a_count, b, b_count, cells);
  return edits <= limit ? edits : limit + 1;
}

/* ------------------------------------------------------------------ words */

/* The next word from `*at` on; its length, 0 at the end. */
static size_t next_word(const char **at, const char *end, const char **word) {
  while (*at < end && **at == ' ')
    (*at)++;
  *word = *at;
  while (*at < end && **at != ' ')
    (*at)++;
  return (size_t)(*at - *word);
}

static int has_word(const char *text, const char *end, const char *word,
                    size_t length) {
  const char *other;
  size_t other_length;
  while ((other_length = next_word(&text, end, &other)) > 0) {
    if (other_length == length && memcmp(other, word, length) == 0)
      return 1;
  }
  return 0;
}

/* The number of different words, and of those that `other` has. */
static size_t count_words(const char *text, size_t length, const char *other,
                          size_t other_length, size_t *common) {
  const char *at = text, *end = text + length, *word;
  size_t size, count = 0;
  while ((size = next_word(&at, end, &word)) > 0) {
    if (has_word(text, word, word, size))
      continue;
    count++;
    *common += (size_t)has_word(other, other + other_length, word, size);
  }
  return count;
}

double ec_word_overlap(const char *a, size_t a_length, const char *b,
                       size_t b_length) {
  size_t common = 0;
  size_t count = count_words(a, a_length, b, b_length, &common);
  count += count_words(b, b_length, a, a_length, &common);
  return count == 0 ? 1 : (double)common / (double)count;
}

/* ---------------------------------------------------------------- Soundex */

/* Digits by letter; vowels separate equal digits, H and W do not. */
static const char digits[] = "01230120022455012623010202";

int ec_soundex(char *code, const char *text, size_t length) {
  size_t i, count = 0;
  char previous = '0';
  for (i = 0; i < length && count < EC_SOUNDEX_SIZE; i++) {
    unsigned char c = (unsigned char)text[i];
    char digit;
    if (c >= 'a' && c <= 'z')
      c = (unsigned char)(c - 'a' + 'A');
    if (c < 'A' || c > 'Z')
      continue;
    digit = digits[c - 'A'];
    if (count == 0)
      code[count++] = (char)c;
    else if (digit != '0' && digit != previous)
      code[count++] = digit;
    if (c != 'H' && c != 'W')
      previous = digit;
  }
  if (count == 0)
    return -1;
  while (count < EC_SOUNDEX_SIZE)
    code[count++] = '0';
  return 0;
}
