/*
** The background thread: its orders (inbox, cancels, end), what it hands
** back (outbox), and how each side wakes the other.  See ec_thread.h for who
** owns what.
*/
#include "ec_thread.h"

#include "ec_engine_internal.h"
#include "ec_local.h"
#include "ec_process.h"
#include "ec_thread_exit.h"
#include "ec_wake.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LONGEST_WAIT 3600 /* seconds */

/* How long nothing is under way before the peer is told so, in seconds: its
** event loop can then put the connection aside. */
#define LINGER 0.2

struct ec_thread {
  ec_engine *engine;
  pthread_t thread;
  long pid; /* of the process that has the thread */
  int references;
  int closed; /* the thread was told to end, and has */
  size_t count;
  ec_list taken; /* off the outbox, not yet handed back */
  ec_local local;
  ec_exit_link exit_link;

  /* the thread's own */
  int peer;       /* the connection to wake the caller by; -1 for none */
  double idle_at; /* when it is to be told that nothing is under way */
  int idle_told;

  pthread_mutex_t lock; /* guards all below, and what ec_engine.h says */
  ec_list inbox, outbox;
  int cancels; /* some transfer's cancel_wanted was set */
  int quit;
  int next_peer;  /* for the thread to take over; -1 for none */
  int asleep;     /* the thread waits, or is about to, and knows of no order */
  int signalled;  /* the caller was told of what is in the outbox */
  int blocked;    /* the caller waits for `done`, whatever the peer is for */
  int rung;       /* `done` is readable */
  int broken;     /* libcurl refuses to go on */
  ec_wake orders; /* wakes the thread */
  ec_wake done;   /* wakes the caller, where there is no peer */
};

static int is_here(const ec_thread *h) {
  return h->pid == ec_process();
}

/* ------------------------------------------------------------ the thread -- */

/* Tells the caller; to be called with the lock.  The peer's byte is sent
** without it: then it returns the descriptor. */
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

/* Puts what has ended into the outbox: the engine's finished and `ended`. */
static void hand_back(ec_thread *h, ec_list *ended) {
  int fd = -1;
  ec_transfer *t;
  if (h->engine->finished.first == NULL && ended->first == NULL &&
      !h->engine->broken)
    return;
  h->idle_at = ec_now() + LINGER;
  pthread_mutex_lock(&h->lock);
  h->broken = h->engine->broken;
  while ((t = ec_engine_finished(h->engine)) != NULL) {
    t->returned = 1;
    ec_list_add(&h->outbox, t);
  }
  while ((t = ended->first) != NULL) {
    ec_list_remove(ended, t);
    t->returned = 1;
    ec_list_add(&h->outbox, t);
  }
  if (h->outbox.first != NULL && !h->signalled)
    fd = ring(h);
  pthread_mutex_unlock(&h->lock);
  ring_peer(h, fd, EC_THREAD_DONE);
}

static void start(ec_transfer *t, int cancelled, int quit, ec_list *ended) {
  int rc = EC_ENGINE_REFUSED;
  if (cancelled || quit)
    t->failure = ec_err(quit ? EC_FAIL_CLOSED : EC_FAIL_CANCELLED);
  else
    rc = ec_transfer_start(t);
  if (rc == EC_ENGINE_OK)
    return;
  if (rc == EC_ENGINE_MEMORY)
    t->failure = ec_err(EC_FAIL_MEMORY);
  ec_transfer_fail(t, t->failure);
  ec_list_add(ended, t);
}

