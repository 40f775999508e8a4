/*
** A background thread that drives an engine, for callers that must not block
** and can't wait for the engine's descriptors (nginx).  Knows nothing of Lua.
**
** Who owns what: the caller makes a transfer and fills it in; from
** ec_thread_submit until ec_thread_finished hands it back it is the thread's,
** and the caller may only cancel or abandon it.  The engine itself is the
** thread's for the thread's life; its reference count is the caller's.  All
** functions are for one caller at a time.
*/
#ifndef EC_THREAD_H
#define EC_THREAD_H

#include "ec_engine.h"

typedef struct ec_thread ec_thread;

/* Starts a thread for a new engine, and takes over the reference to it; NULL
** (and the engine released) when there is no memory, descriptor or thread. */
ec_thread *ec_thread_new(ec_engine *e);

/* Drops a reference; the last one closes and frees.  A forked child leaves
** the memory as it is: the thread that would agree to its end isn't there. */
void ec_thread_release(ec_thread *h);
void ec_thread_retain(ec_thread *h);

/* Ends all transfers as closed, waits for the thread's end; idempotent. */
void ec_thread_close(ec_thread *h);
int ec_thread_closed(const ec_thread *h);

/* Whether it is open, this is the process that made it, libcurl goes on. */
int ec_thread_usable(ec_thread *h);

/* Sends a transfer.  After EC_ENGINE_REFUSED t->failure says why. */
int ec_thread_submit(ec_thread *h, ec_transfer *t);

/* Asks for its end; it is handed back soon.  0 when it has ended already. */
int ec_thread_cancel(ec_thread *h, ec_transfer *t);

/* Cancels it, and frees it when it comes back. */
void ec_thread_abandon(ec_thread *h, ec_transfer *t);

/* Waits until a transfer has finished, a signal came or `seconds` are over. */
void ec_thread_wait(ec_thread *h, double seconds);

/* A finished transfer, NULL when there is none. */
ec_transfer *ec_thread_finished(ec_thread *h);

/* Transfers submitted and not handed back. */
size_t ec_thread_pending(const ec_thread *h);

/* A descriptor that is readable when a transfer has finished. */
int ec_thread_fd(const ec_thread *h);

/*
** Instead of the descriptor, a connection: listen, connect to the path from
** within the event loop, accept.  From then on the peer gets a byte when
** transfers have finished, and another one when none has been under way for a
** while.
*/
#define EC_THREAD_DONE 'w'
#define EC_THREAD_IDLE 'i'
int ec_thread_listen(ec_thread *h, const char *directory, const char **path);
int ec_thread_accept(ec_thread *h); /* whether it is connected now */

#endif
