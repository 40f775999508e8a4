/*
** The type of running digests.
*/
#ifndef LEC_HASH_H
#define LEC_HASH_H

#include "ec_sha256.h"

/* Name of the userdata's type; each is an ec_sha256. */
#define LEC_HASH "extcontacts.hash"

#endif
