/*
** CRC-32 (ISO-HDLC, as in zlib and gzip) of bytes that arrive in pieces.
*/
#ifndef EC_CRC32_H
#define EC_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what `crc` covers, followed by these bytes; 0 covers
** nothing. */
uint32_t ec_crc32(uint32_t crc, const void *bytes, size_t length);

#endif
