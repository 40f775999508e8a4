/*
** One request and its answer: what libcurl is told, and what its callbacks
** keep.
*/
#include "ec_engine_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Makes a transfer as good as new; its memory stays. */
static void renew(ec_transfer *t) {
  size_t from = offsetof(ec_transfer, engine);
  t->url.length = t->method.length = t->headers_out.length = 0;
  t->header_nodes.length = t->body_out.length = t->body.length = 0;
  ec_headers_renew(&t->headers);
  memset((char *)t + from, 0, offsetof(ec_transfer, address) - from);
  t->address[0] = t->error_text[0] = 0;
}

static ec_transfer *make(const ec_options *options) {
  ec_transfer *t = calloc(1, sizeof *t);
  if (t == NULL)
    return NULL;
  ec_buf_init(&t->url, SIZE_MAX / 4);
  ec_buf_init(&t->method, SIZE_MAX / 4);
  ec_buf_init(&t->headers_out, SIZE_MAX / 4);
  ec_buf_init(&t->header_nodes, SIZE_MAX / 4);
  ec_buf_init(&t->body_out, SIZE_MAX / 4);
  ec_buf_init(&t->body, options->max_body);
  ec_headers_init(&t->headers, options->max_header);
  return t;
}

ec_transfer *ec_transfer_new(ec_engine *e) {
  ec_transfer *t = ec_engine_spare(e);
  if (t == NULL)
    t = make(&e->options);
  if (t == NULL)
    return NULL;
  t->engine = e;
  e->references++;
  t->deadline = HUGE_VAL;
  return t;
}

size_t ec_transfer_room(const ec_transfer *t) {
  return t->url.room + t->method.room + t->headers_out.room +
         t->header_nodes.room + t->body_out.room + t->body.room +
         t->headers.pairs.room;
}

void ec_transfer_destroy(ec_transfer *t) {
  ec_buf_free(&t->url);
  ec_buf_free(&t->method);
  ec_buf_free(&t->headers_out);
  ec_buf_free(&t->header_nodes);
  ec_buf_free(&t->body_out);
  ec_buf_free(&t->body);
  ec_headers_free(&t->headers);
  free(t);
}

/* Takes it off libcurl's hands.  In a forked child the handle is left as it
** is: its connection belongs to the parent.  A handle that was torn out of
** an exchange keeps some of its state, and is of no further use. */
static void detach(ec_transfer *t) {
  if (t->easy == NULL)
    return;
  if (ec_engine_usable(t->engine)) {
    if (t->in_multi)
      curl_multi_remove_handle(t->engine->multi, t->easy);
    if (t->failed)
      curl_easy_cleanup(t->easy);
    else
      ec_engine_spare_handle(t->engine, t->easy);
  }
  t->in_multi = 0;
  t->easy = NULL;
}

void ec_transfer_free(ec_transfer *t) {
  ec_engine *e = t->engine;
  detach(t);
  if (t->listed)
    ec_engine_forget(e, t);
  renew(t);
  ec_engine_keep(e, t);
  ec_engine_release(e);
}

static int set_text(ec_buf *field, const char *text) {
  ec_buf_clear(field);
  return ec_buf_add(field, text, strlen(text) + 1) == EC_BUF_OK
             ? EC_ENGINE_OK
             : EC_ENGINE_MEMORY;
}

int ec_transfer_method(ec_transfer *t, const char *method) {
  return set_text(&t->method, method);
}

int ec_transfer_url(ec_transfer *t, const char *url) {
  return set_text(&t->url, url);
}

/* libcurl takes "name;" for a header with an empty value, and "name:" for one
** that is not to be sent. */
int ec_transfer_header(ec_transfer *t, const char *name, const char *value) {
  const char *between = value == NULL ? ":" : value[0] == 0 ? ";" : ": ";
  ec_buf *lines = &t->headers_out;
  if (value == NULL)
    value = "";
  if (ec_buf_add(lines, name, strlen(name)) != EC_BUF_OK ||
      ec_buf_add(lines, between, strlen(between)) != EC_BUF_OK ||
      ec_buf_add(lines, value, strlen(value) + 1) != EC_BUF_OK)
    return EC_ENGINE_MEMORY;
  return EC_ENGINE_OK;
}

