/*
** libcurl's options.  A handle may have served another request before: what
** all requests of an engine share is set when the handle is created, and all
** else is set again for each request.
*/
#include "ec_setup.h"

#include "ec_callbacks.h"

#include <math.h>
#include <string.h>

/* libcurl rejects an option: no memory, or it was built without it. */
static int refuse(ec_transfer *t, CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY)
    return EC_MEMORY;
  t->failure = ec_err_curl(code);
  return EC_REFUSED;
}

#define TRY(call) \
  do { \
    CURLcode try_code = (call); \
    if (try_code != CURLE_OK) \
      return refuse(t, try_code); \
  } while (0)

#define SET(option, value) TRY(curl_easy_setopt(t->easy, option, value))

/* Whole milliseconds for libcurl, above 0 and within 32 bits. */
static long milliseconds(double seconds) {
  return seconds < 2e6 ? (long)(seconds * 1000) + 1 : (long)2e9;
}

static int libcurl_has(int feature) {
  return (curl_version_info(CURLVERSION_NOW)->features & feature) != 0;
}

static int set_callbacks(ec_transfer *t) {
  SET(CURLOPT_OPENSOCKETFUNCTION, ec_on_open);
  SET(CURLOPT_CLOSESOCKETFUNCTION, ec_on_close);
  SET(CURLOPT_CLOSESOCKETDATA, t->engine);
  SET(CURLOPT_HEADERFUNCTION, ec_on_header);
  SET(CURLOPT_WRITEFUNCTION, ec_on_body);
  SET(CURLOPT_READFUNCTION, ec_on_read);
  TRY(ec_curl_set_attempt(t->easy, ec_on_attempt));
  return EC_OK;
}

/* What all requests of an engine share. */
static int set_common(ec_transfer *t) {
  const ec_options *o = &t->engine->options;
  TRY(ec_curl_set_protocols(t->easy));
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  if (o->no_proxy != NULL)
    SET(CURLOPT_NOPROXY, o->no_proxy);
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
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_BUFFERSIZE, 32L * 1024);
  TRY(ec_curl_set_idle_timeout(t->easy,
                               1 + milliseconds(o->idle_timeout) / 1000));
  TRY(ec_curl_set_quick_exit(t->easy));
  return set_callbacks(t);
}

/* A handle that lacks a common option is not used. */
static int take_handle(ec_transfer *t) {
  int rc;
  t->easy = ec_pool_take_handle(&t->engine->pool);
  if (t->easy != NULL)
    return EC_OK;
  t->easy = curl_easy_init();
  if (t->easy == NULL)
    return EC_MEMORY;
  rc = set_common(t);
  if (rc != EC_OK) {
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
  }
  return rc;
}

