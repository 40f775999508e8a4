/*
** The list of threads to end at exit.
*/
#include "ec_thread_exit.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static ec_exit_link *first;

static void stop_all(void) {
  ec_exit_link *link;
  pthread_mutex_lock(&lock);
  for (link = first; link != NULL; link = link->next)
    link->stop(link->data);
  pthread_mutex_unlock(&lock);
}

/* Another thread may hold the lock when this one forks. */
static void before_fork(void) {
  pthread_mutex_lock(&lock);
}

static void after_fork(void) {
  pthread_mutex_unlock(&lock);
}

static void prepare(void) {
  pthread_atfork(before_fork, after_fork, after_fork);
  atexit(stop_all);
}

void ec_exit_add(ec_exit_link *link) {
  pthread_once(&once, prepare);
  pthread_mutex_lock(&lock);
  link->previous = NULL;
  link->next = first;
  if (first != NULL)
    first->previous = link;
  first = link;
  pthread_mutex_unlock(&lock);
}

void ec_exit_remove(ec_exit_link *link) {
  pthread_mutex_lock(&lock);
  if (link->previous != NULL)
    link->previous->next = link->next;
  else
    first = link->next;
  if (link->next != NULL)
    link->next->previous = link->previous;
  pthread_mutex_unlock(&lock);
}