/* libcurl's list of the header lines, whose nodes it only reads; NULL for none
** of them, and where there is no memory. */
static struct curl_slist *list_headers(ec_transfer *t) {
  struct curl_slist *nodes;
  size_t at, count = 0, i = 0;
  for (at = 0; at < t->headers_out.length; count++)
    at += strlen(t->headers_out.data + at) + 1;
  if (count == 0 ||
      ec_buf_reserve(&t->header_nodes, count * sizeof *nodes) != EC_BUF_OK)
    return NULL;
  nodes = (struct curl_slist *)(void *)t->header_nodes.data;
  for (at = 0; at < t->headers_out.length; i++) {
    nodes[i].data = t->headers_out.data + at;
    nodes[i].next = i + 1 < count ? &nodes[i + 1] : NULL;
    at += strlen(nodes[i].data) + 1;
  }
  return nodes;
}

int ec_transfer_body(ec_transfer *t, const char *bytes, size_t length) {
  t->has_body = 1;
  return length == 0 || ec_buf_add(&t->body_out, bytes, length) == EC_BUF_OK
             ? EC_ENGINE_OK
             : EC_ENGINE_MEMORY;
}

/* ------------------------------------------------------------- callbacks -- */

static size_t on_header(char *line, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  int rc = ec_headers_line(&t->headers, line, size * count);
  t->engine->hears = 1;
  if (rc == EC_HEADERS_OK)
    return size * count;
  t->cap_hit =
      1 + (rc == EC_HEADERS_FULL ? EC_FAIL_HEADER_CAP : EC_FAIL_MEMORY);
  return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  int rc = ec_buf_add(&t->body, bytes, size * count);
  t->engine->hears = 1;
  if (rc == EC_BUF_OK)
    return size * count;
  t->cap_hit = 1 + (rc == EC_BUF_FULL ? EC_FAIL_BODY_CAP : EC_FAIL_MEMORY);
  return 0;
}

/* Sockets that no program started by this process inherits. */
static curl_socket_t on_socket(void *transfer, curlsocktype purpose,
                               struct curl_sockaddr *address) {
  ec_transfer *t = transfer;
  curl_socket_t fd;
  (void)purpose;
#if defined(SOCK_CLOEXEC)
  fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
              address->protocol);
#else
  fd = socket(address->family, address->socktype, address->protocol);
  if (fd != CURL_SOCKET_BAD)
    fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
  if (fd == CURL_SOCKET_BAD)
    t->socket_error = errno;
  else
    ec_poll_adopt(t->engine->poll, (int)fd);
  return fd;
}

static int on_close(void *engine, curl_socket_t fd) {
  ec_engine *e = engine;
  ec_poll_closing(e->poll, (int)fd);
  return close(fd);
}

static int is_read(const ec_transfer *t) {
  return strcmp(t->method.data, "GET") == 0 ||
         strcmp(t->method.data, "HEAD") == 0;
}

#if LIBCURL_VERSION_NUM >= 0x075000
/* Asked each time before a request is sent.  libcurl sends one again by
** itself when a reused connection turns out dead, and a write may have
** arrived by then: it fails instead. */
static int on_attempt(void *transfer, char *ip, char *local_ip, int port,
                      int local_port) {
  ec_transfer *t = transfer;
  (void)ip;
  (void)local_ip;
  (void)port;
  (void)local_port;
  return ++t->attempts > 1 && !is_read(t);
}
#endif

/* The request's body.  There is no way to rewind it, on purpose: that too
** keeps libcurl from sending it again. */
static size_t on_read(char *out, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  size_t left = t->body_out.length - t->body_read;
  size_t step = size * count < left ? size * count : left;
  if (step > 0)
    memcpy(out, t->body_out.data + t->body_read, step);
  t->body_read += step;
  return step;
}

/* ------------------------------------------------------------ the request --
 */

