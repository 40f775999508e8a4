/*
** The cached process id; see ec_process.h.
*/
#include "ec_process.h"

#include <pthread.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static long current; /* 0 if forks cannot update it: ask the system */

static void in_child(void) {
  current = (long)getpid();
}

static void begin(void) {
  if (pthread_atfork(NULL, NULL, in_child) == 0)
    current = (long)getpid();
}

long ec_process(void) {
  pthread_once(&once, begin);
  return current != 0 ? current : (long)getpid();
}
