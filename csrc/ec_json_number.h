/*
** JSON numbers: reading their text, writing a number as text, and comparing
** texts by value.  Nothing here depends on the locale.
*/
#ifndef EC_JSON_NUMBER_H
#define EC_JSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

typedef enum ec_json_kind {
  EC_JSON_INTEGER, /* no fraction or exponent, fits int64_t */
  EC_JSON_REAL,    /* a finite double holds it to 17 significant digits */
  EC_JSON_EXACT    /* only its text holds it */
} ec_json_kind;

typedef struct ec_json_number {
  ec_json_kind kind;
  int64_t integer;
  double real;
} ec_json_number;

/*
** Reads the number at `at` (followed somewhere by a NUL) and returns its
** end; NULL when malformed, *where then points at the culprit.  "-0" is a
** real, as no integer holds it.
*/
const char *ec_json_read_number(const char *at, ec_json_number *number,
                                const char **where);

/* The double nearest to a valid number's text; infinite when too large. */
double ec_json_nearest(const char *text, size_t length);

/* -1, 0 or 1 for the values of two valid numbers' texts, however long. */
int ec_json_compare(const char *a, size_t a_length, const char *b,
                    size_t b_length);

/* Room that either writer below may need. */
#define EC_JSON_NUMBER_ROOM 40

/* Both return the length written; there is no NUL. */
size_t ec_json_write_integer(char *out, int64_t value);

/*
** The shortest text that reads back as this finite double, always with a
** fraction or an exponent so that it stays a real.
*/
size_t ec_json_write_real(char *out, double value);

#endif
