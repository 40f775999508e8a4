/*
** The private unix socket; see ec_local.h.
*/
#include "ec_local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TEMPLATE "extcontacts-XXXXXX"
#define NAME "/s"

void ec_local_init(ec_local *l) {
  l->listener = -1;
  l->path[0] = 0;
}

/* Removes the directory of the socket. */
static void remove_directory(ec_local *l) {
  char *slash = strrchr(l->path, '/');
  if (slash != NULL) {
    *slash = 0;
    rmdir(l->path);
  }
  l->path[0] = 0;
}

static void prepare(int fd) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

int ec_local_listen(ec_local *l, const char *directory) {
  struct sockaddr_un address;
  int length, saved;
  ec_local_close(l);
  length = snprintf(l->path, sizeof l->path, "%s/" TEMPLATE, directory);
  if (length < 0 || (size_t)length + sizeof NAME > sizeof l->path) {
    l->path[0] = 0;
    return ENAMETOOLONG;
  }
  if (mkdtemp(l->path) == NULL) {
    saved = errno;
    l->path[0] = 0;
    return saved;
  }
  memcpy(l->path + length, NAME, sizeof NAME);
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, l->path, (size_t)length + sizeof NAME);
  l->listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (l->listener >= 0) {
    prepare(l->listener);
    if (bind(l->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(l->listener, 4) == 0)
      return 0;
  }
  saved = errno;
  ec_local_close(l);
  return saved;
}

static int is_own(int fd) {
#if defined(SO_PEERCRED)
#if defined(__OpenBSD__)
  struct sockpeercred who;
#else
  struct ucred who;
#endif
  socklen_t size = sizeof who;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
         who.pid == getpid();
#else
  (void)fd; /* the directory keeps other users out */
  return 1;
#endif
}

int ec_local_accept(ec_local *l) {
  int fd = -1;
  while (l->listener >= 0 && (fd = accept(l->listener, NULL, NULL)) >= 0) {
    if (is_own(fd)) {
      prepare(fd);
      ec_local_close(l);
      return fd;
    }
    close(fd);
  }
  return -1;
}

void ec_local_close(ec_local *l) {
  if (l->listener >= 0)
    close(l->listener);
  l->listener = -1;
  if (l->path[0] != 0) {
    unlink(l->path);
    remove_directory(l);
  }
}

int ec_local_ring(int fd, char byte) {
  ssize_t sent;
  do
    sent = send(fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent == 1 || errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
}
