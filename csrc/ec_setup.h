/*
** Setting an easy handle up for a transfer.
*/
#ifndef EC_SETUP_H
#define EC_SETUP_H

#include "ec_engine_state.h"

/* Gives a pending transfer, whose URL has been checked, a handle that is ready
** to be added to the multi: EC_OK, EC_MEMORY, or EC_REFUSED with t->failure
** set.  There may be a handle in any case. */
int ec_setup(ec_transfer *t);

/* Sets how long libcurl may take, from its first step `now`; the same results.
 */
int ec_setup_deadline(ec_transfer *t, double now);

#endif
