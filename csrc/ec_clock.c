/*
** The monotonic clock; see ec_clock.h.
*/
#include "ec_clock.h"

#include <time.h>

double ec_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
