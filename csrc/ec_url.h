/*
** Percent-encoding, percent-decoding and path templates (RFC 3986), on memory
** that the caller owns; nothing is allocated.
*/
#ifndef EC_URL_H
#define EC_URL_H

#include <stddef.h>

/* The largest number of bytes that encode one byte. */
#define EC_URL_GROWTH 3

/* Encodes all bytes but A-Z a-z 0-9 - . _ ~ and returns the length written;
** `out` has room for EC_URL_GROWTH * length bytes. */
size_t ec_url_encode(char *out, const char *text, size_t length);

/* Decodes into `out` (room for length bytes, may be `text` itself) and sets
** *written; with `plus` a '+' is a space.  0, or the position, counted from 1,
** of a % without two hexadecimal digits. */
size_t ec_url_decode(char *out, size_t *written, const char *text,
                     size_t length, int plus);

/* Whether the text cannot be a path segment: empty, "." or "..". */
int ec_url_is_dots(const char *text, size_t length);

/* A piece of a path template: literal text, or the name in {name}. */
typedef struct ec_url_piece {
  const char *start;
  size_t length;
  int is_name;
} ec_url_piece;

/* Reads the piece at *at and advances it; the template ends at `end`.  1, 0 at
** the end, -1 for an unmatched brace or an empty name. */
int ec_url_next_piece(const char **at, const char *end, ec_url_piece *piece);

/* Bytes that either function below may write. */
#define EC_URL_NUMBER_ROOM 40

/* Write a number and a NUL, without a fraction if it is integral, and return
** the length; 0 for NaN and infinities. */
size_t ec_url_integer(char *out, long long value);
size_t ec_url_number(char *out, double value);

#endif
