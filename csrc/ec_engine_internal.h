/*
** What ec_engine.c, ec_transfer.c and ec_thread.c know of each other.
*/
#ifndef EC_ENGINE_INTERNAL_H
#define EC_ENGINE_INTERNAL_H

#include "ec_engine.h"
#include "ec_origin.h"
#include "ec_poll.h"

typedef struct ec_list {
  ec_transfer *first, *last;
} ec_list;

#define EC_SPARE_HANDLES 64
#define EC_SPARE_TRANSFERS 64
#define EC_SPARE_ROOM ((size_t)2 * 1024 * 1024) /* bytes of all of them */

struct ec_engine {
  CURLM *multi; /* NULL once closed */
  ec_poll *poll;
  ec_options options;
  double timer;     /* when libcurl wants to be called; below 0 for never */
  long pid;         /* of the process that made it */
  double heard;     /* when a transfer last received something */
  int hears;        /* one has since */
  double suspected; /* when a connection last seemed dead; 0 for never */
  int broken;       /* libcurl won't go on */
  const ec_wake *watched; /* ends a step when rung; NULL for none */
  int references;
  size_t count; /* of the pending */
  ec_list pending;
  ec_list finished;
  /* What need not be made anew: libcurl's handles, of the thread that
  ** drives the engine, and transfers, of the one that makes them. */
  CURL *handles[EC_SPARE_HANDLES];
  int handle_count;
  ec_list spares;
  int spare_count;
  size_t spare_room;
  ec_origins origins; /* of whoever checks the URLs */
};

void ec_list_add(ec_list *list, ec_transfer *t);
void ec_list_remove(ec_list *list, ec_transfer *t);

/* The engine's lists; a started transfer is in exactly one until it is handed
 * out. */
void ec_engine_add(ec_engine *e, ec_transfer *t);
void ec_engine_finish(ec_engine *e, ec_transfer *t);
void ec_engine_forget(ec_engine *e, ec_transfer *t);

/* A handle that has been used, NULL when there is none; and back again, once it
** is in no multi.  What the next request doesn't set is still set. */
CURL *ec_engine_handle(ec_engine *e);
void ec_engine_spare_handle(ec_engine *e, CURL *easy);

/* A transfer that is of no engine and has memory to use, NULL when there is
** none; and back again, to be kept or destroyed. */
ec_transfer *ec_engine_spare(ec_engine *e);
void ec_engine_keep(ec_engine *e, ec_transfer *t);

size_t ec_transfer_room(const ec_transfer *t); /* bytes its buffers have */
void ec_transfer_destroy(ec_transfer *t);

/* libcurl is done with it. */
void ec_transfer_complete(ec_transfer *t, CURLcode code);

/* Ends a pending transfer for a reason of ours. */
void ec_transfer_end(ec_transfer *t, ec_fail why);

#endif
