/*
** Signs of dead connections; see ec_liveness.h.
*/
#include "ec_liveness.h"

#include "ec_clock.h"

#define LONGEST_SUSPICION 60 /* seconds */

void ec_liveness_note(ec_liveness *l) {
  if (l->heard)
    l->last_heard = ec_now();
  l->heard = 0;
}

void ec_liveness_suspect(ec_liveness *l, double started) {
  if (l->last_heard < started)
    l->suspected = ec_now();
}

/* Only as long as requests from before the suspicion are under way: they are
** what keeps the connection open. */
int ec_liveness_suspicious(const ec_liveness *l, double oldest) {
  return l->suspected > 0 && oldest <= l->suspected &&
         ec_now() - l->suspected < LONGEST_SUSPICION;
}
