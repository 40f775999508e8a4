/*
** What an engine reuses: libcurl's easy handles, which belong to the thread
** that drives the engine, and transfers with their memory, which belong to
** the thread that submits them.
*/
#ifndef EC_POOL_H
#define EC_POOL_H

#include "ec_list.h"

#define EC_POOL_HANDLES 64
#define EC_POOL_TRANSFERS 64
#define EC_POOL_ROOM ((size_t)2 * 1024 * 1024) /* bytes in all transfers */

typedef struct ec_pool {
  CURL *handles[EC_POOL_HANDLES];
  int handle_count;
  ec_list transfers;
  int transfer_count;
  size_t room; /* bytes in the transfers */
} ec_pool;

/* A used handle, or NULL.  Options set before are still set. */
CURL *ec_pool_take_handle(ec_pool *p);

/* Keeps or frees a handle that is in no multi. */
void ec_pool_keep_handle(ec_pool *p, CURL *easy);
void ec_pool_free_handles(ec_pool *p);

/* A renewed transfer, or NULL. */
ec_transfer *ec_pool_take(ec_pool *p);

/* Renews a transfer and keeps it, or destroys it. */
void ec_pool_keep(ec_pool *p, ec_transfer *t);
void ec_pool_free(ec_pool *p); /* the transfers */

#endif
