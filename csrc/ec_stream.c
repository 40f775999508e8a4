/*
** Connections that carry bytes; see ec_stream.h.
*/
#include "ec_stream.h"

#include "ec_clock.h"
#include "ec_libcurl.h"
#include "ec_origin.h"
#include "ec_poll.h"
#include "ec_process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_PER_WAIT 8

/* Bytes that may wait to be sent.  TLS libraries require the rest of a message
** at the same place in memory, so this buffer never moves. */
#define MOST_OUTPUT ((size_t)256 * 1024)

/* Bytes that may have arrived and not been read. */
#define MOST_INPUT ((size_t)16 * 1024 * 1024)

struct ec_stream {
  CURLM *multi;
  CURL *easy; /* stays in the multi, which owns the connection */
  ec_poll *poll;
  ec_stream_state state;
  ec_failure failure;
  double timer; /* when libcurl must be called; below 0 for never */
  long pid;     /* of the process that created it */
  curl_socket_t fd;
  int events; /* that the open connection waits for */
  int news;
  size_t sent; /* bytes of `output` */
  ec_buf output, input;
  char error_text[CURL_ERROR_SIZE];
};

/* ------------------------------------------------------------ callbacks -- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *stream,
                     void *unused) {
  ec_stream *s = stream;
  (void)easy;
  (void)unused;
  return ec_poll_set(s->poll, (int)fd, ec_libcurl_wanted(what));
}

static int on_timer(CURLM *multi, long ms, void *stream) {
  ec_stream *s = stream;
  (void)multi;
  s->timer = ms < 0 ? -1 : ec_now() + (double)ms / 1000;
  return 0;
}

static curl_socket_t on_open(void *unused, curlsocktype purpose,
                             struct curl_sockaddr *address) {
  (void)unused;
  (void)purpose;
  return ec_libcurl_socket(address);
}

/* ------------------------------------------------------------- lifetime -- */

/* Frees libcurl's part.  A child leaves its parent's connection alone:
** cleaning up would send a close message on it. */
static void disconnect(ec_stream *s) {
  if (s->multi != NULL && s->pid == ec_process()) {
    if (s->state == EC_STREAM_OPEN)
      ec_poll_set(s->poll, (int)s->fd, 0);
    if (s->easy != NULL) {
      curl_multi_remove_handle(s->multi, s->easy);
      curl_easy_cleanup(s->easy);
    }
    curl_multi_cleanup(s->multi);
  }
  s->easy = NULL;
  s->multi = NULL;
}

static void end(ec_stream *s, ec_failure why) {
  if (s->state == EC_STREAM_CLOSED)
    return;
  disconnect(s);
  s->state = EC_STREAM_CLOSED;
  s->failure = why;
  s->news = 1;
  s->timer = -1;
}

static ec_failure failure_of(const ec_stream *s, CURLcode code) {
  long error = 0, verified = 0;
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    curl_easy_getinfo(s->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    return ec_err_certificate(s->error_text, verified);
  }
  if (code != CURLE_COULDNT_CONNECT)
    return ec_err_curl(code);
  curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &error);
  return ec_err_connect((int)error);
}

static void fail(ec_stream *s, CURLcode code) {
  end(s, failure_of(s, code));
}

#define SET(option, value) \
  do { \
    CURLcode set_code = curl_easy_setopt(s->easy, option, value); \
    if (set_code != CURLE_OK) \
      return set_code; \
  } while (0)

static CURLcode set_up(ec_stream *s, const ec_stream_options *o) {
  CURLcode code = ec_curl_set_protocols(s->easy);
  if (code == CURLE_OK)
    code = ec_curl_set_quick_exit(s->easy);
  if (code != CURLE_OK)
    return code;
  SET(CURLOPT_URL, o->url);
  SET(CURLOPT_CONNECT_ONLY, 1L);
  SET(CURLOPT_PROXY, "");
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_ENABLE_ALPN, 0L); /* it is not HTTP */
  if (o->ca_file != NULL)
    SET(CURLOPT_CAINFO, o->ca_file);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
  SET(CURLOPT_ERRORBUFFER, s->error_text);
  return CURLE_OK;
}

