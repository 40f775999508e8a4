/*
** Counts by 64-bit keys, such as the hashes of texts.
*/
#ifndef EC_COUNTS_H
#define EC_COUNTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ec_counts ec_counts;

uint64_t ec_text_hash(const char *text, size_t length);

/* NULL if there is no memory. */
ec_counts *ec_counts_new(void);
void ec_counts_free(ec_counts *counts);

/* Adds 1 to the count of a key.  0, or -1 if there is no memory. */
int ec_counts_add(ec_counts *counts, uint64_t key);

/* 0 for a key that was never added. */
uint64_t ec_counts_of(const ec_counts *counts, uint64_t key);

/* The next key from `*at` on, which begins as 0; its count, 0 at the end. */
uint64_t ec_counts_next(const ec_counts *counts, size_t *at, uint64_t *key);

#endif
