/*
** The callbacks; see ec_callbacks.h.
*/
#include "ec_callbacks.h"

#include "ec_clock.h"
#include "ec_libcurl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A count other than the given one makes libcurl end the transfer. */
static size_t taken(ec_transfer *t, size_t count, ec_fail limit) {
  ec_liveness_hear(&t->engine->liveness);
  if (limit == EC_FAIL_NONE)
    return count;
  t->limit = limit;
  return 0;
}

size_t ec_on_header(char *line, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  int rc = ec_headers_line(&t->memory.headers, line, size * count);
  return taken(t, size * count,
               rc == EC_HEADERS_OK     ? EC_FAIL_NONE
               : rc == EC_HEADERS_FULL ? EC_FAIL_HEADER_CAP
                                       : EC_FAIL_MEMORY);
}

size_t ec_on_body(char *bytes, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  ec_buf *body = &t->memory.parts[EC_RESPONSE_BODY];
  int rc;
  if (ec_transfer_fills_file(t))
    return taken(t, size * count, ec_transfer_write(t, bytes, size * count));
  rc = ec_buf_add(body, bytes, size * count);
  return taken(t, size * count,
               rc == EC_BUF_OK     ? EC_FAIL_NONE
               : rc == EC_BUF_FULL ? EC_FAIL_BODY_CAP
                                   : EC_FAIL_MEMORY);
}

/* There is no callback to rewind the body, on purpose: without one libcurl
** cannot send a body again by itself. */
size_t ec_on_read(char *out, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  const ec_buf *body = &t->memory.parts[EC_REQUEST_BODY];
  size_t left = body->length - t->body_read;
  size_t step = size * count < left ? size * count : left;
  if (step > 0)
    memcpy(out, body->data + t->body_read, step);
  t->body_read += step;
  return step;
}

curl_socket_t ec_on_open(void *transfer, curlsocktype purpose,
                         struct curl_sockaddr *address) {
  ec_transfer *t = transfer;
  curl_socket_t fd = ec_libcurl_socket(address);
  (void)purpose;
  if (fd == CURL_SOCKET_BAD)
    t->socket_error = errno;
  else
    ec_poll_adopt(t->engine->poll, (int)fd);
  return fd;
}

int ec_on_close(void *engine, curl_socket_t fd) {
  ec_engine *e = engine;
  ec_poll_closing(e->poll, (int)fd);
  return close(fd);
}

/* The last moment before a request is sent: after its deadline it is not.
** libcurl sends a request again by itself when a reused connection turns out
** to be dead.  A write may have arrived by then: it fails instead. */
int ec_on_attempt(void *transfer, char *ip, char *local_ip, int port,
                  int local_port) {
  ec_transfer *t = transfer;
  (void)ip;
  (void)local_ip;
  (void)port;
  (void)local_port;
  if (ec_now() >= t->deadline) {
    t->limit = EC_FAIL_DEADLINE;
    return 1;
  }
  return ++t->attempts > 1 && !ec_transfer_is_read(t);
}
