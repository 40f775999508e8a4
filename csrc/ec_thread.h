/*
** A driver with a background thread, for callers that must not block and
** cannot wait for the engine's descriptors (nginx).
**
** From submit until it is handed back a transfer is the thread's.  The engine
** is the thread's for the thread's life; its reference count is the caller's.
*/
#ifndef EC_THREAD_H
#define EC_THREAD_H

#include "ec_driver.h"

/* Starts a thread for a new engine, and takes over the reference to it; NULL
** (and the engine released) if there is no memory, descriptor or thread.
**
** A forked child cannot free the driver, as the thread that uses it does not
** exist there; its copy of the memory ends with the process.  NULL, with errno,
** if it fails. */
ec_driver *ec_thread_new(ec_engine *e);

#endif
