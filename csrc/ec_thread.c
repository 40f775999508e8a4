/*
** The caller's side of the threaded driver: orders to the thread, and taking
** back what it has finished.
*/
#include "ec_thread.h"

#include "ec_engine.h"
#include "ec_engine_state.h"
#include "ec_exchange.h"
#include "ec_thread_loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static ec_thread *thread_of(ec_driver *d) {
  return (ec_thread *)(void *)d; /* its first member */
}

static int is_usable(const ec_thread *h) {
  return !h->closed && ec_driver_is_here(&h->driver);
}

/* Ends what an order began: releases the lock, and wakes the thread if it
** sleeps; after the release, as the lock is the first thing it takes. */
static void order(ec_thread *h) {
  int wake = h->asleep;
  h->asleep = 0;
  pthread_mutex_unlock(&h->lock);
  if (wake)
    ec_wake_ring(&h->orders);
}

/* ----------------------------------------------------------- transfers -- */

static int thread_submit(ec_driver *d, ec_transfer *t) {
  ec_thread *h = thread_of(d);
  int rc;
  if (!is_usable(h)) {
    t->failure = ec_err(h->closed ? EC_FAIL_CLOSED : EC_FAIL_FORKED);
    return EC_REFUSED;
  }
  rc = ec_exchange_check(t);
  if (rc != EC_OK)
    return rc;
  h->count++;
  pthread_mutex_lock(&h->lock);
  ec_list_add(&h->inbox, t);
  order(h);
  return EC_OK;
}

/* The thread's fields cannot be read before the transfer is handed back. */
static int thread_knows_outcome(ec_driver *d, const ec_transfer *t) {
  (void)d;
  (void)t;
  return 0;
}

static void want_cancelled(ec_thread *h, ec_transfer *t) {
  if (!is_usable(h))
    return;
  pthread_mutex_lock(&h->lock);
  if (t->hold == EC_RETURNED) {
    pthread_mutex_unlock(&h->lock);
    return;
  }
  t->hold = EC_HELD_CANCELLED;
  h->cancels = 1;
  order(h);
}

static int thread_cancel(ec_driver *d, ec_transfer *t, ec_fail why) {
  (void)why; /* the caller keeps the reason */
  want_cancelled(thread_of(d), t);
  return 1;
}

static void thread_abandon(ec_driver *d, ec_transfer *t) {
  t->abandoned = 1;
  want_cancelled(thread_of(d), t);
}

static size_t thread_pending(ec_driver *d) {
  return thread_of(d)->count;
}

/* ------------------------------------------------------------- waiting -- */

/* Whether to wait; if so, the thread wakes the caller through `done`. */
static int begin_wait(ec_thread *h) {
  int wait;
  pthread_mutex_lock(&h->lock);
  wait = h->taken.first == NULL && h->outbox.first == NULL;
  h->blocked = wait;
  pthread_mutex_unlock(&h->lock);
  return wait;
}

static void thread_wait(ec_driver *d, double seconds) {
  ec_thread *h = thread_of(d);
  struct pollfd descriptor = {0, POLLIN, 0};
  double left =
      seconds < EC_THREAD_LONGEST_WAIT ? seconds : EC_THREAD_LONGEST_WAIT;
  if (!is_usable(h) || !(left > 0) || !begin_wait(h))
    return;
  descriptor.fd = h->done.read_fd;
  poll(&descriptor, 1, (int)(left * 1000) + 1);
  pthread_mutex_lock(&h->lock);
  h->blocked = 0;
  pthread_mutex_unlock(&h->lock);
}

/* Moves the outbox to the caller's side. */
static void take_outbox(ec_thread *h) {
  if (!ec_driver_is_here(&h->driver))
    return;
  pthread_mutex_lock(&h->lock);
  h->taken = ec_list_take_all(&h->outbox);
  h->signalled = 0;
  if (h->rung)
    ec_wake_clear(&h->done);
  h->rung = 0;
  pthread_mutex_unlock(&h->lock);
}

/* Frees the abandoned ones on the way. */
static ec_transfer *thread_finished(ec_driver *d) {
  ec_thread *h = thread_of(d);
  for (;;) {
    ec_transfer *t;
    if (h->taken.first == NULL)
      take_outbox(h);
    t = ec_list_take(&h->taken);
    if (t == NULL)
      return NULL;
    h->count--;
    if (!t->abandoned)
      return t;
    ec_engine_free_transfer(t);
  }
}

static int thread_fd(ec_driver *d) {
  return thread_of(d)->done.read_fd;
}

static double thread_timeout(ec_driver *d) {
  (void)d;
  return -1;
}

