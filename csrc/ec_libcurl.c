/*
** libcurl's start, sockets and events; see ec_libcurl.h.
*/
#include "ec_libcurl.h"

#include "ec_poll.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;

/* Lua states in different threads may create engines at the same time. */
int ec_libcurl_init(void) {
  static int ready = 0;
  int ok;
  pthread_mutex_lock(&init_lock);
  if (!ready && curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK)
    ready = 1;
  ok = ready;
  pthread_mutex_unlock(&init_lock);
  return ok;
}

curl_socket_t ec_libcurl_socket(const struct curl_sockaddr *address) {
  curl_socket_t fd;
#if defined(SOCK_CLOEXEC)
  fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
              address->protocol);
#else
  fd = socket(address->family, address->socktype, address->protocol);
  if (fd != CURL_SOCKET_BAD)
    fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
  return fd;
}

int ec_libcurl_wanted(int what) {
  int events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
    events |= EC_POLL_IN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
    events |= EC_POLL_OUT;
  return events;
}

int ec_libcurl_found(int events) {
  return ((events & EC_POLL_IN) ? CURL_CSELECT_IN : 0) |
         ((events & EC_POLL_OUT) ? CURL_CSELECT_OUT : 0) |
         ((events & EC_POLL_ERR) ? CURL_CSELECT_ERR : 0);
}
