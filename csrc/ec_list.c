/*
** Doubly linked lists of transfers.
*/
#include "ec_list.h"

void ec_list_add(ec_list *list, ec_transfer *t) {
  t->previous = list->last;
  t->next = NULL;
  if (list->last != NULL)
    list->last->next = t;
  else
    list->first = t;
  list->last = t;
}

void ec_list_remove(ec_list *list, ec_transfer *t) {
  if (t->previous != NULL)
    t->previous->next = t->next;
  else
    list->first = t->next;
  if (t->next != NULL)
    t->next->previous = t->previous;
  else
    list->last = t->previous;
  t->previous = t->next = NULL;
}

ec_transfer *ec_list_take(ec_list *list) {
  ec_transfer *t = list->first;
  if (t != NULL)
    ec_list_remove(list, t);
  return t;
}

ec_list ec_list_take_all(ec_list *list) {
  ec_list all = *list;
  list->first = list->last = NULL;
  return all;
}
