/*
** Child processes; see ec_child.h.
*/
#include "ec_child.h"

#include "ec_clock.h"
#include "ec_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

extern char **environ;

/* A pair of connected sockets, so that writing to a child that has ended is an
** error and no signal.  Ours does not block, and no other program gets it. */
static int open_pair(int fds[2]) {
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    return -1;
  fcntl(fds[0], F_SETFD, FD_CLOEXEC);
  fcntl(fds[1], F_SETFD, FD_CLOEXEC);
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
#ifdef SO_NOSIGPIPE
  {
    int on = 1;
    setsockopt(fds[0], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  }
#endif
  return 0;
}

/* Its input and output are `fd`; what it reports about errors is dropped. */
static int set_files(posix_spawn_file_actions_t *files, int fd) {
  int rc = posix_spawn_file_actions_adddup2(files, fd, 0);
  if (rc == 0)
    rc = posix_spawn_file_actions_adddup2(files, fd, 1);
  if (rc == 0)
    rc = posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0);
  return rc;
}

/* Signals as a program expects them.  Ctrl-C reaches the terminal's process
** group, which is not the child's: its parent decides what to do. */
static int set_signals(posix_spawnattr_t *attributes) {
  sigset_t none, usual;
  int rc;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  sigaddset(&usual, SIGINT);
  sigaddset(&usual, SIGTERM);
  rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETPGROUP);
  if (rc == 0)
    rc = posix_spawnattr_setsigmask(attributes, &none);
  if (rc == 0)
    rc = posix_spawnattr_setsigdefault(attributes, &usual);
  return rc;
}

static int spawn(ec_child *child, int fd, char *const argv[]) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  int rc = posix_spawn_file_actions_init(&files);
  if (rc != 0)
    return rc;
  rc = posix_spawnattr_init(&attributes);
  if (rc == 0) {
    rc = set_files(&files, fd);
    if (rc == 0)
      rc = set_signals(&attributes);
    if (rc == 0)
      rc = posix_spawnp(&child->pid, argv[0], &files, &attributes, argv,
                        environ);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&files);
  return rc;
}

int ec_child_start(ec_child *child, char *const argv[]) {
  int fds[2], rc;
  child->fd = -1;
  if (open_pair(fds) != 0)
    return errno;
  rc = spawn(child, fds[1], argv);
  close(fds[1]);
  if (rc != 0) {
    close(fds[0]);
    return rc;
  }
  child->fd = fds[0];
  child->owner = ec_process();
  return 0;
}

/* Waits until the child can be read from, or written to if `out` is set.  0 at
** the deadline. */
static int wait_for(int fd, int out, double deadline) {
  struct pollfd one;
  double left = deadline - ec_now();
  if (left <= 0)
    return 0;
  one.fd = fd;
  one.events = (short)(POLLIN | (out ? POLLOUT : 0));
  /* a signal may end the wait early, and the caller looks again */
  poll(&one, 1, left < 60 ? (int)(left * 1000) + 1 : 60 * 1000);
  return 1;
}

static int is_temporary(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int ec_child_ask(const ec_child *child, const char *text, size_t length,
                 double seconds, char *answer, size_t room, size_t *answered) {
  double deadline = ec_now() + seconds;
  size_t sent = 0, have = 0;
  for (;;) {
    ssize_t n = 0;
    if (sent < length) {
      n = send(child->fd, text + sent, length - sent, MSG_NOSIGNAL);
      if (n < 0 && !is_temporary(errno))
        return EC_CHILD_ENDED;
      sent += n > 0 ? (size_t)n : 0;
    }
    n = recv(child->fd, answer + have, room - have, 0);
    if (n == 0 || (n < 0 && !is_temporary(errno)))
      return EC_CHILD_ENDED;
    have += n > 0 ? (size_t)n : 0;
    if (n > 0 && answer[have - 1] == '\n') {
      *answered = have - 1;
      return EC_CHILD_OK;
    }
    if (have == room)
      return EC_CHILD_LONG;
    if (n < 0 && !wait_for(child->fd, sent < length, deadline))
      return EC_CHILD_LATE;
  }
}

void ec_child_close(ec_child *child) {
  if (child->fd < 0)
    return;
  close(child->fd);
  child->fd = -1;
  if (child->owner != ec_process())
    return;
  kill(-child->pid, SIGKILL); /* its group: what it has started, too */
  while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
  }
}