static int thread_listen(ec_driver *d, const char *directory,
                         const char **path) {
  ec_thread *h = thread_of(d);
  int rc = ec_local_listen(&h->local, directory);
  *path = h->local.path;
  return rc;
}

static int thread_accept(ec_driver *d) {
  ec_thread *h = thread_of(d);
  int fd = ec_local_accept(&h->local);
  if (fd < 0)
    return 0;
  pthread_mutex_lock(&h->lock);
  if (h->next_peer >= 0)
    close(h->next_peer);
  h->next_peer = fd;
  order(h);
  return 1;
}

/* ------------------------------------------------------------ lifetime -- */

static void close_descriptors(ec_thread *h) {
  if (h->peer >= 0)
    close(h->peer);
  if (h->next_peer >= 0)
    close(h->next_peer);
  h->peer = h->next_peer = -1;
  ec_wake_close(&h->orders);
  ec_wake_close(&h->done);
}

static void thread_close(ec_driver *d) {
  ec_thread *h = thread_of(d);
  if (h->closed)
    return;
  h->closed = 1;
  if (ec_driver_is_here(d)) {
    pthread_mutex_lock(&h->lock);
    h->quit = 1;
    order(h);
    pthread_join(h->thread, NULL);
    ec_local_close(&h->local);
  }
  close_descriptors(h);
}

static int thread_usable(ec_driver *d) {
  ec_thread *h = thread_of(d);
  int broken;
  if (!is_usable(h))
    return 0;
  pthread_mutex_lock(&h->lock);
  broken = h->broken;
  pthread_mutex_unlock(&h->lock);
  return !broken;
}

/* All transfers that are left have been abandoned: the others hold a
** reference. */
static void thread_free(ec_driver *d) {
  ec_thread *h = thread_of(d);
  thread_close(d);
  if (!ec_driver_is_here(d))
    return;
  while (thread_finished(d) != NULL) {
  }
  ec_exit_remove(&h->exit_link);
  pthread_mutex_destroy(&h->lock);
  ec_engine_release(d->engine);
  free(h);
}

static const ec_driver_ops threaded = {
    .close = thread_close,
    .free = thread_free,
    .usable = thread_usable,
    .submit = thread_submit,
    .knows_outcome = thread_knows_outcome,
    .cancel = thread_cancel,
    .abandon = thread_abandon,
    .wait = thread_wait,
    .finished = thread_finished,
    .pending = thread_pending,
    .fd = thread_fd,
    .timeout = thread_timeout,
    .listen = thread_listen,
    .accept = thread_accept,
};

static void stop(void *data) {
  thread_close(data);
}

/* Bytes of the thread's stack.  The default of some systems is too small for a
** TLS handshake: 128 KiB with musl, 512 KiB on macOS. */
#define STACK_SIZE (1024 * 1024)

static int create_thread(ec_thread *h) {
  pthread_attr_t attributes;
  int rc = pthread_attr_init(&attributes);
  if (rc != 0)
    return rc;
  rc = pthread_attr_setstacksize(&attributes, STACK_SIZE);
  if (rc == 0)
    rc = pthread_create(&h->thread, &attributes, ec_thread_run, h);
  pthread_attr_destroy(&attributes);
  return rc;
}

/* Signals are for the program's own threads. */
static int start_thread(ec_thread *h) {
  sigset_t all, before;
  int rc;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  rc = create_thread(h);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
#if defined(__linux__)
  if (rc == 0)
    pthread_setname_np(h->thread, "extcontacts");
#endif
  return rc;
}

/* 0, or -1 with nothing started. */
static int open_thread(ec_thread *h) {
  if (ec_wake_open(&h->orders) != 0 || ec_wake_open(&h->done) != 0 ||
      ec_engine_watch(h->driver.engine, &h->orders) != 0 ||
      pthread_mutex_init(&h->lock, NULL) != 0)
    return -1;
  if (start_thread(h) == 0)
    return 0;
  pthread_mutex_destroy(&h->lock);
  return -1;
}

ec_driver *ec_thread_new(ec_engine *e) {
  ec_thread *h = calloc(1, sizeof *h);
  if (h == NULL) {
    ec_engine_release(e);
    return NULL;
  }
  ec_driver_init(&h->driver, &threaded, e);
  h->peer = h->next_peer = -1;
  ec_local_init(&h->local);
  h->orders = h->done = (ec_wake)EC_WAKE_NONE;
  if (open_thread(h) != 0) {
    int error = errno;
    close_descriptors(h);
    ec_engine_release(e);
    free(h);
    errno = error;
    return NULL;
  }
  h->exit_link.stop = stop;
  h->exit_link.data = h;
  ec_exit_add(&h->exit_link);
  return &h->driver;
}
