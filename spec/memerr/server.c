/*
** The server memerr's scripts talk to: one thread, one connection at a time,
** one canned JSON answer to each request, gzipped where the path has "gzip".
*/
#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "memerr.h"

static const char plain_answer[] = "HTTP/1.1 200 OK\r\n"
                                   "Content-Type: application/json\r\n"
                                   "ININ-Correlation-Id: 0-0-0\r\n"
                                   "Content-Length: 13\r\n\r\n"
                                   "{\"id\":\"some\"}";

static const char gzip_head[] = "HTTP/1.1 200 OK\r\n"
                                "Content-Type: application/json\r\n"
                                "Content-Encoding: gzip\r\n"
                                "Content-Length: 33\r\n\r\n";
/* {"id":"some"} */
static const unsigned char gzip_body[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab,
    0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52, 0x2a, 0xce, 0xcf, 0x4d, 0x55,
    0xaa, 0x05, 0x00, 0x17, 0xf3, 0x7c, 0x2d, 0x0d, 0x00, 0x00, 0x00};

static int listener = -1;
static int port;

/* Reads up to the end of the head; 0 when there is a request. */
static int read_head(int peer, char *head, size_t size) {
  size_t used = 0;
  while (used + 1 < size) {
    ssize_t count = recv(peer, head + used, size - used - 1, 0);
    if (count <= 0)
      return -1;
    used += (size_t)count;
    head[used] = '\0';
    if (strstr(head, "\r\n\r\n") != NULL)
      return 0;
  }
  return -1;
}

static void answer(int peer) {
  char head[8192];
  struct timeval patience = {0, 200000};
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  while (read_head(peer, head, sizeof head) == 0) {
    if (strstr(head, "gzip HTTP") != NULL) {
      send(peer, gzip_head, sizeof gzip_head - 1, MSG_NOSIGNAL | MSG_MORE);
      send(peer, gzip_body, sizeof gzip_body, MSG_NOSIGNAL);
    } else {
      send(peer, plain_answer, sizeof plain_answer - 1, MSG_NOSIGNAL);
    }
  }
}

static void *serve(void *unused) {
  (void)unused;
  for (;;) {
    int peer = accept(listener, NULL, NULL);
    if (peer < 0)
      return NULL;
    answer(peer);
    close(peer);
  }
}

int memerr_serve(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  pthread_t thread;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 ||
      bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 64) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
      pthread_create(&thread, NULL, serve, NULL) != 0)
    return -1;
  port = ntohs(address.sin_port);
  return 0;
}

int memerr_port(void) {
  return port;
}
