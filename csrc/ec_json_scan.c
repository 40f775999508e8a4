/*
** Scanning JSON strings; see ec_json_scan.h.
*/
#include "ec_json_scan.h"

#include <string.h>

/* clang-format off */
#define P8 0, 0, 0, 0, 0, 0, 0, 0
#define S8 1, 1, 1, 1, 1, 1, 1, 1
#define W8 2, 2, 2, 2, 2, 2, 2, 2
#define W32 W8, W8, W8, W8

const unsigned char ec_json_classes[256] = {
  S8, S8, S8, S8,                                 /* controls */
  0, 0, 1, 0, 0, 0, 0, 0, P8, P8, P8,             /* quote */
  P8, P8, P8, 0, 0, 0, 0, 1, 0, 0, 0, P8, P8, P8, P8, /* backslash */
  W32, W32, W32, W32,
};
/* clang-format on */

const char *ec_json_fault_message(ec_json_fault fault) {
  switch (fault) {
  case EC_JSON_FINE:
    break;
  case EC_JSON_END:
    return "unexpected end of the text";
  case EC_JSON_BOM:
    return "the text starts with a byte order mark";
  case EC_JSON_VALUE:
    return "expected a value";
  case EC_JSON_TRAILING:
    return "expected the end of the text";
  case EC_JSON_OBJECT:
    return "expected ',' or '}'";
  case EC_JSON_ARRAY:
    return "expected ',' or ']'";
  case EC_JSON_COLON:
    return "expected ':'";
  case EC_JSON_KEY:
    return "expected a field name in double quotes";
  case EC_JSON_CONTROL:
    return "control character in a string (must be escaped)";
  case EC_JSON_ESCAPE:
    return "unknown escape in a string";
  case EC_JSON_HEX:
    return "expected four hexadecimal digits after \\u";
  case EC_JSON_SURROGATE:
    return "lone surrogate in a \\u escape";
  case EC_JSON_UTF8:
    return "invalid UTF-8 in a string";
  case EC_JSON_NUMBER:
    return "malformed number";
  case EC_JSON_DUPLICATE:
    return "the object has this field already";
  case EC_JSON_DEPTH:
    return "nested too deeply (see max_depth)";
  }
  return "no fault";
}

static int is_tail(const unsigned char *byte) {
  return (*byte & 0xC0) == 0x80;
}

int ec_json_utf8(const char *at) {
  const unsigned char *u = (const unsigned char *)at;
  if (u[0] < 0xC2) /* a tail byte, or an overlong pair */
    return 0;
  if (u[0] < 0xE0)
    return is_tail(u + 1) ? 2 : 0;
  if (u[0] < 0xF0) {
    if (!is_tail(u + 1) || !is_tail(u + 2))
      return 0;
    if (u[0] == 0xE0 && u[1] < 0xA0) /* overlong */
      return 0;
    return u[0] == 0xED && u[1] >= 0xA0 ? 0 : 3; /* surrogates */
  }
  if (u[0] > 0xF4 || !is_tail(u + 1) || !is_tail(u + 2) || !is_tail(u + 3))
    return 0;
  if (u[0] == 0xF0 && u[1] < 0x90) /* overlong */
    return 0;
  return u[0] == 0xF4 && u[1] >= 0x90 ? 0 : 4; /* beyond U+10FFFF */
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/* The code unit of four hexadecimal digits; -1 if *where is not one. */
static long hex_unit(const char *at, const char **where) {
  long unit = 0;
  int i;
  for (i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) {
      *where = at + i;
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

#define IS_HIGH(unit) ((unit) >= 0xD800 && (unit) < 0xDC00)
#define IS_LOW(unit) ((unit) >= 0xDC00 && (unit) < 0xE000)

/* The end of the \u escape at `at` (the backslash), or of the surrogate pair
** that starts there. */
static const char *skip_unicode(const char *at, ec_json_fault *fault,
                                const char **where) {
  long low;
  long unit = hex_unit(at + 2, where);
  *fault = EC_JSON_HEX;
  if (unit < 0)
    return NULL;
  if (!IS_HIGH(unit) && !IS_LOW(unit))
    return at + 6;
  if (IS_HIGH(unit) && at[6] == '\\' && at[7] == 'u') {
    low = hex_unit(at + 8, where);
    if (low < 0)
      return NULL;
    if (IS_LOW(low))
      return at + 12;
  }
  *fault = EC_JSON_SURROGATE;
  *where = at;
  return NULL;
}

const char *ec_json_string_end(const char *at, int *escaped,
                               ec_json_fault *fault, const char **where) {
  for (;;) {
    at = ec_json_skip_plain(at);
    if (*at == '"')
      return at;
    if (ec_json_class(at) == EC_JSON_WIDE) {
      int length = ec_json_utf8(at);
      *fault = EC_JSON_UTF8;
      *where = at;
      if (length == 0)
        return NULL;
      at += length;
    } else if (*at != '\\') {
      *fault = EC_JSON_CONTROL;
      *where = at;
      return NULL;
    } else if (at[1] == 'u') {
      *escaped = 1;
      at = skip_unicode(at, fault, where);
      if (at == NULL)
        return NULL;
    } else {
      *escaped = 1;
      *fault = EC_JSON_ESCAPE;
      *where = at + 1;
      if (at[1] == '\0' || strchr("\"\\/bfnrt", at[1]) == NULL)
        return NULL;
      at += 2;
    }
  }
}

static char simple_escape(char c) {
  switch (c) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  default:
    return c;
  }
}

static char *put_utf8(char *out, unsigned long code) {
  if (code < 0x80) {
    *out++ = (char)code;
    return out;
  }
  if (code < 0x800) {
    *out++ = (char)(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      *out++ = (char)(0xE0 | (code >> 12));
    } else {
      *out++ = (char)(0xF0 | (code >> 18));
      *out++ = (char)(0x80 | ((code >> 12) & 0x3F));
    }
    *out++ = (char)(0x80 | ((code >> 6) & 0x3F));
  }
  *out++ = (char)(0x80 | (code & 0x3F));
  return out;
}

size_t ec_json_unescape(char *out, const char *at, const char *end) {
  const char *start = out;
  const char *ignored;
  while (at < end) {
    if (*at != '\\') {
      *out++ = *at++;
    } else if (at[1] != 'u') {
      *out++ = simple_escape(at[1]);
      at += 2;
    } else {
      unsigned long code = (unsigned long)hex_unit(at + 2, &ignored);
      at += 6;
      if (IS_HIGH(code)) {
        unsigned long low = (unsigned long)hex_unit(at + 2, &ignored);
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
      }
      out = put_utf8(out, code);
    }
  }
  return (size_t)(out - start);
}
