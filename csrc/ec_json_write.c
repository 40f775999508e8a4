/*
** Writing JSON numbers; see ec_json_write.h.
**
** printf uses the locale's decimal point, so only the digits are taken from
** its text.
*/
#include "ec_json_write.h"

#include "ec_json_number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t ec_json_write_integer(char *out, int64_t value) {
  char digits[20];
  int count = 0;
  size_t used = 0;
  uint64_t rest = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
  do {
    digits[count++] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0)
    out[used++] = '-';
  while (count > 0)
    out[used++] = digits[--count];
  return used;
}

/* Significant digits without trailing zeros, and the power of the first. */
typedef struct decimal {
  char digits[24];
  int count;
  int power;
} decimal;

/* Reads the digits and the exponent of a text that printf's %e wrote. */
static uint64_t read_decimal(const char *text, decimal *d) {
  uint64_t mantissa = 0;
  int i;
  d->count = 0;
  for (; *text != 'e'; text++) {
    if (*text >= '0' && *text <= '9')
      d->digits[d->count++] = *text;
  }
  d->power = (int)strtol(text + 1, NULL, 10);
  while (d->count > 1 && d->digits[d->count - 1] == '0')
    d->count--;
  for (i = 0; i < d->count; i++)
    mantissa = mantissa * 10 + (uint64_t)(d->digits[i] - '0');
  return mantissa;
}

/* Numbers with few decimals, as most are in records: integer / 10^k. */
static int few_decimals(double value, decimal *d) {
#if FLT_EVAL_METHOD == 0
  int k;
  for (k = 0; k <= 8; k++) {
    double scaled = value * ec_json_powers[k];
    uint64_t whole;
    if (scaled >= 1e15)
      return 0;
    whole = (uint64_t)(scaled + 0.5);
    if ((double)whole / ec_json_powers[k] == value) {
      char reversed[24];
      int count = 0;
      for (; whole != 0; whole /= 10)
        reversed[count++] = (char)('0' + whole % 10);
      d->power = count - 1 - k;
      d->count = 0;
      while (count > 0)
        d->digits[d->count++] = reversed[--count];
      while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
      return 1;
    }
  }
#else
  (void)value;
  (void)d;
#endif
  return 0;
}

/* The shortest digits that read back as this positive double. */
static void shortest(double value, decimal *d) {
  char text[64];
  int precision = value < DBL_MIN ? 1 : 15;
  if (few_decimals(value, d))
    return;
  for (; precision <= EC_JSON_DIGITS; precision++) {
    uint64_t mantissa;
    snprintf(text, sizeof text, "%.*e", precision - 1, value);
    mantissa = read_decimal(text, d);
    if (ec_json_scale(mantissa, d->power - d->count + 1) == value)
      return;
  }
}

/* Writes the digits as 0.00123, 12.3, 1200.0 or 1.23e45. */
static size_t lay_out(char *out, const decimal *d) {
  size_t used = 0;
  int i;
  if (d->power < -5 || d->power > 16) {
    out[used++] = d->digits[0];
    if (d->count > 1) {
      out[used++] = '.';
      memcpy(out + used, d->digits + 1, (size_t)d->count - 1);
      used += (size_t)d->count - 1;
    }
    out[used++] = 'e';
    return used + ec_json_write_integer(out + used, d->power);
  }
  if (d->power < 0) {
    out[used++] = '0';
    out[used++] = '.';
    for (i = -1; i > d->power; i--)
      out[used++] = '0';
    memcpy(out + used, d->digits, (size_t)d->count);
    return used + (size_t)d->count;
  }
  for (i = 0; i < d->count || i <= d->power + 1; i++) {
    if (i == d->power + 1)
      out[used++] = '.';
    out[used++] = i < d->count ? d->digits[i] : '0';
  }
  return used;
}

size_t ec_json_write_real(char *out, double value) {
  decimal d;
  size_t used = 0;
  if (signbit(value)) {
    out[used++] = '-';
    value = -value;
  }
  if (value == 0.0) {
    memcpy(out + used, "0.0", 3);
    return used + 3;
  }
  memset(&d, 0, sizeof d);
  shortest(value, &d);
  return used + lay_out(out + used, &d);
}
