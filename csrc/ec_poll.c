/*
** A set of descriptors to wait for.
*/
#include "ec_poll.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Whole milliseconds, rounded up so that a wait is never too short. */
static int milliseconds(double seconds) {
  double ms = seconds * 1000;
  if (!(ms > 0))
    return 0;
  if (ms > 3600e3)
    return 3600 * 1000;
  return (int)ms + ((double)(int)ms < ms);
}

#if defined(__linux__) && !defined(EC_NO_EPOLL)

#include <sys/epoll.h>

#define EC_POLL_BATCH 64

struct ec_poll {
  int fd;
};

ec_poll *ec_poll_open(void) {
  ec_poll *p = malloc(sizeof *p);
  if (p == NULL)
    return NULL;
  p->fd = epoll_create1(EPOLL_CLOEXEC);
  if (p->fd < 0) {
    free(p);
    return NULL;
  }
  return p;
}

void ec_poll_close(ec_poll *p) {
  if (p != NULL) {
    close(p->fd);
    free(p);
  }
}

int ec_poll_set(ec_poll *p, int fd, int events) {
  struct epoll_event event;
  event.data.fd = fd;
  event.events = ((events & EC_POLL_IN) ? (unsigned)EPOLLIN : 0u) |
                 ((events & EC_POLL_OUT) ? (unsigned)EPOLLOUT : 0u);
  if (events == 0) {
    /* a descriptor already closed has left the set by itself */
    epoll_ctl(p->fd, EPOLL_CTL_DEL, fd, &event);
    return 0;
  }
  if (epoll_ctl(p->fd, EPOLL_CTL_ADD, fd, &event) == 0)
    return 0;
  return errno == EEXIST ? epoll_ctl(p->fd, EPOLL_CTL_MOD, fd, &event) : -1;
}

int ec_poll_wait(ec_poll *p, double seconds, ec_poll_event *events, int room) {
  struct epoll_event found[EC_POLL_BATCH];
  int i, count;
  if (room > EC_POLL_BATCH)
    room = EC_POLL_BATCH;
  count = epoll_wait(p->fd, found, room, milliseconds(seconds));
  for (i = 0; i < count; i++) {
    events[i].fd = found[i].data.fd;
    events[i].events =
        ((found[i].events & EPOLLIN) ? EC_POLL_IN : 0) |
        ((found[i].events & EPOLLOUT) ? EC_POLL_OUT : 0) |
        ((found[i].events & (EPOLLERR | EPOLLHUP)) ? EC_POLL_ERR : 0);
  }
  return count;
}

int ec_poll_fd(const ec_poll *p) {
  return p->fd;
}

#else

#include <poll.h>

struct ec_poll {
  struct pollfd *set;
  size_t count;
  size_t room;
};

ec_poll *ec_poll_open(void) {
  return calloc(1, sizeof(ec_poll));
}

void ec_poll_close(ec_poll *p) {
  if (p != NULL) {
    free(p->set);
    free(p);
  }
}

int ec_poll_set(ec_poll *p, int fd, int events) {
  size_t i;
  for (i = 0; i < p->count && p->set[i].fd != fd;)
    i++;
  if (events == 0) {
    if (i < p->count)
      p->set[i] = p->set[--p->count];
    return 0;
  }
  if (i == p->room) {
    size_t room = p->room == 0 ? 16 : p->room * 2;
    struct pollfd *set = realloc(p->set, room * sizeof *set);
    if (set == NULL)
      return -1;
    p->set = set;
    p->room = room;
  }
  p->set[i].fd = fd;
  p->set[i].events = (short)(((events & EC_POLL_IN) ? POLLIN : 0) |
                             ((events & EC_POLL_OUT) ? POLLOUT : 0));
  if (i == p->count)
    p->count++;
  return 0;
}

int ec_poll_wait(ec_poll *p, double seconds, ec_poll_event *events, int room) {
  int found = 0;
  size_t i;
  if (poll(p->set, (nfds_t)p->count, milliseconds(seconds)) < 0)
    return -1;
  for (i = 0; i < p->count && found < room; i++) {
    short got = p->set[i].revents;
    if (got != 0) {
      events[found].fd = p->set[i].fd;
      events[found].events =
          ((got & POLLIN) ? EC_POLL_IN : 0) |
          ((got & POLLOUT) ? EC_POLL_OUT : 0) |
          ((got & (POLLERR | POLLHUP | POLLNVAL)) ? EC_POLL_ERR : 0);
      found++;
    }
  }
  return found;
}

int ec_poll_fd(const ec_poll *p) {
  (void)p;
  return -1;
}

#endif
