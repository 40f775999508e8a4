/*
** Percent-encoding and path templates; see ec_url.h.
*/
#include "ec_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not isalnum: that depends on the locale. */
static int is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

size_t ec_url_encode(char *out, const char *text, size_t length) {
  static const char digits[] = "0123456789ABCDEF";
  char *start = out;
  size_t i;
  for (i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (is_unreserved(c)) {
      *out++ = (char)c;
    } else {
      *out++ = '%';
      *out++ = digits[c >> 4];
      *out++ = digits[c & 15];
    }
  }
  return (size_t)(out - start);
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

size_t ec_url_decode(char *out, size_t *written, const char *text,
                     size_t length, int plus) {
  char *start = out;
  size_t i = 0;
  *written = 0;
  while (i < length) {
    char c = text[i];
    if (c == '%') {
      int high = length - i > 2 ? hex_value(text[i + 1]) : -1;
      int low = length - i > 2 ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return i + 1;
      c = (char)(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus) {
      c = ' ';
    }
    *out++ = c;
    i++;
  }
  *written = (size_t)(out - start);
  return 0;
}

int ec_url_is_dots(const char *text, size_t length) {
  return length == 0 || (length == 1 && text[0] == '.') ||
         (length == 2 && text[0] == '.' && text[1] == '.');
}

int ec_url_next_piece(const char **at, const char *end, ec_url_piece *piece) {
  const char *p = *at;
  if (p == end)
    return 0;
  piece->is_name = *p == '{';
  p += piece->is_name;
  piece->start = p;
  while (p < end && *p != '{' && *p != '}')
    p++;
  piece->length = (size_t)(p - piece->start);
  if (piece->is_name) {
    if (p == end || *p != '}' || piece->length == 0)
      return -1;
    p++;
  } else if (p < end && *p == '}') {
    return -1;
  }
  *at = p;
  return 1;
}

/* 2^63: smaller integral doubles are written as integers. */
#define INTEGRAL_LIMIT 9223372036854775808.0

size_t ec_url_integer(char *out, long long value) {
  return (size_t)snprintf(out, EC_URL_NUMBER_ROOM, "%lld", value);
}

size_t ec_url_number(char *out, double value) {
  int length = 0;
  int i;
  if (value != value || value - value != 0.0)
    return 0;
  if (value > -INTEGRAL_LIMIT && value < INTEGRAL_LIMIT &&
      (double)(long long)value == value)
    return ec_url_integer(out, (long long)value);
  for (i = 15; i <= 17; i++) {
    length = snprintf(out, EC_URL_NUMBER_ROOM, "%.*g", i, value);
    if (strtod(out, NULL) == value)
      break;
  }
  for (i = 0; i < length; i++) {
    if (strchr("+-.0123456789e", out[i]) == NULL)
      out[i] = '.'; /* it was the locale's decimal point */
  }
  return (size_t)length;
}
