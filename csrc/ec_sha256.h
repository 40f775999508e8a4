/*
** SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
*/
#ifndef EC_SHA256_H
#define EC_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { EC_SHA256_BLOCK = 64, EC_SHA256_HEX = 64 };

/* Owns no memory; a copy continues independently. */
typedef struct ec_sha256 {
  uint32_t state[8];
  uint64_t length; /* bytes so far */
  unsigned char rest[EC_SHA256_BLOCK];
} ec_sha256;

void ec_sha256_init(ec_sha256 *h);
void ec_sha256_add(ec_sha256 *h, const void *bytes, size_t length);

/* Writes the digest as EC_SHA256_HEX hexadecimal digits, without a NUL.  `h`
** must be initialized before it is used again. */
void ec_sha256_end(ec_sha256 *h, char *out);

#endif