static int set_route(ec_transfer *t) {
  const ec_options *o = &t->engine->options;
  int http2 = t->https && o->http2 && libcurl_has(CURL_VERSION_HTTP2);
  int gzip = o->gzip && libcurl_has(CURL_VERSION_LIBZ);
  SET(CURLOPT_PROXY, t->loopback ? "" : o->proxy);
  SET(CURLOPT_HTTP_VERSION,
      (long)(http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  SET(CURLOPT_PIPEWAIT, (long)http2);
  SET(CURLOPT_ACCEPT_ENCODING, gzip ? "gzip" : NULL);
  return EC_OK;
}

/* For a known origin libcurl need not parse the URL again, and what follows
** the origin is sent as it is. */
static int set_url(ec_transfer *t) {
  const ec_origin *o = t->origin;
  const char *url = ec_transfer_text(t, EC_URL);
  SET(CURLOPT_URL, o != NULL ? o->text : url);
  SET(CURLOPT_CURLU, o != NULL ? o->parts : NULL);
  SET(CURLOPT_REQUEST_TARGET, o != NULL ? ec_origin_target(o, url) : NULL);
  return EC_OK;
}

/* Makes libcurl's list of the header lines, whose nodes it only reads; NULL
** if there are none, or no memory. */
static struct curl_slist *list_headers(ec_transfer *t) {
  const ec_buf *lines = &t->memory.parts[EC_HEADER_LINES];
  ec_buf *memory = &t->memory.parts[EC_HEADER_NODES];
  struct curl_slist *nodes;
  size_t at, count = 0, i = 0;
  for (at = 0; at < lines->length; count++)
    at += strlen(lines->data + at) + 1;
  if (count == 0 || ec_buf_reserve(memory, count * sizeof *nodes) != EC_BUF_OK)
    return NULL;
  nodes = (struct curl_slist *)(void *)memory->data;
  for (at = 0; at < lines->length; i++) {
    nodes[i].data = lines->data + at;
    nodes[i].next = i + 1 < count ? &nodes[i + 1] : NULL;
    at += strlen(nodes[i].data) + 1;
  }
  return nodes;
}

static int set_headers(ec_transfer *t) {
  struct curl_slist *headers = list_headers(t);
  if (headers == NULL && t->memory.parts[EC_HEADER_LINES].length > 0)
    return EC_MEMORY;
  SET(CURLOPT_HTTPHEADER, headers);
  return EC_OK;
}

static int set_request(ec_transfer *t) {
  const char *method = ec_transfer_text(t, EC_METHOD);
  if (t->has_body || strcmp(method, "PUT") == 0 ||
      strcmp(method, "POST") == 0) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE,
        (curl_off_t)t->memory.parts[EC_REQUEST_BODY].length);
    /* libcurl would add both of these headers by itself */
    if (!t->has_body && ec_transfer_header(t, "Content-Type", NULL) != EC_OK)
      return EC_MEMORY;
    if (ec_transfer_header(t, "Expect", NULL) != EC_OK)
      return EC_MEMORY;
  } else
    SET(CURLOPT_HTTPGET, 1L);
  SET(CURLOPT_CUSTOMREQUEST, method);
  return set_headers(t);
}

static int set_data(ec_transfer *t) {
  SET(CURLOPT_OPENSOCKETDATA, t);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_READDATA, t);
  TRY(ec_curl_set_attempt_data(t->easy, t));
  SET(CURLOPT_PRIVATE, t);
  SET(CURLOPT_ERRORBUFFER, t->error_text);
  return EC_OK;
}

/* Whether the request must not share a connection with others. */
static int needs_new_connection(const ec_transfer *t) {
  const ec_engine *e = t->engine;
  /* libcurl repeats a request only on a reused connection, and a write
  ** without a body is not protected by the missing rewind callback */
  if (!EC_CURL_COUNTS_ATTEMPTS && !ec_transfer_is_read(t) &&
      t->memory.parts[EC_REQUEST_BODY].length == 0)
    return 1;
  return ec_liveness_suspicious(&e->liveness, e->pending.first->started);
}

static int set_stall(ec_transfer *t) {
  SET(CURLOPT_LOW_SPEED_LIMIT, t->stall > 0 ? 1L : 0L);
  SET(CURLOPT_LOW_SPEED_TIME,
      t->stall > 0 ? 1 + milliseconds(t->stall) / 1000 : 0L);
  return EC_OK;
}

int ec_setup_deadline(ec_transfer *t, double now) {
  double connect = t->engine->options.connect_timeout;
  double left = t->deadline - now;
  SET(CURLOPT_TIMEOUT_MS, left < HUGE_VAL ? milliseconds(left) : 0L);
  SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(left < connect ? left : connect));
  return EC_OK;
}

static int set_limits(ec_transfer *t) {
  SET(CURLOPT_FRESH_CONNECT, (long)needs_new_connection(t));
  return ec_setup_deadline(t, t->started);
}

int ec_setup(ec_transfer *t) {
  int rc = take_handle(t);
  if (rc == EC_OK)
    rc = set_route(t);
  if (rc == EC_OK)
    rc = set_url(t);
  if (rc == EC_OK)
    rc = set_request(t);
  if (rc == EC_OK)
    rc = set_data(t);
  if (rc == EC_OK)
    rc = set_stall(t);
  if (rc == EC_OK)
    rc = set_limits(t);
  return rc;
}
