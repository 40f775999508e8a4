/*
** Writing the bodies of JSON strings; see ec_json_escape.h.
*/
#include "ec_json_escape.h"
#include "ec_json_scan.h"

#include <stdint.h>
#include <string.h>

#define EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether any of 8 bytes is not plain, by the usual zero-in-word arithmetic. */
static int has_special(uint64_t word) {
  uint64_t quote = word ^ EVERY_BYTE(0x22);
  uint64_t backslash = word ^ EVERY_BYTE(0x5C);
  uint64_t below = word - EVERY_BYTE(0x20);
  uint64_t hits =
      (quote - EVERY_BYTE(1)) | (backslash - EVERY_BYTE(1)) | below | word;
  return (hits & EVERY_BYTE(0x80)) != 0;
}

/* Copies the last 1 to 7 bytes of a text if they are plain, as whole words
** that include bytes before them.  `start` is where the text starts, `at` the
** first byte to copy and `out` its place.  0 if it cannot; the caller then
** copies byte by byte. */
static int copy_tail(char *out, const char *start, const char *at,
                     const char *end) {
  uint64_t word;
  uint32_t head, tail;
  ptrdiff_t rest = end - at;
  if (end - start >= 8) {
    memcpy(&word, end - 8, 8);
    if (has_special(word))
      return 0;
    memcpy(out + rest - 8, &word, 8);
    return 1;
  }
  if (rest < 4)
    return 0;
  memcpy(&head, at, 4);
  memcpy(&tail, end - 4, 4);
  if (has_special((uint64_t)head << 32 | tail))
    return 0;
  memcpy(out, &head, 4);
  memcpy(out + rest - 4, &tail, 4);
  return 1;
}

size_t ec_json_copy(char *out, const char *text, size_t length) {
  const char *at = text;
  const char *end = text + length;
  for (;;) {
    while (end - at >= 8) {
      uint64_t word;
      memcpy(&word, at, 8);
      if (has_special(word))
        break;
      memcpy(out, &word, 8);
      out += 8;
      at += 8;
    }
    if (at < end && end - at < 8 && copy_tail(out, text, at, end))
      return length;
    while (at < end && ec_json_class(at) == EC_JSON_PLAIN)
      *out++ = *at++;
    if (at == end || ec_json_class(at) == EC_JSON_SPECIAL)
      break;
    if (ec_json_class(at) == EC_JSON_WIDE) {
      int count = ec_json_utf8(at);
      if (count == 0)
        break;
      memcpy(out, at, (size_t)count);
      out += count;
      at += count;
    }
  }
  return (size_t)(at - text);
}

size_t ec_json_escape(char *out, char special) {
  static const char hex[] = "0123456789abcdef";
  static const char from[] = "\"\\\b\f\n\r\t";
  static const char to[] = "\"\\bfnrt";
  const char *known = special == '\0' ? NULL : strchr(from, special);
  out[0] = '\\';
  if (known != NULL) {
    out[1] = to[known - from];
    return 2;
  }
  memcpy(out + 1, "u00", 3);
  out[4] = hex[((unsigned char)special >> 4) & 15];
  out[5] = hex[(unsigned char)special & 15];
  return 6;
}
