/*
** Percent-encoding, decoding and path templates as in RFC 3986.  Works on
** memory the caller owns; nothing is allocated.
*/
#ifndef EC_URL_H
#define EC_URL_H

#include <stddef.h>

/* The most bytes that one encoded byte takes. */
#define EC_URL_GROWTH 3

/*
** Encodes everything but A-Z a-z 0-9 - . _ ~ and returns the length written;
** `out` has room for EC_URL_GROWTH * length bytes.
*/
size_t ec_url_encode(char *out, const char *text, size_t length);

/*
** Decodes into `out` (room for length bytes, may be `text` itself) and sets
** *written; with `plus` a '+' is a space.  Returns 0, or the position
** (counted from 1) of a % that two hexadecimal digits don't follow.
*/
size_t ec_url_decode(char *out, size_t *written, const char *text,
                     size_t length, int plus);

/* Whether the text can't be a path segment: empty, "." or "..". */
int ec_url_is_dots(const char *text, size_t length);

/* A piece of a path template: text as it is, or the name in {name}. */
typedef struct ec_url_piece {
  const char *start;
  size_t length;
  int is_name;
} ec_url_piece;

/*
** Takes the next piece off *at, which ends at `end`.  Returns 1 when there
** is one, 0 at the end, -1 for a brace without its partner or an empty name.
*/
int ec_url_next_piece(const char **at, const char *end, ec_url_piece *piece);

/* Room that either writer below may need. */
#define EC_URL_NUMBER_ROOM 40

/*
** Write a number and a NUL, integral ones without a fraction; return the
** length, 0 for NaN and infinities.
*/
size_t ec_url_integer(char *out, long long value);
size_t ec_url_number(char *out, double value);

#endif
