/*
** Sets of descriptors; see ec_poll.h.
*/
#include "ec_poll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whole milliseconds, rounded up so that no wait is too short. */
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

/* An adopted descriptor: the events in the system's set, and those asked for.
** All 0 for any other descriptor. */
typedef struct kept {
  unsigned char adopted, set, wanted;
} kept;

struct ec_poll {
  int fd;
  kept *kept; /* by descriptor */
  int room;
};

ec_poll *ec_poll_open(void) {
  ec_poll *p = calloc(1, sizeof *p);
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
    free(p->kept);
    free(p);
  }
}

static int control(ec_poll *p, int what, int fd, int events) {
  struct epoll_event event;
  event.data.fd = fd;
  event.events = ((events & EC_POLL_IN) ? (unsigned)EPOLLIN : 0u) |
                 ((events & EC_POLL_OUT) ? (unsigned)EPOLLOUT : 0u);
  return epoll_ctl(p->fd, what, fd, &event);
}

static kept *find(ec_poll *p, int fd) {
  return fd >= 0 && fd < p->room && p->kept[fd].adopted ? &p->kept[fd] : NULL;
}

void ec_poll_adopt(ec_poll *p, int fd) {
  if (fd >= p->room) {
    int room = fd < 64 ? 64 : fd * 2;
    kept *more = realloc(p->kept, (size_t)room * sizeof *more);
    if (more == NULL)
      return; /* handled like any other descriptor */
    memset(more + p->room, 0, (size_t)(room - p->room) * sizeof *more);
    p->kept = more;
    p->room = room;
  }
  memset(&p->kept[fd], 0, sizeof *p->kept);
  p->kept[fd].adopted = 1;
}

/* Closing it would not be enough: a child may have inherited it. */
void ec_poll_closing(ec_poll *p, int fd) {
  kept *k = find(p, fd);
  if (k == NULL)
    return;
  if (k->set)
    control(p, EPOLL_CTL_DEL, fd, 0);
  memset(k, 0, sizeof *k);
}

static int set_kept(ec_poll *p, kept *k, int fd, int events) {
  if (events != 0 && events != k->set) {
    if (control(p, k->set ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, events) != 0)
      return -1;
    k->set = (unsigned char)events;
  }
  k->wanted = (unsigned char)events;
  return 0;
}

int ec_poll_set(ec_poll *p, int fd, int events) {
  kept *k = find(p, fd);
  if (k != NULL)
    return set_kept(p, k, fd, events);
  if (events == 0) {
    /* fails if it is closed: it has left the set by itself */
    control(p, EPOLL_CTL_DEL, fd, 0);
    return 0;
  }
  if (control(p, EPOLL_CTL_ADD, fd, events) == 0)
    return 0;
  return errno == EEXIST ? control(p, EPOLL_CTL_MOD, fd, events) : -1;
}

/* Whether an event was asked for; if not, the system's set drops it. */
static int is_wanted(ec_poll *p, int fd) {
  kept *k = find(p, fd);
  if (k == NULL || k->wanted)
    return 1;
  control(p, EPOLL_CTL_DEL, fd, 0);
  k->set = 0;
  return 0;
}

int ec_poll_wait(ec_poll *p, double seconds, ec_poll_event *events, int room) {
  struct epoll_event found[EC_POLL_BATCH];
  int i, count, wanted = 0;
  if (room > EC_POLL_BATCH)
    room = EC_POLL_BATCH;
  count = epoll_wait(p->fd, found, room, milliseconds(seconds));
  for (i = 0; i < count; i++) {
    if (!is_wanted(p, found[i].data.fd))
      continue;
    events[wanted].fd = found[i].data.fd;
    events[wanted].events =
        ((found[i].events & EPOLLIN) ? EC_POLL_IN : 0) |
        ((found[i].events & EPOLLOUT) ? EC_POLL_OUT : 0) |
        ((found[i].events & (EPOLLERR | EPOLLHUP)) ? EC_POLL_ERR : 0);
    wanted++;
  }
  return count < 0 ? count : wanted;
}

int ec_poll_fd(const ec_poll *p) {
  return p->fd;
}

#else

#include <fcntl.h>
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
  if (fcntl(fd, F_GETFD) < 0)
    return -1; /* not a descriptor: poll would only report that later */
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

void ec_poll_adopt(ec_poll *p, int fd) {
  (void)p;
  (void)fd;
}

void ec_poll_closing(ec_poll *p, int fd) {
  (void)p;
  (void)fd;
}

int ec_poll_wait(ec_poll *p, double seconds, ec_poll_event *events, int room) {
  int found = 0;
  size_t i;
  if (poll(p->set, (nfds_t)p->count, milliseconds(seconds)) < 0)
    return -1;
  for (i = 0; i < p->count && found < room; i++) {
    short got = p->set[i].revents;
    if (got & POLLNVAL) { /* closed: leaves the set, as it leaves epoll's */
      p->set[i--] = p->set[--p->count];
    } else if (got != 0) {
      events[found].fd = p->set[i].fd;
      events[found].events = ((got & POLLIN) ? EC_POLL_IN : 0) |
                             ((got & POLLOUT) ? EC_POLL_OUT : 0) |
                             ((got & (POLLERR | POLLHUP)) ? EC_POLL_ERR : 0);
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