static int open_multi(ec_stream *s) {
  s->multi = curl_multi_init();
  return s->multi != NULL &&
         !curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
         !curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s) &&
         !curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
         !curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
}

/* EC_OK, EC_MEMORY, or EC_REFUSED with `*why`. */
static int start(ec_stream *s, const ec_stream_options *o, ec_failure *why) {
  CURLcode code;
  s->poll = ec_poll_open();
  if (s->poll == NULL || !ec_libcurl_init() || !open_multi(s) ||
      ec_buf_reserve(&s->output, MOST_OUTPUT) != EC_BUF_OK)
    return EC_MEMORY;
  s->easy = curl_easy_init();
  if (s->easy == NULL)
    return EC_MEMORY;
  code = set_up(s, o);
  if (code == CURLE_OK && curl_multi_add_handle(s->multi, s->easy) != CURLM_OK)
    code = CURLE_OUT_OF_MEMORY;
  if (code == CURLE_OK)
    return EC_OK;
  *why = ec_err_curl(code);
  return code == CURLE_OUT_OF_MEMORY ? EC_MEMORY : EC_REFUSED;
}

/* Whether the URL may be connected to. */
static int check_url(const char *url, ec_failure *why) {
  ec_origin origin;
  int rc = ec_origin_read(&origin, url, why);
  if (rc == EC_OK)
    ec_origin_clear(&origin);
  return rc;
}

ec_stream *ec_stream_new(const ec_stream_options *o, ec_failure *why) {
  ec_stream *s;
  int error;
  memset(why, 0, sizeof *why);
  errno = 0;
  if (check_url(o->url, why) != EC_OK)
    return NULL;
  s = calloc(1, sizeof *s);
  if (s == NULL)
    return NULL;
  s->pid = ec_process();
  s->timer = -1;
  s->fd = CURL_SOCKET_BAD;
  ec_buf_init(&s->output, MOST_OUTPUT);
  ec_buf_init(&s->input, MOST_INPUT);
  if (start(s, o, why) == EC_OK)
    return s;
  error = errno;
  ec_stream_free(s);
  errno = error;
  return NULL;
}

void ec_stream_close(ec_stream *s) {
  static const ec_failure none = {NULL, NULL, NULL, 0};
  end(s, none);
}

void ec_stream_free(ec_stream *s) {
  if (s == NULL)
    return;
  disconnect(s);
  ec_poll_close(s->poll);
  ec_buf_free(&s->output);
  ec_buf_free(&s->input);
  free(s);
}

/* -------------------------------------------------------------- driving -- */

static void opened(ec_stream *s) {
  if (curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &s->fd) != CURLE_OK ||
      s->fd == CURL_SOCKET_BAD) {
    fail(s, CURLE_COULDNT_CONNECT);
    return;
  }
  s->state = EC_STREAM_OPEN;
  s->news = 1;
}

static void act(ec_stream *s, curl_socket_t fd, int what) {
  int running, left;
  CURLMsg *message;
  if (curl_multi_socket_action(s->multi, fd, what, &running) != CURLM_OK) {
    fail(s, CURLE_OUT_OF_MEMORY);
    return;
  }
  message = curl_multi_info_read(s->multi, &left);
  if (message == NULL || message->msg != CURLMSG_DONE)
    return;
  if (message->data.result == CURLE_OK)
    opened(s);
  else
    fail(s, message->data.result);
}

static void run_timer(ec_stream *s) {
  if (s->timer >= 0 && s->timer <= ec_now()) {
    s->timer = -1;
    act(s, CURL_SOCKET_TIMEOUT, 0);
  }
}

