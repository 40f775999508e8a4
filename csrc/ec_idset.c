/*
** A set of UUIDs: 256 tables with open addressing, each of which grows by a
** quarter, so that growing never needs much memory at once.  A slot of zeros
** is free; a flag stands for the nil UUID.
*/
#include "ec_idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 256

typedef struct shard {
  unsigned char *slots; /* room * EC_UUID_SIZE bytes */
  uint32_t room, count;
} shard;

struct ec_idset {
  int has_nil;
  shard shards[SHARDS];
};

static const unsigned char nil_uuid[EC_UUID_SIZE];

ec_idset *ec_idset_new(void) {
  return calloc(1, sizeof(ec_idset));
}

void ec_idset_free(ec_idset *set) {
  size_t i;
  if (set == NULL)
    return;
  for (i = 0; i < SHARDS; i++)
    free(set->shards[i].slots);
  free(set);
}

static int is_nil(const unsigned char *uuid) {
  return memcmp(uuid, nil_uuid, EC_UUID_SIZE) == 0;
}

/* Mixes every bit of the UUID into every bit of the result (the last steps of
** splitmix64). */
static uint64_t hash(const unsigned char *uuid) {
  uint64_t halves[2], h;
  memcpy(halves, uuid, EC_UUID_SIZE);
  h = halves[0] ^ (halves[1] * UINT64_C(0x9e3779b97f4a7c15));
  h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
  return h ^ (h >> 31);
}

/* The slot of the UUID, or the free slot where it belongs. */
static unsigned char *find(const shard *s, uint64_t h,
                           const unsigned char *uuid) {
  uint64_t low = h & UINT64_C(0xffffffff);
  uint32_t at = (uint32_t)((low * s->room) >> 32);
  for (;;) {
    unsigned char *slot = s->slots + (size_t)at * EC_UUID_SIZE;
    if (is_nil(slot) || memcmp(slot, uuid, EC_UUID_SIZE) == 0)
      return slot;
    at = at + 1 == s->room ? 0 : at + 1;
  }
}

static int grow(shard *s) {
  shard larger;
  uint32_t i;
  if (s->room > UINT32_MAX / 2)
    return -1;
  larger.room = s->room + s->room / 4 + 8;
  larger.count = s->count;
  larger.slots = calloc(larger.room, EC_UUID_SIZE);
  if (larger.slots == NULL)
    return -1;
  for (i = 0; i < s->room; i++) {
    const unsigned char *uuid = s->slots + (size_t)i * EC_UUID_SIZE;
    if (!is_nil(uuid))
      memcpy(find(&larger, hash(uuid), uuid), uuid, EC_UUID_SIZE);
  }
  free(s->slots);
  *s = larger;
  return 0;
}

int ec_idset_add(ec_idset *set, const unsigned char *uuid) {
  uint64_t h = hash(uuid);
  shard *s = &set->shards[h >> 56];
  unsigned char *slot;
  if (is_nil(uuid)) {
    int new = !set->has_nil;
    set->has_nil = 1;
    return new;
  }
  /* at most four fifths full, so `find` always meets a free slot */
  if (s->count >= s->room - s->room / 5 && grow(s) != 0)
    return -1;
  slot = find(s, h, uuid);
  if (!is_nil(slot))
    return 0;
  memcpy(slot, uuid, EC_UUID_SIZE);
  s->count++;
  return 1;
}

int ec_idset_has(const ec_idset *set, const unsigned char *uuid) {
  uint64_t h = hash(uuid);
  const shard *s = &set->shards[h >> 56];
  if (is_nil(uuid))
    return set->has_nil;
  return s->room > 0 && !is_nil(find(s, h, uuid));
}

static int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int ec_uuid_read(const char *text, size_t length, unsigned char *uuid) {
  size_t i, at = 0;
  if (length != 36)
    return -1;
  for (i = 0; i < EC_UUID_SIZE; i++) {
    int high, low;
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at++] != '-')
        return -1;
    }
    high = digit(text[at++]);
    low = digit(text[at++]);
    if (high < 0 || low < 0)
      return -1;
    uuid[i] = (unsigned char)(high * 16 + low);
  }
  return 0;
}
