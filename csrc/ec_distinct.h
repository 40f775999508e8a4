/*
** Distinct texts in a bounded space: how many there are, and how many of them
** were added more than once.  Exact up to a number of texts; beyond it, of an
** even part of all texts, chosen by their hashes (Gibbons' distinct sampling).
*/
#ifndef EC_DISTINCT_H
#define EC_DISTINCT_H

#include <stddef.h>
#include <stdint.h>

typedef struct ec_distinct ec_distinct;

typedef struct ec_distinct_totals {
  uint64_t kept;      /* texts that are counted one by one */
  uint64_t repeated;  /* of these: added more than once */
  uint64_t additions; /* how often those were added */
  uint64_t part;      /* 1 if all texts are kept, else one in so many is */
} ec_distinct_totals;

/* `most`: texts to keep.  NULL if there is no memory. */
ec_distinct *ec_distinct_new(uint32_t most);
void ec_distinct_free(ec_distinct *distinct);

/* 0, or -1 if there is no memory. */
int ec_distinct_add(ec_distinct *distinct, const char *text, size_t length);

ec_distinct_totals ec_distinct_read(const ec_distinct *distinct);

#endif
