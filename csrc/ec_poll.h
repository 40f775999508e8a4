/*
** A set of descriptors to wait for.  On Linux it is epoll, and itself a
** descriptor that any event loop can wait for; elsewhere it is poll.
*/
#ifndef EC_POLL_H
#define EC_POLL_H

#include <stddef.h>

#define EC_POLL_IN 1
#define EC_POLL_OUT 2
#define EC_POLL_ERR 4

typedef struct ec_poll ec_poll;

typedef struct ec_poll_event {
  int fd;
  int events;
} ec_poll_event;

/* NULL if there is no memory or descriptor. */
ec_poll *ec_poll_open(void);
void ec_poll_close(ec_poll *p);

/* Watches `fd` for `events`; 0 removes it.  0, or -1 on failure. */
int ec_poll_set(ec_poll *p, int fd, int events);

/* Promises that the new descriptor `fd` is passed to ec_poll_closing before it
** is closed.  Removing it from the set then costs nothing: an idle connection
** stays in the system's set until it is used again or an event arrives. */
void ec_poll_adopt(ec_poll *p, int fd);
void ec_poll_closing(ec_poll *p, int fd);

/* Waits at most `seconds` and fills in up to `room` events.  Their number, or
** -1 if a signal arrived. */
int ec_poll_wait(ec_poll *p, double seconds, ec_poll_event *events, int room);

/* The set's own descriptor, or -1. */
int ec_poll_fd(const ec_poll *p);

#endif
