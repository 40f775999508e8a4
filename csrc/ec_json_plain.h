/*
** The plain bytes of a JSON string, 16 at a time where the processor can: SSE2,
** which every x86-64 has, or NEON, which every 64-bit ARM has.  AVX2 would not
** pay: most strings of a record are shorter than 32 bytes.
*/
#ifndef EC_JSON_PLAIN_H
#define EC_JSON_PLAIN_H

#include "ec_json_scan.h"

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#define EC_JSON_WIDE_SCAN 1
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define EC_JSON_WIDE_SCAN 1
#else
#define EC_JSON_WIDE_SCAN 0
#endif

#define EC_JSON_ONES UINT64_C(0x0101010101010101)
#define EC_JSON_HIGHS UINT64_C(0x8080808080808080)

/* Whether one of eight bytes is not plain. */
static inline int ec_json_any_special(uint64_t bytes) {
  uint64_t quote = bytes ^ (EC_JSON_ONES * '"');
  uint64_t backslash = bytes ^ (EC_JSON_ONES * '\\');
  uint64_t found = bytes | (bytes - EC_JSON_ONES * 0x20) |
                   (quote - EC_JSON_ONES) | (backslash - EC_JSON_ONES);
  return (found & EC_JSON_HIGHS) != 0;
}

/* The first byte in [at, end] that is not plain; *end, a NUL, is not. */
static inline const char *ec_json_plain_portable(const char *at,
                                                 const char *end) {
  while (end - at >= 8) {
    uint64_t bytes;
    memcpy(&bytes, at, 8);
    if (ec_json_any_special(bytes))
      break;
    at += 8;
  }
  return ec_json_skip_plain(at);
}

#if defined(__SSE2__)
/* A bit for each of 16 bytes that is not plain. */
static inline unsigned ec_json_special_bits(const char *at) {
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
  /* As signed bytes, those from 0x80 are less than a space, too. */
  __m128i found = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
  found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
  found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return (unsigned)_mm_movemask_epi8(found);
}

static inline const char *ec_json_plain_end(const char *at, const char *end) {
  while (end - at >= 16) {
    unsigned bits = ec_json_special_bits(at);
    if (bits != 0)
      return at + __builtin_ctz(bits);
    at += 16;
  }
  return ec_json_plain_portable(at, end);
}
#elif EC_JSON_WIDE_SCAN
/* Four bits for each of 16 bytes that is not plain. */
static inline uint64_t ec_json_special_bits(const char *at) {
  int8x16_t bytes = vld1q_s8((const int8_t *)at);
  uint8x16_t found = vcltq_s8(bytes, vdupq_n_s8(0x20));
  found = vorrq_u8(found, vceqq_s8(bytes, vdupq_n_s8('"')));
  found = vorrq_u8(found, vceqq_s8(bytes, vdupq_n_s8('\\')));
  return vget_lane_u64(
      vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(found), 4)), 0);
}

static inline const char *ec_json_plain_end(const char *at, const char *end) {
  while (end - at >= 16) {
    uint64_t bits = ec_json_special_bits(at);
    if (bits != 0)
      return at + __builtin_ctzll(bits) / 4;
    at += 16;
  }
  return ec_json_plain_portable(at, end);
}
#else
static inline const char *ec_json_plain_end(const char *at, const char *end) {
  return ec_json_plain_portable(at, end);
}
#endif

#endif
