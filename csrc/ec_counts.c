/*
** A table with open addressing, at most half full.  A slot without a count is
** free.
*/
#include "ec_counts.h"

#include <stdlib.h>

typedef struct slot {
  uint64_t key, count;
} slot;

struct ec_counts {
  slot *slots;
  size_t room, used; /* room: a power of two, or 0 */
};

/* The last steps of splitmix64. */
static uint64_t mix(uint64_t h) {
  h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
  return h ^ (h >> 31);
}

/* FNV-1a, mixed because its low bits are weak. */
uint64_t ec_text_hash(const char *text, size_t length) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  size_t i;
  for (i = 0; i < length; i++)
    h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
  return mix(h);
}

ec_counts *ec_counts_new(void) {
  return calloc(1, sizeof(ec_counts));
}

void ec_counts_free(ec_counts *counts) {
  if (counts != NULL)
    free(counts->slots);
  free(counts);
}

static slot *find(slot *slots, size_t room, uint64_t key) {
  size_t at = (size_t)mix(key) & (room - 1);
  while (slots[at].count != 0 && slots[at].key != key)
    at = (at + 1) & (room - 1);
  return &slots[at];
}

static int grow(ec_counts *counts) {
  size_t room = counts->room > 0 ? counts->room * 2 : 64, i;
  slot *slots = calloc(room, sizeof *slots);
  if (slots == NULL)
    return -1;
  for (i = 0; i < counts->room; i++) {
    if (counts->slots[i].count != 0)
      *find(slots, room, counts->slots[i].key) = counts->slots[i];
  }
  free(counts->slots);
  counts->slots = slots;
  counts->room = room;
  return 0;
}

int ec_counts_add(ec_counts *counts, uint64_t key) {
  slot *found;
  if (counts->used >= counts->room / 2 && grow(counts) != 0)
    return -1;
  found = find(counts->slots, counts->room, key);
  counts->used += found->count == 0;
  found->key = key;
  found->count++;
  return 0;
}

uint64_t ec_counts_of(const ec_counts *counts, uint64_t key) {
  return counts->room > 0 ? find(counts->slots, counts->room, key)->count : 0;
}

uint64_t ec_counts_next(const ec_counts *counts, size_t *at, uint64_t *key) {
  while (*at < counts->room) {
    const slot *next = &counts->slots[(*at)++];
    if (next->count != 0) {
      *key = next->key;
      return next->count;
    }
  }
  return 0;
}
