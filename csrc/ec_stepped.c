/*
** The stepped driver: the engine's own functions.
*/
#include "ec_stepped.h"

#include "ec_engine.h"
#include "ec_engine_state.h"
#include "ec_exchange.h"

#include <stdlib.h>

static void stepped_close(ec_driver *d) {
  ec_engine_close(d->engine);
}

static void stepped_free(ec_driver *d) {
  ec_engine_release(d->engine);
  free(d);
}

static int stepped_usable(ec_driver *d) {
  return ec_engine_is_open(d->engine) && !d->engine->broken;
}

static int stepped_submit(ec_driver *d, ec_transfer *t) {
  (void)d;
  return ec_exchange_start(t);
}

static int stepped_knows_outcome(ec_driver *d, const ec_transfer *t) {
  (void)d;
  return t->state == EC_FINISHED;
}

static int stepped_cancel(ec_driver *d, ec_transfer *t, ec_fail why) {
  (void)d;
  if (t->state == EC_PENDING)
    ec_exchange_end(t, why);
  return 0;
}

static void stepped_abandon(ec_driver *d, ec_transfer *t) {
  (void)d;
  ec_engine_free_transfer(t);
}

static void stepped_wait(ec_driver *d, double seconds) {
  ec_engine_step(d->engine, seconds);
}

static ec_transfer *stepped_finished(ec_driver *d) {
  return ec_engine_finished(d->engine);
}

static size_t stepped_pending(ec_driver *d) {
  return d->engine->pending_count;
}

static int stepped_fd(ec_driver *d) {
  return ec_engine_fd(d->engine);
}

static double stepped_timeout(ec_driver *d) {
  return ec_engine_timeout(d->engine);
}

static const ec_driver_ops stepped = {
    .close = stepped_close,
    .free = stepped_free,
    .usable = stepped_usable,
    .submit = stepped_submit,
    .knows_outcome = stepped_knows_outcome,
    .cancel = stepped_cancel,
    .abandon = stepped_abandon,
    .wait = stepped_wait,
    .finished = stepped_finished,
    .pending = stepped_pending,
    .fd = stepped_fd,
    .timeout = stepped_timeout,
};

ec_driver *ec_stepped_new(ec_engine *e) {
  ec_driver *d = malloc(sizeof *d);
  if (d == NULL) {
    ec_engine_release(e);
    return NULL;
  }
  ec_driver_init(d, &stepped, e);
  return d;
}
