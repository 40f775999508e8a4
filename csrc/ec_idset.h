/*
** A set of UUIDs, exact and compact: 20 to 25 bytes each, so that a scan of
** millions of records can remember which ones it has returned.
*/
#ifndef EC_IDSET_H
#define EC_IDSET_H

#include <stddef.h>

#define EC_UUID_SIZE 16

typedef struct ec_idset ec_idset;

/* NULL if there is no memory. */
ec_idset *ec_idset_new(void);
void ec_idset_free(ec_idset *set);

/* 1 if it is new, 0 if it was in the set, -1 if there is no memory. */
int ec_idset_add(ec_idset *set, const unsigned char *uuid);

int ec_idset_has(const ec_idset *set, const unsigned char *uuid);

/* Reads "6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f11".  0, or -1 for any other text,
** even one that only differs in capital letters: each UUID has one text. */
int ec_uuid_read(const char *text, size_t length, unsigned char *uuid);

#endif
