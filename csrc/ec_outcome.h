/*
** What a transfer did: figures, and the reason if it failed.
*/
#ifndef EC_OUTCOME_H
#define EC_OUTCOME_H

#include "ec_transfer.h"

/* Reads the figures from the transfer's handle, if it has one. */
void ec_outcome_read(ec_transfer *t);

/* The failure for a code of libcurl's, after ec_outcome_read. */
ec_failure ec_outcome_failure(const ec_transfer *t, CURLcode code);

#endif