/* Ends the transfers that are to be cancelled. */
static void cancel_wanted(ec_thread *h) {
  ec_transfer *t, *next;
  for (t = h->engine->pending.first; t != NULL; t = next) {
    int wanted;
    next = t->next;
    pthread_mutex_lock(&h->lock);
    wanted = t->cancel_wanted;
    pthread_mutex_unlock(&h->lock);
    if (wanted)
      ec_transfer_cancel(t, EC_FAIL_CANCELLED);
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
  h->idle_at = ec_now() + LINGER;
  h->idle_told = 0;
}

/* Carries out the orders there are; 0 when it is to end. */
static int take_orders(ec_thread *h, ec_list *ended) {
  ec_list inbox;
  ec_transfer *t;
  int cancels, quit, peer;
  pthread_mutex_lock(&h->lock);
  inbox = h->inbox;
  h->inbox.first = h->inbox.last = NULL;
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
    cancel_wanted(h);
  while ((t = inbox.first) != NULL) {
    int cancelled = 0;
    ec_list_remove(&inbox, t);
    if (cancels) {
      pthread_mutex_lock(&h->lock);
      cancelled = t->cancel_wanted;
      pthread_mutex_unlock(&h->lock);
    }
    start(t, cancelled, quit, ended);
    h->idle_told = 0;
  }
  return !quit;
}

/* Whether the thread may wait; the orders that come wake it from now on. */
static int may_sleep(ec_thread *h) {
  int sleep;
  pthread_mutex_lock(&h->lock);
  sleep = h->inbox.first == NULL && !h->cancels && !h->quit && h->next_peer < 0;
  h->asleep = sleep;
  pthread_mutex_unlock(&h->lock);
  return sleep;
}

/* How long to wait, and whether the peer is to be told that all is quiet. */
static double patience(ec_thread *h) {
  double left;
  if (h->engine->count > 0 || h->peer < 0 || h->idle_told)
    return LONGEST_WAIT;
  left = h->idle_at - ec_now();
  if (left > 0)
    return left;
  h->idle_told = 1;
  ring_peer(h, h->peer, EC_THREAD_IDLE);
  return LONGEST_WAIT;
}

static void *run(void *data) {
  ec_thread *h = data;
  ec_list ended = {NULL, NULL};
  while (take_orders(h, &ended)) {
    hand_back(h, &ended);
    ec_engine_step(h->engine, may_sleep(h) ? patience(h) : 0);
    hand_back(h, &ended);
  }
  ec_engine_close(h->engine);
  hand_back(h, &ended);
  return NULL;
}

/* ------------------------------------------------------------ the caller -- */

/* Ends what an order began: leaves the lock, and wakes the thread where it
** sleeps.  It is woken without the lock, which is the first thing it takes. */
static void order(ec_thread *h) {
  int wake = h->asleep;
  h->asleep = 0;
  pthread_mutex_unlock(&h->lock);
  if (wake)
    ec_wake_ring(&h->orders);
}

static void stop(void *data) {
  ec_thread_close(data);
}

/* Signals are for the program's own thread. */
static int start_thread(ec_thread *h) {
  sigset_t all, before;
  int rc;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  rc = pthread_create(&h->thread, NULL, run, h);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
#if defined(__linux__)
  if (rc == 0)
    pthread_setname_np(h->thread, "extcontacts");
#endif
  return rc;
}

ec_thread *ec_thread_new(ec_engine *e) {
  ec_thread *h = calloc(1, sizeof *h);
  if (h == NULL)
    goto fail;
  h->engine = e;
  h->pid = ec_process();
  h->references = 1;
  h->peer = h->next_peer = -1;
  ec_local_init(&h->local);
  h->orders = h->done = (ec_wake)EC_WAKE_NONE;
  if (ec_wake_open(&h->orders) != 0 || ec_wake_open(&h->done) != 0 ||
      ec_engine_watch(e, &h->orders) != 0 ||
      pthread_mutex_init(&h->lock, NULL) != 0)
    goto fail;
  if (start_thread(h) != 0) {
    pthread_mutex_destroy(&h->lock);
    goto fail;
  }
  h->exit_link.stop = stop;
  h->exit_link.data = h;
  ec_exit_add(&h->exit_link);
  return h;
fail:
  if (h != NULL) {
    ec_wake_close(&h->orders);
    ec_wake_close(&h->done);
    free(h);
  }
  ec_engine_release(e);
  return NULL;
}

void ec_thread_close(ec_thread *h) {
  if (h->closed)
    return;
  h->closed = 1;
  if (is_here(h)) {
    pthread_mutex_lock(&h->lock);
    h->quit = 1;
    order(h);
    pthread_join(h->thread, NULL);
    ec_local_close(&h->local);
  }
  if (h->peer >= 0)
    close(h->peer);
  if (h->next_peer >= 0)
    close(h->next_peer);
  h->peer = h->next_peer = -1;
  ec_wake_close(&h->orders);
  ec_wake_close(&h->done);
}

int ec_thread_closed(const ec_thread *h) {
  return h->closed;
}

void ec_thread_retain(ec_thread *h) {
  h->references++;
}

void ec_thread_release(ec_thread *h) {
  if (--h->references > 0)
    return;
  ec_thread_close(h);
  if (!is_here(h))
    return;
  while (ec_thread_finished(h) != NULL) {
  } /* frees the abandoned ones; nobody is left who could hold another */
  ec_exit_remove(&h->exit_link);
  pthread_mutex_destroy(&h->lock);
  ec_engine_release(h->engine);
  free(h);
}

int ec_thread_usable(ec_thread *h) {
  int broken;
  if (h->closed || !is_here(h))
    return 0;
  pthread_mutex_lock(&h->lock);
  broken = h->broken;
  pthread_mutex_unlock(&h->lock);
  return !broken;
}

int ec_thread_submit(ec_thread *h, ec_transfer *t) {
  int rc;
  if (h->closed || !is_here(h)) {
    t->failure = ec_err(h->closed ? EC_FAIL_CLOSED : EC_FAIL_FORKED);
    return EC_ENGINE_REFUSED;
  }
  rc = ec_transfer_check(t);
  if (rc != EC_ENGINE_OK)
    return rc;
  h->count++;
  pthread_mutex_lock(&h->lock);
  ec_list_add(&h->inbox, t);
  order(h);
  return EC_ENGINE_OK;
}

int ec_thread_cancel(ec_thread *h, ec_transfer *t) {
  if (h->closed || !is_here(h))
    return 0;
  pthread_mutex_lock(&h->lock);
  if (t->returned) {
    pthread_mutex_unlock(&h->lock);
    return 0;
  }
  t->cancel_wanted = 1;
  h->cancels = 1;
  order(h);
  return 1;
}

void ec_thread_abandon(ec_thread *h, ec_transfer *t) {
  t->orphan = 1;
  ec_thread_cancel(h, t);
}

static int has_finished(ec_thread *h) {
  return h->taken.first != NULL || h->outbox.first != NULL;
}

/* Whether to wait; notes that the caller does. */
static int begin_wait(ec_thread *h) {
  int wait;
  pthread_mutex_lock(&h->lock);
  wait = !has_finished(h);
  h->blocked = wait;
  pthread_mutex_unlock(&h->lock);
  return wait;
}

void ec_thread_wait(ec_thread *h, double seconds) {
  struct pollfd descriptor = {0, POLLIN, 0};
  double left = seconds < LONGEST_WAIT ? seconds : LONGEST_WAIT;
  if (h->closed || !is_here(h) || !(left > 0) || !begin_wait(h))
    return;
  descriptor.fd = h->done.read_fd;
  poll(&descriptor, 1, (int)(left * 1000) + 1);
  pthread_mutex_lock(&h->lock);
  h->blocked = 0;
  pthread_mutex_unlock(&h->lock);
}

/* Moves the outbox to the caller's side. */
static void take_outbox(ec_thread *h) {
  if (!is_here(h))
    return;
  pthread_mutex_lock(&h->lock);
  h->taken = h->outbox;
  h->outbox.first = h->outbox.last = NULL;
  h->signalled = 0;
  if (h->rung)
    ec_wake_clear(&h->done);
  h->rung = 0;
  pthread_mutex_unlock(&h->lock);
}

ec_transfer *ec_thread_finished(ec_thread *h) {
  ec_transfer *t;
  do {
    if (h->taken.first == NULL)
      take_outbox(h);
    t = h->taken.first;
    if (t == NULL)
      return NULL;
    ec_list_remove(&h->taken, t);
    h->count--;
    if (t->orphan) {
      ec_transfer_free(t);
      t = NULL;
    }
  } while (t == NULL);
  return t;
}

size_t ec_thread_pending(const ec_thread *h) {
  return h->count;
}

int ec_thread_fd(const ec_thread *h) {
  return h->done.read_fd;
}

int ec_thread_listen(ec_thread *h, const char *directory, const char **path) {
  int rc = ec_local_listen(&h->local, directory);
  *path = h->local.path;
  return rc;
}

int ec_thread_accept(ec_thread *h) {
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
