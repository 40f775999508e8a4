/*
** Candidate pairs among records: keeps the records' fields and the digests of
** their blocking keys, finds the pairs that share a key, and compares them
** field by field.  A pair that shares several keys is compared once.  Takes
** some 300 bytes per record.
*/
#ifndef EC_MATCHER_H
#define EC_MATCHER_H

#include "ec_levels.h"

#include <stddef.h>
#include <stdint.h>

#define EC_MOST_FIELDS 14
/* Kinds of blocking keys, of which each skipped block is counted. */
#define EC_KEY_KINDS 16
#define EC_MOST_KEYS 48
/* The pairs are visited in so many parts. */
#define EC_PARTS 32

enum { EC_MATCH_OK = 0, EC_MATCH_MEMORY = -1, EC_MATCH_FULL = -2 };

typedef struct ec_matcher ec_matcher;

/* The levels of a pair, of EC_LEVEL_BITS each; the last field's are the lowest
** bits. */
typedef uint64_t ec_pattern;
#define EC_LEVEL_BITS 4

/* NULL if there is no memory. */
ec_matcher *ec_matcher_new(const ec_kind *kinds, size_t count);
void ec_matcher_free(ec_matcher *m);
size_t ec_matcher_fields(const ec_matcher *m);
size_t ec_matcher_count(const ec_matcher *m);

/* The digest of a key of a kind below EC_KEY_KINDS. */
uint32_t ec_key_digest(unsigned kind, const char *text, size_t length);

/* Adds a record; `keys` is sorted and loses repeated digests.  The order of the
** ids, not that in which records are added, decides what depends on an order.
*/
int ec_matcher_add(ec_matcher *m, const ec_field *fields, uint32_t *keys,
                   size_t key_count, ec_field id);

typedef struct ec_skipped {
  uint32_t blocks[EC_KEY_KINDS];
  uint64_t records[EC_KEY_KINDS]; /* one that is in two blocks counts twice */
} ec_skipped;

/* To be called once, after the last record: skips the blocks of more than `cap`
** records, finds common names and shared addresses. */
int ec_matcher_finish(ec_matcher *m, size_t cap, ec_skipped *skipped);

/* The place of a record in the order of the ids, from 0, and the record at a
** place. */
size_t ec_matcher_rank(const ec_matcher *m, size_t index);
size_t ec_matcher_at(const ec_matcher *m, size_t rank);

/* Compares two records by their indexes, from 0. */
ec_pattern ec_matcher_compare(const ec_matcher *m, size_t a, size_t b);

/* Called for each pair of a part; another value than EC_MATCH_OK ends the visit
** and is returned. */
typedef int ec_visit(void *context, size_t a, size_t b, ec_pattern pattern);

int ec_matcher_visit(const ec_matcher *m, unsigned part, ec_visit *visit,
                     void *context);

#endif
