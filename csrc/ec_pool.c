/*
** Keeping handles and transfers for reuse.
*/
#include "ec_pool.h"

CURL *ec_pool_take_handle(ec_pool *p) {
  return p->handle_count > 0 ? p->handles[--p->handle_count] : NULL;
}

void ec_pool_keep_handle(ec_pool *p, CURL *easy) {
  if (p->handle_count < EC_POOL_HANDLES) {
    /* these point into the transfer's memory */
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    p->handles[p->handle_count++] = easy;
  } else
    curl_easy_cleanup(easy);
}

void ec_pool_free_handles(ec_pool *p) {
  while (p->handle_count > 0)
    curl_easy_cleanup(p->handles[--p->handle_count]);
}

ec_transfer *ec_pool_take(ec_pool *p) {
  ec_transfer *t = p->transfers.last; /* used most recently */
  if (t != NULL) {
    ec_list_remove(&p->transfers, t);
    p->transfer_count--;
    p->room -= ec_transfer_room(t);
  }
  return t;
}

/* Buffers of a page's size would go back to the system each time they are
** freed, and allocating them again would cost more than transferring the
** page. */
void ec_pool_keep(ec_pool *p, ec_transfer *t) {
  size_t room = ec_transfer_room(t);
  if (p->transfer_count < EC_POOL_TRANSFERS && room <= EC_POOL_ROOM - p->room) {
    ec_transfer_renew(t);
    ec_list_add(&p->transfers, t);
    p->transfer_count++;
    p->room += room;
  } else
    ec_transfer_destroy(t);
}

void ec_pool_free(ec_pool *p) {
  ec_transfer *t;
  while ((t = ec_pool_take(p)) != NULL)
    ec_transfer_destroy(t);
}
