/*
** Reading the text of JSON numbers, and comparing such texts by value, in the
** same way whatever the locale.
*/
#ifndef EC_JSON_NUMBER_H
#define EC_JSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define EC_JSON_DIGITS 17 /* distinguish any two doubles */

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

/* mantissa * 10^exponent, correctly rounded */
double ec_json_scale(uint64_t mantissa, int exponent);

/* 10^0 to 10^22, the powers that a double represents exactly */
extern const double ec_json_powers[];

#endif
