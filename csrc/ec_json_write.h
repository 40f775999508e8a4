/*
** Writing JSON numbers, in the same way whatever the locale.
*/
#ifndef EC_JSON_WRITE_H
#define EC_JSON_WRITE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that either function may write. */
#define EC_JSON_NUMBER_ROOM 40

/* Both return the length written; no NUL is written. */
size_t ec_json_write_integer(char *out, int64_t value);

/* The shortest text that reads back as this finite double, always with a
** fraction or an exponent, so that it stays a real. */
size_t ec_json_write_real(char *out, double value);

#endif
