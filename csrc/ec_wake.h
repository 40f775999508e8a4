/*
** A descriptor that one thread makes readable to wake another thread that
** polls it: an eventfd on Linux, a pipe elsewhere.
*/
#ifndef EC_WAKE_H
#define EC_WAKE_H

typedef struct ec_wake {
  int read_fd;  /* to poll; -1 if it is not open */
  int write_fd; /* the same one for an eventfd */
} ec_wake;

/* Not open; closing it does nothing. */
#define EC_WAKE_NONE \
  { -1, -1 }

/* 0, or -1 if there is no descriptor left. */
int ec_wake_open(ec_wake *w);
void ec_wake_close(ec_wake *w);

/* Makes it readable, until it is cleared. */
void ec_wake_ring(const ec_wake *w);
void ec_wake_clear(const ec_wake *w);

#endif
