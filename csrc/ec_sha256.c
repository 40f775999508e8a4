/*
** SHA-256; see ec_sha256.h.
*/
#include "ec_sha256.h"

#include <pthread.h>
#include <string.h>

#include "ec_sha256_blocks.h"

enum { BLOCK = EC_SHA256_BLOCK, LENGTH_AT = 56 };

static ec_sha256_take take_blocks;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void) {
  take_blocks = ec_sha256_native();
  if (take_blocks == NULL)
    take_blocks = ec_sha256_portable;
}

void ec_sha256_init(ec_sha256 *h) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                    0xa54ff53a, 0x510e527f, 0x9b05688c,
                                    0x1f83d9ab, 0x5be0cd19};
  pthread_once(&once, choose);
  memcpy(h->state, start, sizeof start);
  h->length = 0;
}

void ec_sha256_add(ec_sha256 *h, const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  size_t held = (size_t)(h->length % BLOCK);
  h->length += length;
  if (held > 0) {
    size_t wanted = BLOCK - held;
    if (wanted > length)
      wanted = length;
    memcpy(h->rest + held, at, wanted);
    if (held + wanted < BLOCK)
      return;
    take_blocks(h->state, h->rest, 1);
    at += wanted;
    length -= wanted;
  }
  take_blocks(h->state, at, length / BLOCK);
  at += length - length % BLOCK;
  if (length % BLOCK > 0)
    memcpy(h->rest, at, length % BLOCK);
}

/* Padding: a 1 bit, zeros, and the length in bits. */
void ec_sha256_end(ec_sha256 *h, char *out) {
  static const char digits[] = "0123456789abcdef";
  static const unsigned char padding[BLOCK] = {0x80};
  unsigned char bits[8];
  size_t held = (size_t)(h->length % BLOCK);
  int i;
  for (i = 0; i < 8; i++)
    bits[i] = (unsigned char)(h->length * 8 >> (56 - 8 * i));
  ec_sha256_add(h, padding,
                (held < LENGTH_AT ? LENGTH_AT : LENGTH_AT + BLOCK) - held);
  ec_sha256_add(h, bits, sizeof bits);
  for (i = 0; i < EC_SHA256_HEX; i++)
    out[i] = digits[h->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
}
