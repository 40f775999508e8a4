/*
** One request and its answer: what libcurl is told, and what its callbacks
** keep.
*/
#include "ec_engine_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

ec_transfer *ec_transfer_new(ec_engine *e) {
  ec_transfer *t = calloc(1, sizeof *t);
  if (t == NULL)
    return NULL;
  t->engine = e;
  e->references++;
  ec_buf_init(&t->body_out, SIZE_MAX / 4);
  ec_buf_init(&t->body, e->options.max_body);
  ec_headers_init(&t->headers, e->options.max_header);
  return t;
}

void ec_transfer_release(ec_transfer *t) {
  ec_buf_free(&t->body);
  ec_buf_free(&t->body_out);
  ec_headers_free(&t->headers);
  curl_slist_free_all(t->headers_out);
  t->headers_out = NULL;
  free(t->url);
  free(t->method);
  t->url = t->method = NULL;
}

/* Takes it off libcurl's hands.  In a forked child the handle is left as it
** is: its connection belongs to the parent. */
static void detach(ec_transfer *t) {
  if (t->easy == NULL)
    return;
  if (ec_engine_usable(t->engine)) {
    if (t->in_multi)
      curl_multi_remove_handle(t->engine->multi, t->easy);
    curl_easy_cleanup(t->easy);
  }
  t->in_multi = 0;
  t->easy = NULL;
}

void ec_transfer_free(ec_transfer *t) {
  ec_engine *e = t->engine;
  detach(t);
  if (t->listed)
    ec_engine_forget(e, t);
  ec_transfer_release(t);
  free(t);
  ec_engine_release(e);
}

static int set_string(char **field, const char *text) {
  char *copy = strdup(text);
  if (copy == NULL)
    return EC_ENGINE_MEMORY;
  free(*field);
  *field = copy;
  return EC_ENGINE_OK;
}

int ec_transfer_method(ec_transfer *t, const char *method) {
  return set_string(&t->method, method);
}

int ec_transfer_url(ec_transfer *t, const char *url) {
  return set_string(&t->url, url);
}

int ec_transfer_header(ec_transfer *t, const char *line) {
  struct curl_slist *list = curl_slist_append(t->headers_out, line);
  if (list == NULL)
    return EC_ENGINE_MEMORY;
  t->headers_out = list;
  return EC_ENGINE_OK;
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
  if (rc == EC_HEADERS_OK)
    return size * count;
  t->cap_hit =
      1 + (rc == EC_HEADERS_FULL ? EC_FAIL_HEADER_CAP : EC_FAIL_MEMORY);
  return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *transfer) {
  ec_transfer *t = transfer;
  int rc = ec_buf_add(&t->body, bytes, size * count);
  if (rc == EC_BUF_OK)
    return size * count;
  t->cap_hit = 1 + (rc == EC_BUF_FULL ? EC_FAIL_BODY_CAP : EC_FAIL_MEMORY);
  return 0;
}

static int is_read(const ec_transfer *t) {
  return strcmp(t->method, "GET") == 0 || strcmp(t->method, "HEAD") == 0;
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

static int is_loopback(const char *host) {
  int a, b, c;
  char rest;
  return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
         (strncmp(host, "127.", 4) == 0 &&
          strspn(host, "0123456789.") == strlen(host) &&
          sscanf(host, "127.%3d.%3d.%3d%c", &a, &b, &c, &rest) == 3);
}

/* Refuses plain http to anywhere but this machine.  *loopback tells whether
** the host is this machine. */
static int check_url(ec_transfer *t, int *https, int *loopback) {
  CURLU *url = curl_url();
  char *scheme = NULL, *host = NULL;
  int rc = EC_ENGINE_MEMORY;
  if (url == NULL)
    return rc;
  rc = EC_ENGINE_REFUSED;
  t->failure = ec_err(EC_FAIL_URL);
  if (curl_url_set(url, CURLUPART_URL, t->url, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
    goto out;
  *https = strcmp(scheme, "https") == 0;
  *loopback = is_loopback(host);
  if (!*https && (strcmp(scheme, "http") != 0 || !*loopback)) {
    t->failure = ec_err(EC_FAIL_INSECURE);
    goto out;
  }
  rc = EC_ENGINE_OK;
out:
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(url);
  return rc;
}

#define SET(option, value) \
  do { \
    if (curl_easy_setopt(t->easy, option, value) != CURLE_OK) \
      return EC_ENGINE_MEMORY; \
  } while (0)

static int set_security(ec_transfer *t, int https, int loopback) {
  const ec_options *o = &t->engine->options;
#if LIBCURL_VERSION_NUM >= 0x075500
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
  SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  if (o->ca_file != NULL)
    SET(CURLOPT_CAINFO, o->ca_file);
  if (o->ca_path != NULL)
    SET(CURLOPT_CAPATH, o->ca_path);
  if (o->client_cert != NULL)
    SET(CURLOPT_SSLCERT, o->client_cert);
  if (o->client_key != NULL)
    SET(CURLOPT_SSLKEY, o->client_key);
  if (loopback)
    SET(CURLOPT_PROXY, "");
  else if (o->proxy != NULL)
    SET(CURLOPT_PROXY, o->proxy);
  if (https && o->http2) {
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_PIPEWAIT, 1L);
  } else
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  return EC_ENGINE_OK;
}

static int set_request(ec_transfer *t) {
  SET(CURLOPT_URL, t->url);
  if (t->has_body || strcmp(t->method, "PUT") == 0 ||
      strcmp(t->method, "POST") == 0) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_out.length);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_READDATA, t);
    if (!t->has_body && ec_transfer_header(t, "Content-Type:") != 0)
      return EC_ENGINE_MEMORY;
    if (ec_transfer_header(t, "Expect:") != 0)
      return EC_ENGINE_MEMORY;
  } else
    SET(CURLOPT_HTTPGET, 1L);
