/*
** JSON texts on one line.
*/
#ifndef EC_JSON_LINE_H
#define EC_JSON_LINE_H

#include <string.h>

/* Copies a valid JSON text without its line breaks, which are never within a
** string, and returns the number of bytes copied, at most `length`. */
static inline size_t ec_json_line(char *out, const char *text, size_t length) {
  size_t at, count = 0;
  if (memchr(text, '\n', length) == NULL &&
      memchr(text, '\r', length) == NULL) {
    memcpy(out, text, length);
    return length;
  }
  for (at = 0; at < length; at++) {
    if (text[at] != '\n' && text[at] != '\r')
      out[count++] = text[at];
  }
  return count;
}

/* Whether a JSON text has an escape \u00..: the only way to write an ASCII
** character other than a quote, a backslash, a slash or a control character
** than as itself. */
static inline int ec_json_has_escape(const char *text, size_t length) {
  const char *end = text + length;
  while ((text = memchr(text, '\\', (size_t)(end - text))) != NULL) {
    if (end - text > 3 && text[1] == 'u' && text[2] == '0' && text[3] == '0')
      return 1;
    text += end - text > 1 ? 2 : 1;
  }
  return 0;
}

#endif
