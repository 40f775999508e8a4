/*
** The inner part of SHA-256: what whole blocks do to its state.
*/
#ifndef EC_SHA256_BLOCKS_H
#define EC_SHA256_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

/* Takes `count` blocks of 64 bytes into the eight words of `state`. */
typedef void (*ec_sha256_take)(uint32_t *state, const unsigned char *at,
                               size_t count);

extern const uint32_t ec_sha256_constants[64];

/* For any processor. */
void ec_sha256_portable(uint32_t *state, const unsigned char *at, size_t count);

/* With the processor's own instructions; NULL if it has none that we use. */
ec_sha256_take ec_sha256_native(void);

#endif