#if LIBCURL_VERSION_NUM >= 0x075000
  SET(CURLOPT_PREREQFUNCTION, on_attempt);
  SET(CURLOPT_PREREQDATA, t);
#else
  /* libcurl repeats only on a reused connection */
  if (!is_read(t) && t->body_out.length == 0)
    SET(CURLOPT_FRESH_CONNECT, 1L);
#endif
  SET(CURLOPT_CUSTOMREQUEST, t->method);
  SET(CURLOPT_HTTPHEADER, t->headers_out);
  if (t->engine->options.user_agent != NULL)
    SET(CURLOPT_USERAGENT, t->engine->options.user_agent);
  SET(CURLOPT_ACCEPT_ENCODING, "gzip");
  return EC_ENGINE_OK;
}

/* Whole milliseconds for libcurl, above 0 and within 32 bits. */
static long milliseconds(double seconds) {
  return seconds < 2e6 ? (long)(seconds * 1000) + 1 : (long)2e9;
}

static int set_limits(ec_transfer *t) {
  double connect = t->engine->options.connect_timeout;
  if (t->deadline > 0) {
    double left = t->deadline - t->started;
    SET(CURLOPT_TIMEOUT_MS, milliseconds(left));
    if (left < connect)
      connect = left;
  }
  SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
  SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  SET(CURLOPT_QUICK_EXIT, 1L);
#endif
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_PRIVATE, t);
  SET(CURLOPT_ERRORBUFFER, t->error_text);
  return EC_ENGINE_OK;
}

static void fail(ec_transfer *t, ec_failure why) {
  t->failed = 1;
  t->failure = why;
}

int ec_transfer_start(ec_transfer *t) {
  ec_engine *e = t->engine;
  int https = 0, loopback = 0, rc;
  if (!ec_engine_usable(e)) {
    t->failure = ec_err(e->multi == NULL ? EC_FAIL_CLOSED : EC_FAIL_FORKED);
    return EC_ENGINE_REFUSED;
  }
  rc = check_url(t, &https, &loopback);
  if (rc != EC_ENGINE_OK)
    return rc;
  t->started = ec_now();
  t->listed = 1;
  ec_engine_add(e, t);
  if (t->deadline > 0 && t->deadline <= t->started) {
    ec_transfer_end(t, EC_FAIL_DEADLINE);
    return EC_ENGINE_OK;
  }
  t->easy = curl_easy_init();
  if (t->easy == NULL)
    goto memory;
  rc = set_security(t, https, loopback);
  if (rc == EC_ENGINE_OK)
    rc = set_request(t);
  if (rc == EC_ENGINE_OK)
    rc = set_limits(t);
  if (rc != EC_ENGINE_OK ||
      curl_multi_add_handle(e->multi, t->easy) != CURLM_OK)
    goto memory;
  t->in_multi = 1;
  return EC_ENGINE_OK;
memory:
  detach(t);
  ec_engine_forget(e, t);
  t->listed = 0;
  return EC_ENGINE_MEMORY;
}

/* ----------------------------------------------------------- the outcome -- */

/* Reads off what the exchange did, while the handle is still there. */
static void account(ec_transfer *t) {
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
  t->bytes_sent = request + up;
  t->bytes_received = header + down;
  /* What libcurl took of the body counts as sent: it may be on its way. */
  if (request == 0 && t->headers.status == 0)
    t->sent = EC_SENT_NOTHING;
  else
    t->sent = t->body_read < t->body_out.length ? EC_SENT_PARTIAL : EC_SENT_ALL;
}

/* A failure that libcurl's code alone does not tell apart. */
static ec_failure name_failure(const ec_transfer *t, CURLcode code) {
  if (t->cap_hit != 0)
    return ec_err((ec_fail)(t->cap_hit - 1));
  if (code == CURLE_ABORTED_BY_CALLBACK && t->attempts > 1)
    return ec_err_curl(CURLE_SEND_FAIL_REWIND);
  if (code == CURLE_OPERATION_TIMEDOUT && t->sent == EC_SENT_NOTHING)
    return ec_err(EC_FAIL_CONNECT_TIMEOUT);
  /* libcurl's own cap on one header line reports itself as lack of memory */
  if (code == CURLE_OUT_OF_MEMORY && t->headers.status != 0)
    return ec_err(EC_FAIL_HEADER_CAP);
  /* and its word on malformed chunks is the one on a broken connection */
  if (code == CURLE_RECV_ERROR && strstr(t->error_text, "chunk") != NULL)
    code = CURLE_WEIRD_SERVER_REPLY;
  return ec_err_curl(code);
}

void ec_transfer_complete(ec_transfer *t, CURLcode code) {
  account(t);
  /* 101 is no answer: nobody asked for another protocol */
  if (code == CURLE_OK && t->headers.status < 200)
    code = CURLE_WEIRD_SERVER_REPLY;
  if (code != CURLE_OK)
    fail(t, name_failure(t, code));
  detach(t);
  ec_engine_finish(t->engine, t);
}

void ec_transfer_end(ec_transfer *t, ec_fail why) {
  account(t);
  fail(t, ec_err(why));
  detach(t);
  ec_engine_finish(t->engine, t);
}

void ec_transfer_cancel(ec_transfer *t) {
  if (t->listed && !t->done)
    ec_transfer_end(t, EC_FAIL_CANCELLED);
}