int ec_transfer_check(ec_transfer *t) {
  ec_origins *known = &t->engine->origins;
  ec_origin read;
  int rc;
  t->origin = ec_origins_find(known, t->url.data);
  if (t->origin != NULL) {
    t->https = t->origin->https;
    t->loopback = t->origin->loopback;
  } else {
    rc = ec_origin_read(&read, t->url.data, &t->failure);
    if (rc != EC_ENGINE_OK)
      return rc;
    t->https = read.https;
    t->loopback = read.loopback;
    ec_origins_add(known, &read);
    t->origin = ec_origins_find(known, t->url.data);
  }
  t->checked = 1;
  return EC_ENGINE_OK;
}

/* An option that libcurl doesn't take: no memory, or built without it. */
static int refuse(ec_transfer *t, CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY)
    return EC_ENGINE_MEMORY;
  t->failure = ec_err_curl(code);
  return EC_ENGINE_REFUSED;
}

#define SET(option, value) \
  do { \
    CURLcode set_code = curl_easy_setopt(t->easy, option, value); \
    if (set_code != CURLE_OK) \
      return refuse(t, set_code); \
  } while (0)

/* Whole milliseconds for libcurl, above 0 and within 32 bits. */
static long milliseconds(double seconds) {
  return seconds < 2e6 ? (long)(seconds * 1000) + 1 : (long)2e9;
}

static int libcurl_has(int feature) {
  return (curl_version_info(CURLVERSION_NOW)->features & feature) != 0;
}

/* Once for each handle: what all requests of an engine have in common. */
static int set_common(ec_transfer *t) {
  const ec_options *o = &t->engine->options;
#if LIBCURL_VERSION_NUM >= 0x075500
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
  SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  if (o->ca_file != NULL)
    SET(CURLOPT_CAINFO, o->ca_file);
  if (o->ca_path != NULL)
    SET(CURLOPT_CAPATH, o->ca_path);
  if (o->client_cert != NULL)
    SET(CURLOPT_SSLCERT, o->client_cert);
  if (o->client_key != NULL)
    SET(CURLOPT_SSLKEY, o->client_key);
  if (o->user_agent != NULL)
    SET(CURLOPT_USERAGENT, o->user_agent);
  if (o->gzip && libcurl_has(CURL_VERSION_LIBZ))
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_BUFFERSIZE, 32L * 1024);
#if LIBCURL_VERSION_NUM >= 0x074100
  SET(CURLOPT_MAXAGE_CONN, 1 + milliseconds(o->idle_timeout) / 1000);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  SET(CURLOPT_QUICK_EXIT, 1L);
#endif
  SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
  SET(CURLOPT_CLOSESOCKETDATA, t->engine);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_READFUNCTION, on_read);
#if LIBCURL_VERSION_NUM >= 0x075000
  SET(CURLOPT_PREREQFUNCTION, on_attempt);
#endif
  return EC_ENGINE_OK;
}

/* A handle for the transfer; one that lacks some of the above is not kept. */
static int take_handle(ec_transfer *t) {
  int rc;
  t->easy = ec_engine_handle(t->engine);
  if (t->easy != NULL)
    return EC_ENGINE_OK;
  t->easy = curl_easy_init();
  if (t->easy == NULL)
    return EC_ENGINE_MEMORY;
  rc = set_common(t);
  if (rc != EC_ENGINE_OK) {
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
  }
  return rc;
}

/* How to get to the server.  The handle may come from another request: all
** that differs between requests is set for each, here and below. */
static int set_route(ec_transfer *t) {
  const ec_options *o = &t->engine->options;
  int http2 = t->https && o->http2 && libcurl_has(CURL_VERSION_HTTP2);
  SET(CURLOPT_PROXY, t->loopback ? "" : o->proxy);
  SET(CURLOPT_HTTP_VERSION,
      (long)(http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  SET(CURLOPT_PIPEWAIT, (long)http2);
  return EC_ENGINE_OK;
}

/* Of a known origin libcurl needn't read the URL again: what stands behind it
** goes out as it is. */
static int set_url(ec_transfer *t) {
  const ec_origin *o = t->origin;
  SET(CURLOPT_URL, o != NULL ? o->text : t->url.data);
  SET(CURLOPT_CURLU, o != NULL ? o->parts : NULL);
  SET(CURLOPT_REQUEST_TARGET,
      o != NULL ? ec_origin_target(o, t->url.data) : NULL);
  return EC_ENGINE_OK;
}

static int set_request(ec_transfer *t) {
  struct curl_slist *headers;
  if (t->has_body || strcmp(t->method.data, "PUT") == 0 ||
      strcmp(t->method.data, "POST") == 0) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_out.length);
    if (!t->has_body && ec_transfer_header(t, "Content-Type", NULL) != 0)
      return EC_ENGINE_MEMORY;
    if (ec_transfer_header(t, "Expect", NULL) != 0)
      return EC_ENGINE_MEMORY;
  } else
    SET(CURLOPT_HTTPGET, 1L);
  SET(CURLOPT_CUSTOMREQUEST, t->method.data);
  headers = list_headers(t);
  if (headers == NULL && t->headers_out.length > 0)
    return EC_ENGINE_MEMORY;
  SET(CURLOPT_HTTPHEADER, headers);
  SET(CURLOPT_OPENSOCKETDATA, t);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_READDATA, t);
