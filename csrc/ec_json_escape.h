/*
** Writing the bodies of JSON strings: copying what stands for itself,
** checking UTF-8 on the way, and the escapes for the rest.
*/
#ifndef EC_JSON_ESCAPE_H
#define EC_JSON_ESCAPE_H

#include <stddef.h>

/* Bytes that ec_json_copy may write beyond what it reports. */
#define EC_JSON_COPY_SLACK 8

/*
** Copies from `text` (a NUL after its end) until a byte that has to be
** escaped or isn't valid UTF-8 and returns the number of bytes copied.  `out`
** needs room for length + EC_JSON_COPY_SLACK bytes.
*/
size_t ec_json_copy(char *out, const char *text, size_t length);

/* Room for any escape. */
#define EC_JSON_ESCAPE_ROOM 6

/* Writes the escape of a quote, backslash or control character. */
size_t ec_json_escape(char *out, char special);

#endif
