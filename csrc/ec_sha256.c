/*
** SHA-256; see ec_sha256.h.
*/
#include "ec_sha256.h"

#include <string.h>

enum { BLOCK = EC_SHA256_BLOCK, LENGTH_AT = 56 };

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t word, int by) {
  return (word >> by) | (word << (32 - by));
}

static uint32_t read_word(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
         (uint32_t)at[3];
}

/* The message schedule of one block. */
static void schedule(uint32_t *words, const unsigned char *block) {
  int i;
  for (i = 0; i < 16; i++)
    words[i] = read_word(block + 4 * i);
  for (i = 16; i < 64; i++) {
    uint32_t a = words[i - 15], b = words[i - 2];
    words[i] = words[i - 16] + words[i - 7] +
               (rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3)) +
               (rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10));
  }
}

/* One round.  The callers rotate the variables instead of moving the values. */
static void mix(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e,
                uint32_t f, uint32_t g, uint32_t *h, uint32_t input) {
  uint32_t one = *h + input + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                 ((e & f) ^ (~e & g));
  uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                 ((a & b) ^ (a & c) ^ (b & c));
  *d += one;
  *h = one + two;
}

static void take_block(uint32_t *state, const unsigned char *block) {
  uint32_t words[64], a = state[0], b = state[1], c = state[2], d = state[3],
                      e = state[4], f = state[5], g = state[6], h = state[7];
  int i;
  schedule(words, block);
  for (i = 0; i < 64; i++)
    words[i] += constants[i];
  for (i = 0; i < 64; i += 8) {
    mix(a, b, c, &d, e, f, g, &h, words[i]);
    mix(h, a, b, &c, d, e, f, &g, words[i + 1]);
    mix(g, h, a, &b, c, d, e, &f, words[i + 2]);
    mix(f, g, h, &a, b, c, d, &e, words[i + 3]);
    mix(e, f, g, &h, a, b, c, &d, words[i + 4]);
    mix(d, e, f, &g, h, a, b, &c, words[i + 5]);
    mix(c, d, e, &f, g, h, a, &b, words[i + 6]);
    mix(b, c, d, &e, f, g, h, &a, words[i + 7]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

void ec_sha256_init(ec_sha256 *h) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                    0xa54ff53a, 0x510e527f, 0x9b05688c,
                                    0x1f83d9ab, 0x5be0cd19};
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
    take_block(h->state, h->rest);
    at += wanted;
    length -= wanted;
  }
  for (; length >= BLOCK; at += BLOCK, length -= BLOCK)
    take_block(h->state, at);
  if (length > 0)
    memcpy(h->rest, at, length);
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
