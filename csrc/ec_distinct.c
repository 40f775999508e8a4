/*
** A table of hashes with open addressing, at most half full.  A slot without a
** count is free.  When `most` hashes are kept, those with one more leading bit
** are dropped: each step keeps half of all texts, whichever came first.
*/
#include "ec_distinct.h"

#include <stdlib.h>

#include "ec_counts.h"

#define FIRST_ROOM 32

struct ec_distinct {
  uint64_t *hashes;
  uint32_t *counts;    /* saturated */
  uint32_t room, used; /* room: a power of two, or 0 */
  uint32_t most;
  unsigned bits; /* leading bits that are 0 in the hashes that are kept */
};

ec_distinct *ec_distinct_new(uint32_t most) {
  ec_distinct *distinct = calloc(1, sizeof *distinct);
  if (distinct != NULL)
    distinct->most = most > 0 ? most : 1;
  return distinct;
}

void ec_distinct_free(ec_distinct *distinct) {
  if (distinct != NULL) {
    free(distinct->hashes);
    free(distinct->counts);
  }
  free(distinct);
}

static int is_kept(uint64_t hash, unsigned bits) {
  return bits == 0 || hash >> (64 - bits) == 0;
}

/* The slot of a hash, or the free slot where it belongs. */
static uint32_t find(const ec_distinct *d, uint64_t hash) {
  uint32_t at = (uint32_t)hash & (d->room - 1);
  while (d->counts[at] != 0 && d->hashes[at] != hash)
    at = (at + 1) & (d->room - 1);
  return at;
}

/* Moves what is kept with `bits` into a table of `room` slots. */
static int rebuild(ec_distinct *d, uint32_t room, unsigned bits) {
  ec_distinct next = *d;
  uint32_t i;
  next.room = room;
  next.used = 0;
  next.bits = bits;
  next.hashes = calloc(room, sizeof *next.hashes);
  next.counts = calloc(room, sizeof *next.counts);
  if (next.hashes == NULL || next.counts == NULL) {
    free(next.hashes);
    free(next.counts);
    return -1;
  }
  for (i = 0; i < d->room; i++) {
    if (d->counts[i] != 0 && is_kept(d->hashes[i], bits)) {
      uint32_t at = find(&next, d->hashes[i]);
      next.hashes[at] = d->hashes[i];
      next.counts[at] = d->counts[i];
      next.used++;
    }
  }
  free(d->hashes);
  free(d->counts);
  *d = next;
  return 0;
}

/* Makes room for one more hash. */
static int make_room(ec_distinct *d) {
  while (d->used >= d->most) {
    if (rebuild(d, d->room, d->bits + 1) != 0)
      return -1;
  }
  if (d->used >= d->room / 2)
    return rebuild(d, d->room > 0 ? d->room * 2 : FIRST_ROOM, d->bits);
  return 0;
}

int ec_distinct_add(ec_distinct *d, const char *text, size_t length) {
  uint64_t hash = ec_text_hash(text, length);
  uint32_t at;
  if (!is_kept(hash, d->bits))
    return 0;
  at = d->room > 0 ? find(d, hash) : 0;
  if (d->room == 0 || d->counts[at] == 0) {
    if (make_room(d) != 0)
      return -1;
    if (!is_kept(hash, d->bits))
      return 0;
    at = find(d, hash);
    d->hashes[at] = hash;
    d->used++;
  }
  if (d->counts[at] < UINT32_MAX)
    d->counts[at]++;
  return 0;
}

ec_distinct_totals ec_distinct_read(const ec_distinct *d) {
  ec_distinct_totals totals = {0, 0, 0, 0};
  uint32_t i;
  totals.kept = d->used;
  totals.part = UINT64_C(1) << d->bits;
  for (i = 0; i < d->room; i++) {
    if (d->counts[i] > 1) {
      totals.repeated++;
      totals.additions += d->counts[i];
    }
  }
  return totals;
}
