/*
** Similarity of short texts: Jaro-Winkler, Damerau-Levenshtein, sets of words,
** Soundex.  The texts are arrays of letters (code points); nothing is
** allocated.
*/
#ifndef EC_SIMILARITY_H
#define EC_SIMILARITY_H

#include <stddef.h>
#include <stdint.h>

#define EC_SOUNDEX_SIZE 4

/* The longest texts, in letters, that `ec_jaro_winkler` compares. */
#define EC_JARO_LETTERS 1024

/* Reads at most `room` letters of a text in UTF-8.  A byte that is not part of
** a character counts as a letter of its own.  Returns their number. */
size_t ec_letters(uint32_t *letters, size_t room, const char *text,
                  size_t length);

/* From 0 (nothing in common) to 1 (equal); two empty texts are equal. */
double ec_jaro_winkler(const uint32_t *a, size_t a_count, const uint32_t *b,
                       size_t b_count);

/* Cells that `ec_damerau_levenshtein` needs. */
#define EC_DAMERAU_CELLS(a_count, b_count) \
  (((a_count) + 2) * ((b_count) + 2) + (b_count))

/* The number of insertions, deletions, replacements and transpositions of
** neighbours that turn one text into the other; other edits may follow inside
** a transposition.  The texts have less than 2^15 letters. */
size_t ec_damerau_levenshtein(const uint32_t *a, size_t a_count,
                              const uint32_t *b, size_t b_count,
                              uint16_t *cells);

/* The same, if there are at most `limit` edits; else `limit` + 1, most often
** without comparing letter by letter. */
size_t ec_edits_within(const uint32_t *a, size_t a_count, const uint32_t *b,
                       size_t b_count, size_t limit, uint16_t *cells);

/* Words that both texts have, twice, divided by all their words; words are
** separated by spaces, and a repeated word counts once.  1 for two texts
** without words. */
double ec_word_overlap(const char *a, size_t a_length, const char *b,
                       size_t b_length);

/* The American Soundex code of a text's ASCII letters: a letter and three
** digits.  0, or -1 if the text has no ASCII letter. */
int ec_soundex(char *code, const char *text, size_t length);

#endif
