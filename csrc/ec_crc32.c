/*
** CRC-32; see ec_crc32.h.  Eight tables take eight bytes at a time.
*/
#include "ec_crc32.h"

#include <pthread.h>

enum { TABLES = 8 };

static const uint32_t polynomial = 0xedb88320; /* reflected */

static uint32_t tables[TABLES][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* tables[k][b]: the effect of byte `b` with `k` bytes after it */
static void prepare(void) {
  uint32_t byte;
  int bit, k;
  for (byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    tables[0][byte] = crc;
  }
  for (k = 1; k < TABLES; k++) {
    for (byte = 0; byte < 256; byte++) {
      uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8) ^ tables[0][crc & 255];
    }
  }
}

static uint32_t read_word(const unsigned char *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
         (uint32_t)at[3] << 24;
}

static uint32_t add_eight(uint32_t crc, const unsigned char *at) {
  uint32_t low = crc ^ read_word(at);
  uint32_t high = read_word(at + 4);
  return tables[7][low & 255] ^ tables[6][(low >> 8) & 255] ^
         tables[5][(low >> 16) & 255] ^ tables[4][low >> 24] ^
         tables[3][high & 255] ^ tables[2][(high >> 8) & 255] ^
         tables[1][(high >> 16) & 255] ^ tables[0][high >> 24];
}

uint32_t ec_crc32(uint32_t crc, const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  pthread_once(&once, prepare);
  crc = ~crc;
  for (; length >= 8; at += 8, length -= 8)
    crc = add_eight(crc, at);
  for (; length > 0; at++, length--)
    crc = (crc >> 8) ^ tables[0][(crc ^ *at) & 255];
  return ~crc;
}
