/*
** Descriptors that wake a thread; see ec_wake.h.
*/
#include "ec_wake.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#if defined(__linux__) && !defined(EC_NO_EPOLL)

#include <sys/eventfd.h>

int ec_wake_open(ec_wake *w) {
  w->read_fd = w->write_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return w->read_fd < 0 ? -1 : 0;
}

#else

static void prepare(int fd) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

int ec_wake_open(ec_wake *w) {
  int fds[2];
  if (pipe(fds) != 0)
    return -1;
  prepare(fds[0]);
  prepare(fds[1]);
  w->read_fd = fds[0];
  w->write_fd = fds[1];
  return 0;
}

#endif

void ec_wake_close(ec_wake *w) {
  if (w->read_fd >= 0)
    close(w->read_fd);
  if (w->write_fd >= 0 && w->write_fd != w->read_fd)
    close(w->write_fd);
  w->read_fd = w->write_fd = -1;
}

void ec_wake_ring(const ec_wake *w) {
  uint64_t one = 1;
  /* fails if it is full, and so readable already */
  ssize_t ignored = write(w->write_fd, &one, sizeof one);
  (void)ignored;
}

void ec_wake_clear(const ec_wake *w) {
  char bytes[64];
  while (read(w->read_fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
  }
}
