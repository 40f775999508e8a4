/*
** SHA-256 (FIPS 180-4) of bytes that come in pieces.
*/
#ifndef EC_SHA256_H
#define EC_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { EC_SHA256_BLOCK = 64, EC_SHA256_HEX = 64 };

/* Holds no memory; a copy goes on by itself. */
typedef struct ec_sha256 {
  uint32_t state[8];
  uint64_t length; /* bytes so far */
  unsigned char rest[EC_SHA256_BLOCK];
} ec_sha256;

void ec_sha256_init(ec_sha256 *h);
void ec_sha256_add(ec_sha256 *h, const void *bytes, size_t length);

/* The digest in hexadecimal; `out` has room for EC_SHA256_HEX bytes.  `h` must
** be initialised again before it is used again. */
void ec_sha256_end(ec_sha256 *h, char *out);

#endif
