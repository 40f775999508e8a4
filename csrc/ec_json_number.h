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
  EC_JSON_REAL,    /* a finite double with all of its (at most 17) digits */
  EC_JSON_EXACT    /* only its text represents it exactly */
} ec_json_kind;

typedef struct ec_json_number {
  ec_json_kind kind;
  int64_t integer;
  double real;
} ec_json_number;

/* Reads the number at `at`, in a text that ends with a NUL, and returns its
** end; NULL if it is malformed: *where then points to the first wrong byte.
** "-0" is a real, as there is no such integer. */
const char *ec_json_read_number(const char *at, ec_json_number *number,
                                const char **where);

/* The end of the number at `at`, as ec_json_read_number returns it, without its
** value. */
const char *ec_json_number_end(const char *at, const char **where);

/* The double nearest to a valid number's text; infinite if it is too large. */
double ec_json_nearest(const char *text, size_t length);

/* -1, 0 or 1: the order of two valid numbers' texts by value, whatever their
** length. */
int ec_json_compare(const char *a, size_t a_length, const char *b,
                    size_t b_length);

/* mantissa * 10^exponent, correctly rounded */
double ec_json_scale(uint64_t mantissa, int exponent);

/* 10^0 to 10^22, the powers that a double represents exactly */
extern const double ec_json_powers[];

#endif
