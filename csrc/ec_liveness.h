/*
** Whether an engine's connections still carry anything.  An HTTP/2 connection
** can die without an error; then new requests must not join it.
*/
#ifndef EC_LIVENESS_H
#define EC_LIVENESS_H

/* Times are in monotonic seconds; 0 for never. */
typedef struct ec_liveness {
  int heard;         /* bytes have arrived since the last note */
  double last_heard; /* the last time bytes arrived */
  double suspected;  /* the last time a connection seemed dead */
} ec_liveness;

/* Bytes have arrived.  Cheap: called for each piece. */
static inline void ec_liveness_hear(ec_liveness *l) {
  l->heard = 1;
}

/* Notes the time if bytes have arrived. */
void ec_liveness_note(ec_liveness *l);

/* A request that began at `started` timed out. */
void ec_liveness_suspect(ec_liveness *l, double started);

/* Whether new requests must use new connections; the oldest request under way
** began at `oldest`. */
int ec_liveness_suspicious(const ec_liveness *l, double oldest);

#endif
