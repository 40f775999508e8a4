/*
** Writing the bodies of JSON strings: copying bytes that need no escape,
** checking UTF-8 on the way, and writing escapes.
*/
#ifndef EC_JSON_ESCAPE_H
#define EC_JSON_ESCAPE_H

#include <stddef.h>

/* Bytes that ec_json_copy may write beyond those it counts. */
#define EC_JSON_COPY_SLACK 8

/* Copies `text`, which has a NUL after its end, up to the first byte that must
** be escaped or is not valid UTF-8, and returns the number of bytes copied.
** `out` needs room for length + EC_JSON_COPY_SLACK bytes. */
size_t ec_json_copy(char *out, const char *text, size_t length);

/* Bytes of the longest escape. */
#define EC_JSON_ESCAPE_ROOM 6

/* Writes the escape of a quote, backslash or control character. */
size_t ec_json_escape(char *out, char special);

#endif