static void flush(ec_stream *s) {
  while (s->state == EC_STREAM_OPEN && s->sent < s->output.length) {
    size_t count = 0;
    CURLcode code = curl_easy_send(s->easy, s->output.data + s->sent,
                                   s->output.length - s->sent, &count);
    if (code == CURLE_AGAIN || (code == CURLE_OK && count == 0))
      return;
    if (code != CURLE_OK)
      fail(s, code);
    s->sent += count;
  }
  s->sent = 0;
  ec_buf_clear(&s->output);
}

static void receive(ec_stream *s) {
  char bytes[16 * 1024];
  while (s->state == EC_STREAM_OPEN) {
    size_t count = 0;
    CURLcode code = curl_easy_recv(s->easy, bytes, sizeof bytes, &count);
    if (code == CURLE_AGAIN)
      return;
    if (code != CURLE_OK)
      fail(s, code);
    else if (count == 0)
      fail(s, CURLE_RECV_ERROR); /* the peer closed it */
    else if (ec_buf_add(&s->input, bytes, count) == EC_BUF_OK)
      s->news = 1;
    else
      fail(s, CURLE_OUT_OF_MEMORY);
  }
}

/* Moves the bytes of an open connection, and notes what to wait for next. */
static void carry(ec_stream *s) {
  int events;
  flush(s);
  receive(s);
  events = s->sent < s->output.length ? EC_POLL_IN | EC_POLL_OUT : EC_POLL_IN;
  if (s->state != EC_STREAM_OPEN || s->events == events)
    return;
  s->events = events;
  if (ec_poll_set(s->poll, (int)s->fd, events) != 0)
    fail(s, CURLE_OUT_OF_MEMORY);
}

static double shorter(double seconds, double timer) {
  double left = timer - ec_now();
  if (timer < 0 || left >= seconds)
    return seconds;
  return left > 0 ? left : 0;
}

/* Waits once.  1 if a signal ended the wait. */
static int wait_once(ec_stream *s, double seconds) {
  ec_poll_event events[EVENTS_PER_WAIT];
  int i, count = ec_poll_wait(s->poll, shorter(seconds, s->timer), events,
                              EVENTS_PER_WAIT);
  for (i = 0; i < count && s->state == EC_STREAM_CONNECTING; i++)
    act(s, events[i].fd, ec_libcurl_found(events[i].events));
  if (s->state == EC_STREAM_CONNECTING)
    run_timer(s);
  if (s->state == EC_STREAM_OPEN)
    carry(s);
  return count < 0;
}

int ec_stream_step(ec_stream *s, double seconds) {
  double finish = ec_now() + seconds;
  int news = s->news;
  s->news = 0;
  if (!ec_stream_usable(s))
    return news;
  if (s->state == EC_STREAM_OPEN)
    carry(s);
  for (;;) {
    double left = finish - ec_now();
    if (s->state == EC_STREAM_CLOSED)
      break;
    if (wait_once(s, s->news || news || left < 0 ? 0 : left) || left <= 0 ||
        s->news || news)
      break;
  }
  news = s->news || news;
  s->news = 0;
  return news;
}

/* ------------------------------------------------------------ reading it -- */

ec_stream_state ec_stream_state_of(const ec_stream *s) {
  return s->state;
}

const ec_failure *ec_stream_failure(const ec_stream *s) {
  return &s->failure;
}

int ec_stream_usable(const ec_stream *s) {
  return s->state != EC_STREAM_CLOSED && s->pid == ec_process();
}

int ec_stream_write(ec_stream *s, const void *bytes, size_t count) {
  if (!ec_stream_usable(s) || ec_buf_add(&s->output, bytes, count) != EC_BUF_OK)
    return EC_REFUSED;
  return EC_OK;
}

ec_buf *ec_stream_input(ec_stream *s) {
  return &s->input;
}

int ec_stream_fd(const ec_stream *s) {
  return ec_poll_fd(s->poll);
}

double ec_stream_timeout(const ec_stream *s) {
  double left;
  if (s->news)
    return 0;
  if (s->timer < 0 || s->state != EC_STREAM_CONNECTING)
    return -1;
  left = s->timer - ec_now();
  return left > 0 ? left : 0;
}