#if LIBCURL_VERSION_NUM >= 0x075000
  SET(CURLOPT_PREREQDATA, t);
#endif
  SET(CURLOPT_PRIVATE, t);
  SET(CURLOPT_ERRORBUFFER, t->error_text);
  return EC_ENGINE_OK;
}

/*
** A connection may be dead without a word.  HTTP/1.1 ones are closed on a
** timeout; one of HTTP/2 stays, to swallow the next requests.  libcurl names
** the socket when nobody else uses it: it is shut down.  When others do and
** nothing at all was heard meanwhile, new requests keep off for a while.
*/
static void distrust_connection(ec_transfer *t) {
  curl_socket_t fd = CURL_SOCKET_BAD;
  curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd != CURL_SOCKET_BAD)
    shutdown(fd, SHUT_RDWR);
  else if (t->engine->heard < t->started)
    t->engine->suspected = ec_now();
}

#define LONGEST_SUSPICION 60 /* seconds */

/* Whether requests are under way that began before the suspicion. */
static int is_suspicious(const ec_engine *e) {
  return e->suspected > 0 && e->pending.first->started <= e->suspected &&
         ec_now() - e->suspected < LONGEST_SUSPICION;
}

static int set_limits(ec_transfer *t) {
  double connect = t->engine->options.connect_timeout;
  double left = t->deadline - t->started;
  int fresh = is_suspicious(t->engine);
#if LIBCURL_VERSION_NUM < 0x075000
  /* libcurl repeats only on a reused connection */
  if (!is_read(t) && t->body_out.length == 0)
    fresh = 1;
#endif
  SET(CURLOPT_FRESH_CONNECT, (long)fresh);
  SET(CURLOPT_TIMEOUT_MS, left < HUGE_VAL ? milliseconds(left) : 0L);
  SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(left < connect ? left : connect));
  return EC_ENGINE_OK;
}

static void fail(ec_transfer *t, ec_failure why) {
  t->failed = 1;
  t->failure = why;
}

int ec_transfer_start(ec_transfer *t) {
  ec_engine *e = t->engine;
  int rc = EC_ENGINE_OK;
  if (e->broken || !ec_engine_usable(e)) {
    t->failure = ec_err(e->broken          ? EC_FAIL_ENGINE
                        : e->multi == NULL ? EC_FAIL_CLOSED
                                           : EC_FAIL_FORKED);
    return EC_ENGINE_REFUSED;
  }
  if (!t->checked)
    rc = ec_transfer_check(t);
  if (rc != EC_ENGINE_OK)
    return rc;
  t->started = ec_now();
  t->listed = 1;
  ec_engine_add(e, t);
  if (t->deadline <= t->started) {
    ec_transfer_end(t, EC_FAIL_DEADLINE);
    return EC_ENGINE_OK;
  }
  rc = take_handle(t);
  if (rc == EC_ENGINE_OK)
    rc = set_route(t);
  if (rc == EC_ENGINE_OK)
    rc = set_url(t);
  if (rc == EC_ENGINE_OK)
    rc = set_request(t);
  if (rc == EC_ENGINE_OK)
    rc = set_limits(t);
  if (rc != EC_ENGINE_OK)
    goto out;
  rc = EC_ENGINE_MEMORY;
  if (curl_multi_add_handle(e->multi, t->easy) != CURLM_OK)
    goto out;
  t->in_multi = 1;
  return EC_ENGINE_OK;
out:
  detach(t);
  ec_engine_forget(e, t);
  t->listed = 0;
  return rc;
}

