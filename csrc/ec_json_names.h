/*
** The names of the fields of open objects, as hashes: whether an object may
** have a name twice.  Names that are kept or skipped are noted alike.
*/
#ifndef EC_JSON_NAMES_H
#define EC_JSON_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EC_JSON_NAMES 512 /* of all open objects together */

/* Only `count` and `unsure` need to be initialised. */
typedef struct ec_json_names {
  int count;
  int unsure; /* whether a name may occur twice: only the names themselves say
               */
  uint64_t hashes[EC_JSON_NAMES];
} ec_json_names;

static inline uint64_t ec_json_name_hash(const char *at, size_t length) {
  uint64_t hash = length;
  uint64_t part;
  for (; length >= 8; at += 8, length -= 8) {
    memcpy(&part, at, 8);
    hash = (hash ^ part) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
  }
  part = 0;
  for (; length > 0; at++, length--)
    part = part << 8 | (unsigned char)*at;
  hash = (hash ^ part) * UINT64_C(0xD6E8FEB86659FD93);
  return hash ^ hash >> 32;
}

/* Notes a name of the object whose names begin at `first`.  Names with escapes
** can be written in several ways. */
static inline void ec_json_names_add(ec_json_names *names, int first,
                                     const char *at, size_t length,
                                     int escaped) {
  uint64_t hash = ec_json_name_hash(at, length);
  int i, found = escaped || names->count == EC_JSON_NAMES;
  for (i = first; i < names->count; i++)
    found |= names->hashes[i] == hash;
  if (found)
    names->unsure = 1;
  else
    names->hashes[names->count++] = hash;
}

#endif
