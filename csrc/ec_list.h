/*
** Lists of transfers.  The links are in the transfers, so adding needs no
** memory; a transfer is in one list at a time.
*/
#ifndef EC_LIST_H
#define EC_LIST_H

#include "ec_transfer.h"

typedef struct ec_list {
  ec_transfer *first, *last;
} ec_list;

void ec_list_add(ec_list *list, ec_transfer *t); /* at the end */
void ec_list_remove(ec_list *list, ec_transfer *t);

/* Removes the first; NULL if the list is empty. */
ec_transfer *ec_list_take(ec_list *list);

/* Removes all of them, as a list of their own. */
ec_list ec_list_take_all(ec_list *list);

#endif
