/*
** A set of UUIDs, exact and compact: some 20 to 25 bytes each, so that a scan
** of millions can tell which records it has handed out.
*/
#ifndef EC_IDSET_H
#define EC_IDSET_H

#include <stddef.h>

#define EC_UUID_SIZE 16

typedef struct ec_idset ec_idset;

/* NULL when there is no memory. */
ec_idset *ec_idset_new(void);
void ec_idset_free(ec_idset *set);

/* 1 when it is new, 0 when it was there, -1 when there is no memory. */
int ec_idset_add(ec_idset *set, const unsigned char *uuid);

int ec_idset_has(const ec_idset *set, const unsigned char *uuid);

/* Reads "6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f11", small letters only, so that a
** UUID has one text.  0, or -1 when it is none. */
int ec_uuid_read(const char *text, size_t length, unsigned char *uuid);

#endif
