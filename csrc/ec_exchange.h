/*
** One exchange with the server: starting a transfer in the engine's multi and
** ending it.  Keeps the transfer's state and the engine's lists in step.
*/
#ifndef EC_EXCHANGE_H
#define EC_EXCHANGE_H

#include "ec_engine_state.h"

/* Checks the URL and finds its origin; does not need the multi.  EC_OK,
** EC_MEMORY, or EC_REFUSED with t->failure set. */
int ec_exchange_check(ec_transfer *t);

/* Sends the request, or ends it if its deadline has passed; the same
** results. */
int ec_exchange_start(ec_transfer *t);

/* libcurl is done with it. */
void ec_exchange_complete(ec_transfer *t, CURLcode code);

/* Ends a pending transfer for a reason of the engine. */
void ec_exchange_end(ec_transfer *t, ec_fail why);

/* Before a step: ends the transfers that have not had one and are too late for
** it. */
void ec_exchange_begin(ec_engine *e, double now);

/* Ends the pending transfers whose deadline libcurl has missed. */
void ec_exchange_expire(ec_engine *e, double now);

/* Takes a transfer out of the multi and the lists, in any state. */
void ec_exchange_drop(ec_transfer *t);

#endif