/* ----------------------------------------------------------- the outcome -- */

/* Whether any of the request went out: the CONNECT to a proxy is none of it.
 */
static int was_begun(const ec_transfer *t, long request_size) {
#if LIBCURL_VERSION_NUM >= 0x075000
  (void)request_size;
  return t->attempts > 0;
#else
  return request_size > 0 || t->headers.status != 0;
#endif
}

/* Reads off what the exchange did, while the handle is still there. */
static void account(ec_transfer *t) {
  const char *address = NULL;
  curl_off_t up = 0, down = 0;
  long request = 0, header = 0;
  t->elapsed = ec_now() - t->started;
  if (t->easy == NULL)
    return;
  curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo(t->easy, CURLINFO_HEADER_SIZE, &header);
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &up);
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &t->http_version);
  curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &t->new_connections);
  curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
  if (address != NULL && strlen(address) < sizeof t->address)
    memcpy(t->address, address, strlen(address) + 1);
  t->bytes_sent = request + up;
  t->bytes_received = header + down;
  /* What libcurl took of the body counts as sent: it may be on its way. */
  if (!was_begun(t, request))
    t->sent = EC_SENT_NOTHING;
  else
    t->sent = t->body_read < t->body_out.length ? EC_SENT_PARTIAL : EC_SENT_ALL;
}

static int answer_began(const ec_transfer *t) {
  curl_off_t first_byte = 0;
  curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  return first_byte > 0;
}

/* A failure that libcurl's code alone does not tell apart. */
static ec_failure name_failure(const ec_transfer *t, CURLcode code) {
  long error = 0, proxy_status = 0;
  if (t->cap_hit != 0)
    return ec_err((ec_fail)(t->cap_hit - 1));
  curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT)
    return ec_err_connect(t->socket_error != 0 ? t->socket_error : (int)error);
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status >= 300 && t->sent == EC_SENT_NOTHING)
    return ec_err(EC_FAIL_PROXY);
  if (code == CURLE_ABORTED_BY_CALLBACK && t->attempts > 1)
    return ec_err_curl(CURLE_SEND_FAIL_REWIND);
  if (code == CURLE_OPERATION_TIMEDOUT && t->sent == EC_SENT_NOTHING)
    return ec_err(EC_FAIL_CONNECT_TIMEOUT);
  if (code == CURLE_PEER_FAILED_VERIFICATION)
    return ec_err_certificate(t->error_text);
  /* libcurl's own cap on one header line, and so on a first line that never
  ** ends, reports itself as lack of memory */
  if (code == CURLE_OUT_OF_MEMORY && t->headers.status != 0)
    return ec_err(EC_FAIL_HEADER_CAP);
  if (code == CURLE_OUT_OF_MEMORY && answer_began(t))
    code = CURLE_WEIRD_SERVER_REPLY;
  /* and its word on malformed chunks is the one on a broken connection */
  if (code == CURLE_RECV_ERROR && strstr(t->error_text, "chunk") != NULL)
    code = CURLE_WEIRD_SERVER_REPLY;
  return ec_err_curl(code);
}

void ec_transfer_complete(ec_transfer *t, CURLcode code) {
  account(t);
  if (code == CURLE_OPERATION_TIMEDOUT)
    distrust_connection(t);
  /* 101 is no answer: nobody asked for another protocol */
  if (code == CURLE_OK && t->headers.status < 200)
    code = CURLE_WEIRD_SERVER_REPLY;
  if (code != CURLE_OK)
    fail(t, name_failure(t, code));
  detach(t);
  ec_engine_finish(t->engine, t);
}

void ec_transfer_fail(ec_transfer *t, ec_failure why) {
  fail(t, why);
  t->done = 1;
}

void ec_transfer_end(ec_transfer *t, ec_fail why) {
  account(t);
  fail(t, ec_err(why));
  detach(t);
  ec_engine_finish(t->engine, t);
}

void ec_transfer_cancel(ec_transfer *t, ec_fail why) {
  if (t->listed && !t->done)
    ec_transfer_end(t, why);
}
