/*
** Reading and comparing JSON numbers; see ec_json_number.h.
**
** strtod uses the locale's decimal point, so it is only given digits and an
** exponent.
*/
#include "ec_json_number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MANTISSA (UINT64_C(1) << 53)
#define EXACT_POWER 22       /* a double represents 10^22, but not 10^23 */
#define FAR_EXPONENT 1000000 /* out of range for any double */

const double ec_json_powers[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

double ec_json_scale(uint64_t mantissa, int exponent) {
  char text[48];
#if FLT_EVAL_METHOD == 0
  if (mantissa <= EXACT_MANTISSA && exponent >= -EXACT_POWER &&
      exponent <= EXACT_POWER) {
    if (exponent < 0)
      return (double)mantissa / ec_json_powers[-exponent];
    return (double)mantissa * ec_json_powers[exponent];
  }
#endif
  snprintf(text, sizeof text, "%" PRIu64 "e%d", mantissa, exponent);
  return strtod(text, NULL);
}

/* The parts of a valid number's text.  Its value is
** 0.d1d2…dn * 10^magnitude, where d1 and dn are not zero; n is 0 for zero. */
typedef struct parts {
  int negative;
  const char *first; /* d1 */
  const char *last;  /* dn; the decimal point may be between them */
  int64_t count;     /* n */
  int64_t magnitude;
} parts;

/* Larger exponents are not computed exactly. */
#define HUGE_EXPONENT (INT64_MAX / 100)

/* The exponent after the e; it stops growing beyond HUGE_EXPONENT. */
static int64_t read_exponent(const char *at, const char *end) {
  int64_t value = 0;
  int negative = *at == '-';
  if (*at == '-' || *at == '+')
    at++;
  for (; at < end; at++) {
    if (value <= HUGE_EXPONENT)
      value = value * 10 + (*at - '0');
  }
  return negative ? -value : value;
}

static void take_apart(const char *at, const char *end, parts *p) {
  int64_t index = 0; /* of the digit, counted from the first one */
  int64_t first_index = 0;
  int64_t last_index = 0;
  int64_t point = -1; /* digits before the decimal point */
  memset(p, 0, sizeof *p);
  if (*at == '-') {
    p->negative = 1;
    at++;
  }
  for (; at < end && *at != 'e' && *at != 'E'; at++) {
    if (*at == '.') {
      point = index;
      continue;
    }
    if (*at != '0') {
      if (p->first == NULL) {
        p->first = at;
        first_index = index;
      }
      p->last = at;
      last_index = index;
    }
    index++;
  }
  if (point < 0)
    point = index;
  if (p->first == NULL)
    return;
  p->count = last_index - first_index + 1;
  p->magnitude = point - first_index;
  if (at < end)
    p->magnitude += read_exponent(at + 1, end);
}

static void read_real(const char *at, const char *end, ec_json_number *number) {
  parts p;
  uint64_t mantissa = 0;
  const char *digit;
  take_apart(at, end, &p);
  number->kind = EC_JSON_REAL;
  number->real = 0.0;
  if (p.count > EC_JSON_DIGITS || p.magnitude > FAR_EXPONENT ||
      p.magnitude < -FAR_EXPONENT) {
    number->kind = EC_JSON_EXACT;
    return;
  }
  if (p.count > 0) {
    for (digit = p.first; digit <= p.last; digit++) {
      if (*digit != '.')
        mantissa = mantissa * 10 + (uint64_t)(*digit - '0');
    }
    number->real = ec_json_scale(mantissa, (int)(p.magnitude - p.count));
    if (number->real == 0.0 || number->real > DBL_MAX)
      number->kind = EC_JSON_EXACT;
  }
  if (p.negative)
    number->real = -number->real;
}

static const char *skip_digits(const char *at) {
  while (is_digit(*at))
    at++;
  return at;
}

/* The end of a fraction, an exponent or both, where there are any. */
static const char *fraction_end(const char *at, const char **where) {
  const char *digits;
  if (*at == '.') {
    digits = ++at;
    at = skip_digits(at);
    *where = at;
    if (at == digits)
      return NULL;
  }
  if (*at == 'e' || *at == 'E') {
    at++;
    if (*at == '+' || *at == '-')
      at++;
    digits = at;
    at = skip_digits(at);
    *where = at;
    if (at == digits)
      return NULL;
  }
  return at;
}

const char *ec_json_number_end(const char *at, const char **where) {
  const char *digits = at + (*at == '-');
  at = *digits == '0' ? digits + 1 : skip_digits(digits);
  *where = at;
  return at == digits || is_digit(*at) ? NULL : fraction_end(at, where);
}

const char *ec_json_read_number(const char *at, ec_json_number *number,
                                const char **where) {
  const char *start = at;
  const char *digits;
  uint64_t value = 0;
  int negative = *at == '-';
  at += negative;
  digits = at;
  if (*at == '0') {
    at++;
  } else {
    /* may wrap, but is used only if there are at most 19 digits */
    for (; is_digit(*at); at++)
      value = value * 10 + (uint64_t)(*at - '0');
  }
  *where = at;
  if (at == digits || is_digit(*at))
    return NULL;
  if (*at != '.' && *at != 'e' && *at != 'E') {
    uint64_t limit = (uint64_t)INT64_MAX + (uint64_t)negative;
    if (at - digits > 19 || value > limit) {
      number->kind = EC_JSON_EXACT;
    } else if (negative && value == 0) {
      number->kind = EC_JSON_REAL;
      number->real = -0.0;
    } else {
      number->kind = EC_JSON_INTEGER;
      number->integer = negative ? -(int64_t)(value - 1) - 1 : (int64_t)value;
    }
    return at;
  }
  at = fraction_end(at, where);
  if (at == NULL)
    return NULL;
  read_real(start, at, number);
  return at;
}

/* Of the digits beyond these, a double depends only on whether all are 0. */
#define NEAREST_DIGITS 800

double ec_json_nearest(const char *text, size_t length) {
  char buffer[NEAREST_DIGITS + 32];
  parts p;
  int used = 0;
  const char *digit;
  double value = 0.0;
  take_apart(text, text + length, &p);
  if (p.count > 0 && p.magnitude > FAR_EXPONENT) {
    value = HUGE_VAL;
  } else if (p.count > 0 && p.magnitude >= -FAR_EXPONENT) {
    for (digit = p.first; digit <= p.last && used < NEAREST_DIGITS; digit++) {
      if (*digit != '.')
        buffer[used++] = *digit;
    }
    if (p.count > used)
      buffer[used - 1] = '1';
    snprintf(buffer + used, sizeof buffer - (size_t)used, "e%d",
             (int)(p.magnitude - used));
    value = strtod(buffer, NULL);
  }
  return p.negative ? -value : value;
}

/* The next digit of a number's text; '0' after the last. */
static char next_digit(const char **digit, const parts *p) {
  if (*digit <= p->last && **digit == '.')
    ++*digit;
  return *digit <= p->last ? *(*digit)++ : '0';
}

static int compare_magnitudes(const parts *a, const parts *b) {
  const char *in_a = a->first;
  const char *in_b = b->first;
  if (a->magnitude != b->magnitude)
    return a->magnitude < b->magnitude ? -1 : 1;
  while (in_a <= a->last || in_b <= b->last) {
    char from_a = next_digit(&in_a, a);
    char from_b = next_digit(&in_b, b);
    if (from_a != from_b)
      return from_a < from_b ? -1 : 1;
  }
  return 0;
}

/* Orders texts whose exponents are too large to compare: arbitrarily, but
** equal texts are equal. */
static int compare_texts(const char *a, size_t a_length, const char *b,
                         size_t b_length) {
  if (a_length != b_length)
    return a_length < b_length ? -1 : 1;
  return memcmp(a, b, a_length);
}

int ec_json_compare(const char *a, size_t a_length, const char *b,
                    size_t b_length) {
  parts pa, pb;
  int order;
  take_apart(a, a + a_length, &pa);
  take_apart(b, b + b_length, &pb);
  if (pa.count == 0 || pb.count == 0) {
    int sign_a = pa.count == 0 ? 0 : pa.negative ? -1 : 1;
    int sign_b = pb.count == 0 ? 0 : pb.negative ? -1 : 1;
    return (sign_a > sign_b) - (sign_a < sign_b);
  }
  if (pa.negative != pb.negative)
    return pa.negative ? -1 : 1;
  order = compare_magnitudes(&pa, &pb);
  if (order == 0 &&
      (pa.magnitude > HUGE_EXPONENT || pa.magnitude < -HUGE_EXPONENT))
    order = compare_texts(a, a_length, b, b_length);
  return pa.negative ? -order : order;
}
