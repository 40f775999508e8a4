/*
** The HTTP engine: one curl_multi, driven by the caller's steps.  It knows
** nothing of Lua and starts no thread (ec_thread.h drives it from one).
*/
#ifndef EC_ENGINE_H
#define EC_ENGINE_H

#include "ec_options.h"
#include "ec_transfer.h"
#include "ec_wake.h"

#include <stddef.h>

/* Takes the options over, also when it fails (NULL, with errno). */
ec_engine *ec_engine_new(ec_options *options);

/* Ends all transfers as closed; idempotent. */
void ec_engine_close(ec_engine *e);

/* Drops a reference; the last one closes and frees.  Transfers hold one
** each. */
void ec_engine_release(ec_engine *e);

/* A transfer to fill in; NULL if there is no memory. */
ec_transfer *ec_engine_new_transfer(ec_engine *e);

/* Ends it, if it is under way, and frees or keeps its memory. */
void ec_engine_free_transfer(ec_transfer *t);

/* Drives the transfers.  Returns as soon as one has finished, a signal has
** arrived or `seconds` have passed; 0 never blocks. */
void ec_engine_step(ec_engine *e, double seconds);

/* Lets a step also end when `wake` is rung, which it then clears.  0, or -1 on
** failure. */
int ec_engine_watch(ec_engine *e, const ec_wake *wake);

/* Takes a finished transfer off the list; NULL if the list is empty. */
ec_transfer *ec_engine_finished(ec_engine *e);

int ec_engine_fd(const ec_engine *e);
double ec_engine_timeout(const ec_engine *e); /* seconds; below 0 for none */

#endif
