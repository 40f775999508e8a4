/*
** The engine's state, for the files that drive it: ec_callbacks.c, ec_setup.c,
** ec_outcome.c, ec_exchange.c, ec_engine.c and its drivers.
*/
#ifndef EC_ENGINE_STATE_H
#define EC_ENGINE_STATE_H

#include "ec_liveness.h"
#include "ec_poll.h"
#include "ec_pool.h"
#include "ec_process.h"
#include "ec_wake.h"

struct ec_engine {
  ec_options options;
  CURLM *multi; /* NULL once closed */
  ec_poll *poll;
  double timer;           /* when libcurl must be called; below 0 for never */
  double next_expiry;     /* when ec_exchange_expire has work at the earliest */
  ec_transfer *unstepped; /* the first pending one that has had no step */
  long pid;               /* of the process that created the engine */
  int broken;             /* libcurl cannot continue */
  int references;
  ec_liveness liveness;
  const ec_wake *watched; /* ends a step when rung; NULL for none */
  ec_list pending;
  ec_list finished;
  size_t pending_count;
  ec_pool pool;
  ec_origins origins; /* belong to the thread that submits */
};

/* Whether this process created the engine: not so in a forked child. */
static inline int ec_engine_is_here(const ec_engine *e) {
  return e->pid == ec_process();
}

/* Whether it did, and the engine is open. */
static inline int ec_engine_is_open(const ec_engine *e) {
  return e->multi != NULL && ec_engine_is_here(e);
}

#endif
