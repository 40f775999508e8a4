/*
** The background thread of an engine: takes orders (transfers to start or
** cancel, a connection to wake, the end), steps the engine, and hands
** finished transfers back.
*/
#ifndef EC_THREAD_LOOP_H
#define EC_THREAD_LOOP_H

#include "ec_driver.h"
#include "ec_list.h"
#include "ec_local.h"
#include "ec_thread_exit.h"
#include "ec_wake.h"

#include <pthread.h>

/*
** The caller may accept a connection (ec_local.h).  From then on the peer gets
** a byte when transfers have finished, and another one when none has been
** under way for a while: its event loop can then put the connection aside.
*/
#define EC_THREAD_DONE 'w'
#define EC_THREAD_IDLE 'i'
#define EC_THREAD_IDLE_AFTER 0.2 /* seconds */

#define EC_THREAD_LONGEST_WAIT 3600 /* seconds */

typedef struct ec_thread {
  ec_driver driver;

  /* the caller's */
  pthread_t thread;
  ec_exit_link exit_link;
  int closed;    /* the thread has been ended */
  size_t count;  /* transfers submitted and not handed back */
  ec_list taken; /* off the outbox, not yet handed back */
  ec_local local;

  /* the thread's */
  int peer;       /* the connection that wakes the caller; -1 for none */
  double idle_at; /* monotonic seconds: when to send EC_THREAD_IDLE */
  int idle_sent;

  /* guarded by the lock, as is ec_transfer's `hold` */
  pthread_mutex_t lock;
  ec_list inbox, outbox;
  int cancels; /* some transfer is EC_HELD_CANCELLED */
  int quit;
  int next_peer; /* for the thread to take over; -1 for none */
  int asleep;    /* the thread waits, or is about to, with no order left */
  int signalled; /* the caller was woken for the transfers in the outbox */
  int blocked;   /* the caller waits for `done`, whether or not it has a peer */
  int rung;      /* `done` is readable */
  int broken;    /* libcurl cannot continue */

  ec_wake orders; /* wakes the thread */
  ec_wake done;   /* wakes the caller where there is no peer */
} ec_thread;

/* The thread's function; `thread` is an ec_thread.  It returns after `quit`,
** with the engine closed and all transfers in the outbox. */
void *ec_thread_run(void *thread);

#endif
