/*
** Scanning JSON strings: where a string ends, whether it is well-formed
** (escapes, surrogate pairs, UTF-8), and its text without the escapes.
**
** Every function relies on a NUL byte after the text, as Lua strings have: it
** stops each scan, so no function compares with a bound.
*/
#ifndef EC_JSON_SCAN_H
#define EC_JSON_SCAN_H

#include <stddef.h>

/* Why a text was refused.  The messages never contain a byte of the text. */
typedef enum ec_json_fault {
  EC_JSON_FINE,
  EC_JSON_END,
  EC_JSON_BOM,
  EC_JSON_VALUE,
  EC_JSON_TRAILING,
  EC_JSON_OBJECT,
  EC_JSON_ARRAY,
  EC_JSON_COLON,
  EC_JSON_KEY,
  EC_JSON_CONTROL,
  EC_JSON_ESCAPE,
  EC_JSON_HEX,
  EC_JSON_SURROGATE,
  EC_JSON_UTF8,
  EC_JSON_NUMBER,
  EC_JSON_DUPLICATE,
  EC_JSON_DEPTH
} ec_json_fault;

const char *ec_json_fault_message(ec_json_fault fault);

/* Kinds of bytes inside a string. */
enum {
  EC_JSON_PLAIN,   /* needs no escape */
  EC_JSON_SPECIAL, /* quote, backslash or control character */
  EC_JSON_WIDE     /* part of a UTF-8 sequence */
};
extern const unsigned char ec_json_classes[256];

static inline int ec_json_class(const char *at) {
  return ec_json_classes[(unsigned char)*at];
}

/* The first byte at or after `at` that is not plain. */
static inline const char *ec_json_skip_plain(const char *at) {
  while (ec_json_class(at) == EC_JSON_PLAIN)
    at++;
  return at;
}

/* The first byte at or after `at` that is not white space. */
static inline const char *ec_json_skip_space(const char *at) {
  while ((unsigned char)*at <= ' ' &&
         (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    at++;
  return at;
}

/* Length of the UTF-8 sequence (2 to 4 bytes) at `at`; 0 if it is invalid. */
int ec_json_utf8(const char *at);

/* The closing quote of the string whose body continues at `at`.  NULL if it
** is not well-formed: *fault then says why, and *where points to the first
** wrong byte.  Sets *escaped if the string has an escape. */
const char *ec_json_string_end(const char *at, int *escaped,
                               ec_json_fault *fault, const char **where);

/* Decodes the escapes of a well-formed string body and returns the length of
** the text, at most end - at. */
size_t ec_json_unescape(char *out, const char *at, const char *end);

#endif
