/*
** SHA-256 of blocks in portable C, and by the SHA extensions of x86-64 in about
** a tenth of the time; see ec_sha256_blocks.h.
*/
#include "ec_sha256_blocks.h"

enum { BLOCK = 64 };

const uint32_t ec_sha256_constants[64] = {
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
    words[i] += ec_sha256_constants[i];
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

void ec_sha256_portable(uint32_t *state, const unsigned char *at,
                        size_t count) {
  for (; count > 0; at += BLOCK, count--)
    take_block(state, at);
}

#if defined(__x86_64__) && defined(__GNUC__)

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

/* Four rounds with four words of the message. */
WITH_SHA static void four_rounds(__m128i *abef, __m128i *cdgh, __m128i words,
                                 int first) {
  __m128i input = _mm_add_epi32(
      words, _mm_loadu_si128(
                 (const __m128i *)(const void *)(ec_sha256_constants + first)));
  *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, input);
  *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(input, 0x0e));
}

/* The four words of the message schedule after sixteen others, the oldest
 * first. */
WITH_SHA static __m128i next_words(__m128i a, __m128i b, __m128i c, __m128i d) {
  __m128i sum =
      _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
  return _mm_sha256msg2_epu32(sum, d);
}

WITH_SHA static __m128i read_words(const unsigned char *at) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)at),
                          swap);
}

/* The instructions want the words of the state in the orders a b e f and c d g
 * h. */
WITH_SHA static void take_blocks_x86(uint32_t *state, const unsigned char *at,
                                     size_t count) {
  __m128i *half = (__m128i *)(void *)state;
  __m128i first = _mm_shuffle_epi32(_mm_loadu_si128(half), 0xb1);
  __m128i second = _mm_shuffle_epi32(_mm_loadu_si128(half + 1), 0x1b);
  __m128i abef = _mm_alignr_epi8(first, second, 8);
  __m128i cdgh = _mm_blend_epi16(second, first, 0xf0);
  for (; count > 0; at += BLOCK, count--) {
    __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i a = read_words(at), b = read_words(at + 16),
            c = read_words(at + 32), d = read_words(at + 48);
    int round;
    four_rounds(&abef, &cdgh, a, 0);
    four_rounds(&abef, &cdgh, b, 4);
    four_rounds(&abef, &cdgh, c, 8);
    four_rounds(&abef, &cdgh, d, 12);
    for (round = 16; round < 64; round += 16) {
      a = next_words(a, b, c, d);
      four_rounds(&abef, &cdgh, a, round);
      b = next_words(b, c, d, a);
      four_rounds(&abef, &cdgh, b, round + 4);
      c = next_words(c, d, a, b);
      four_rounds(&abef, &cdgh, c, round + 8);
      d = next_words(d, a, b, c);
      four_rounds(&abef, &cdgh, d, round + 12);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  first = _mm_shuffle_epi32(abef, 0x1b);
  second = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(half, _mm_blend_epi16(first, second, 0xf0));
  _mm_storeu_si128(half + 1, _mm_alignr_epi8(second, first, 8));
}

enum { LEAF_FEATURES = 1, LEAF_EXTENSIONS = 7 };

ec_sha256_take ec_sha256_native(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(LEAF_FEATURES, &a, &b, &c, &d) || !(c & bit_SSSE3) ||
      !(c & bit_SSE4_1) ||
      !__get_cpuid_count(LEAF_EXTENSIONS, 0, &a, &b, &c, &d) || !(b & bit_SHA))
    return NULL;
  return take_blocks_x86;
}

#else

ec_sha256_take ec_sha256_native(void) {
  return NULL;
}

#endif
