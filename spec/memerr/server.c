/*
** The server that memerr's scripts send requests to: one thread, the same JSON
** response to each request, gzipped if the path ends in "gzip".  If it ends in
** "agent", a request without a user agent gets a 400.
*/
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memerr.h"

static const char plain_answer[] = "HTTP/1.1 200 OK\r\n"
                                   "Content-Type: application/json\r\n"
                                   "ININ-Correlation-Id: 0-0-0\r\n"
                                   "Content-Length: 13\r\n\r\n"
                                   "{\"id\":\"some\"}";

static const char refusal[] =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

static const char gzip_head[] = "HTTP/1.1 200 OK\r\n"
                                "Content-Type: application/json\r\n"
                                "Content-Encoding: gzip\r\n"
                                "Content-Length: 33\r\n\r\n";
/* {"id":"some"} */
static const unsigned char gzip_body[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab,
    0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52, 0x2a, 0xce, 0xcf, 0x4d, 0x55,
    0xaa, 0x05, 0x00, 0x17, 0xf3, 0x7c, 0x2d, 0x0d, 0x00, 0x00, 0x00};

enum { MOST_PEERS = 16 };

static int port;

struct peer {
  size_t used;
  char head[8192];
};

/* Index 0 is the listener; a peer has the same index in both arrays. */
static struct pollfd polled[MOST_PEERS + 1];
static struct peer peers[MOST_PEERS + 1];
static nfds_t count = 1;

static void answer(int fd, const char *head) {
  if (strstr(head, "agent HTTP") != NULL &&
      strstr(head, "\r\nUser-Agent: memerr\r\n") == NULL) {
    send(fd, refusal, sizeof refusal - 1, MSG_NOSIGNAL);
  } else if (strstr(head, "gzip HTTP") != NULL) {
    send(fd, gzip_head, sizeof gzip_head - 1, MSG_NOSIGNAL | MSG_MORE);
    send(fd, gzip_body, sizeof gzip_body, MSG_NOSIGNAL);
  } else {
    send(fd, plain_answer, sizeof plain_answer - 1, MSG_NOSIGNAL);
  }
}

/* Reads the available bytes and responds to a complete head; -1 if the peer has
** disconnected.  A request's body is ignored as the start of the next head. */
static int read_peer(int fd, struct peer *peer) {
  size_t room = sizeof peer->head - 1 - peer->used;
  ssize_t got = recv(fd, peer->head + peer->used, room, 0);
  if (got <= 0)
    return -1;
  peer->used += (size_t)got;
  peer->head[peer->used] = '\0';
  if (strstr(peer->head, "\r\n\r\n") != NULL) {
    answer(fd, peer->head);
    peer->used = 0;
  }
  return 0;
}

static void *serve(void *unused) {
  nfds_t i;
  (void)unused;
  while (poll(polled, count, -1) > 0) {
    for (i = count - 1; i > 0; i--) {
      if (polled[i].revents != 0 && read_peer(polled[i].fd, &peers[i]) != 0) {
        close(polled[i].fd);
        count--;
        polled[i] = polled[count];
        peers[i] = peers[count];
      }
    }
    if (polled[0].revents != 0 && count <= MOST_PEERS) {
      polled[count].fd = accept(polled[0].fd, NULL, NULL);
      polled[count].events = POLLIN;
      peers[count].used = 0;
      count += polled[count].fd >= 0;
    }
  }
  return NULL;
}

int memerr_serve(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  pthread_t thread;
  int listener;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 ||
      bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 64) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0)
    return -1;
  port = ntohs(address.sin_port);
  polled[0].fd = listener;
  polled[0].events = POLLIN;
  return pthread_create(&thread, NULL, serve, NULL);
}

int memerr_port(void) {
  return port;
}
