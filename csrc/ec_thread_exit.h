/*
** Ends the background threads when the process exits.  A thread that is still
** inside libcurl or OpenSSL while their exit handlers run would crash.
*/
#ifndef EC_THREAD_EXIT_H
#define EC_THREAD_EXIT_H

typedef struct ec_exit_link {
  struct ec_exit_link *previous, *next;
  void (*stop)(void *data); /* ends the thread and waits for it */
  void *data;
} ec_exit_link;

/* Call it after curl_global_init: exit handlers run in reverse order, so the
** threads end before libcurl cleans up. */
void ec_exit_add(ec_exit_link *link);
void ec_exit_remove(ec_exit_link *link);

#endif
