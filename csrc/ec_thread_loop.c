/*
** The background thread; see ec_thread_loop.h.
*/
#include "ec_thread_loop.h"

#include "ec_clock.h"
#include "ec_engine.h"
#include "ec_engine_state.h"
#include "ec_exchange.h"

#include <unistd.h>

/* --------------------------------------------------- waking the caller -- */

/* Wakes the caller; call it with the lock.  Returns the descriptor of the peer
** to send a byte to, which is done without the lock; -1 for none. */
static int ring(ec_thread *h) {
  h->signalled = 1;
  if (h->peer < 0 || h->blocked) {
    ec_wake_ring(&h->done);
    h->rung = 1;
  }
  return h->peer;
}

static void ring_peer(ec_thread *h, int fd, char byte) {
  if (fd < 0 || ec_local_ring(fd, byte) == 0)
    return;
  close(h->peer);
  h->peer = -1;
  pthread_mutex_lock(&h->lock);
  if (h->outbox.first != NULL)
    ring(h);
  pthread_mutex_unlock(&h->lock);
}

static void put_into_outbox(ec_thread *h, ec_transfer *t) {
  t->hold = EC_RETURNED;
  ec_list_add(&h->outbox, t);
}

/* Hands back the engine's finished transfers and those in `ended`. */
static void hand_back(ec_thread *h, ec_list *ended) {
  ec_engine *e = h->driver.engine;
  int fd = -1;
  ec_transfer *t;
  if (e->finished.first == NULL && ended->first == NULL && !e->broken)
    return;
  h->idle_at = ec_now() + EC_THREAD_IDLE_AFTER;
  pthread_mutex_lock(&h->lock);
  h->broken = e->broken;
  while ((t = ec_engine_finished(e)) != NULL)
    put_into_outbox(h, t);
  while ((t = ec_list_take(ended)) != NULL)
    put_into_outbox(h, t);
  if (h->outbox.first != NULL && !h->signalled)
    fd = ring(h);
  pthread_mutex_unlock(&h->lock);
  ring_peer(h, fd, EC_THREAD_DONE);
}

/* -------------------------------------------------------------- orders -- */

static int is_cancelled(ec_thread *h, const ec_transfer *t) {
  int cancelled;
  pthread_mutex_lock(&h->lock);
  cancelled = t->hold == EC_HELD_CANCELLED;
  pthread_mutex_unlock(&h->lock);
  return cancelled;
}

/* Starts a transfer, or ends it as `why`; one that is not started goes into
** `ended`. */
static void start(ec_transfer *t, ec_fail why, ec_list *ended) {
  int rc = EC_REFUSED;
  if (why != EC_FAIL_NONE)
    t->failure = ec_err(why);
  else
    rc = ec_exchange_start(t);
  if (rc == EC_OK)
    return;
  ec_transfer_fail(t, rc == EC_MEMORY ? ec_err(EC_FAIL_MEMORY) : t->failure);
  t->state = EC_ENDED;
  ec_list_add(ended, t);
}

static void end_cancelled(ec_thread *h) {
  ec_transfer *t, *next;
  for (t = h->driver.engine->pending.first; t != NULL; t = next) {
    next = t->next;
    if (is_cancelled(h, t))
      ec_exchange_end(t, EC_FAIL_CANCELLED);
  }
}

static void adopt_peer(ec_thread *h, int fd) {
  int waiting;
  if (h->peer >= 0)
    close(h->peer);
  h->peer = fd;
  pthread_mutex_lock(&h->lock);
  waiting = h->outbox.first != NULL;
  pthread_mutex_unlock(&h->lock);
  if (waiting)
    ring_peer(h, fd, EC_THREAD_DONE);
  h->idle_at = ec_now() + EC_THREAD_IDLE_AFTER;
  h->idle_sent = 0;
}

/* Carries out the orders; 0 if the thread is to end. */
static int take_orders(ec_thread *h, ec_list *ended) {
  ec_list inbox;
  ec_transfer *t;
  int cancels, quit, peer;
  pthread_mutex_lock(&h->lock);
  inbox = ec_list_take_all(&h->inbox);
  cancels = h->cancels;
  h->cancels = 0;
  peer = h->next_peer;
  h->next_peer = -1;
  quit = h->quit;
  h->asleep = 0;
  pthread_mutex_unlock(&h->lock);
  if (peer >= 0)
    adopt_peer(h, peer);
  if (cancels)
    end_cancelled(h);
  while ((t = ec_list_take(&inbox)) != NULL) {
    int cancelled = cancels && is_cancelled(h, t);
    start(t,
          quit        ? EC_FAIL_CLOSED
          : cancelled ? EC_FAIL_CANCELLED
                      : EC_FAIL_NONE,
          ended);
    h->idle_sent = 0;
  }
  return !quit;
}

/* ---------------------------------------------------------------- loop -- */

/* Whether the thread may wait; from now on an order wakes it. */
static int may_sleep(ec_thread *h) {
  int sleep;
  pthread_mutex_lock(&h->lock);
  sleep = h->inbox.first == NULL && !h->cancels && !h->quit && h->next_peer < 0;
  h->asleep = sleep;
  pthread_mutex_unlock(&h->lock);
  return sleep;
}

/* The seconds to wait.  Notifies the peer if nothing has been under way for
** long enough. */
static double patience(ec_thread *h) {
  double left;
  if (h->driver.engine->pending_count > 0 || h->peer < 0 || h->idle_sent)
    return EC_THREAD_LONGEST_WAIT;
  left = h->idle_at - ec_now();
  if (left > 0)
    return left;
  h->idle_sent = 1;
  ring_peer(h, h->peer, EC_THREAD_IDLE);
  return EC_THREAD_LONGEST_WAIT;
}

void *ec_thread_run(void *thread) {
  ec_thread *h = thread;
  ec_list ended = {NULL, NULL};
  while (take_orders(h, &ended)) {
    hand_back(h, &ended);
    ec_engine_step(h->driver.engine, may_sleep(h) ? patience(h) : 0);
    hand_back(h, &ended);
  }
  ec_engine_close(h->driver.engine);
  hand_back(h, &ended);
  return NULL;
}
