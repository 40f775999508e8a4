/*
** Starting and ending transfers; see ec_exchange.h.
*/
#include "ec_exchange.h"

#include "ec_clock.h"
#include "ec_outcome.h"
#include "ec_setup.h"

#include <math.h>
#include <sys/socket.h>

/* Seconds after a deadline in which libcurl ends the transfer by itself, and
** after which a first step is late. */
#define GRACE 0.02
#define LATE 0.001

static void add_pending(ec_engine *e, ec_transfer *t) {
  ec_list_add(&e->pending, t);
  e->pending_count++;
  if (e->unstepped == NULL)
    e->unstepped = t;
  t->state = EC_PENDING;
}

static void remove_pending(ec_engine *e, ec_transfer *t, ec_state next) {
  if (e->unstepped == t)
    e->unstepped = t->next;
  ec_list_remove(&e->pending, t);
  e->pending_count--;
  t->state = next;
}

static void finish(ec_engine *e, ec_transfer *t) {
  remove_pending(e, t, EC_FINISHED);
  ec_list_add(&e->finished, t);
}

/* Gives up the handle.  A forked child leaves it as it is: its connection
** belongs to the parent.  A handle taken out of a failed exchange keeps some
** of its state and cannot be reused. */
static void detach(ec_transfer *t) {
  ec_engine *e = t->engine;
  CURL *easy = t->easy;
  t->easy = NULL;
  if (easy == NULL || !ec_engine_is_open(e))
    return;
  curl_multi_remove_handle(e->multi, easy);
  if (t->failed)
    curl_easy_cleanup(easy);
  else
    ec_pool_keep_handle(&e->pool, easy);
}

int ec_exchange_check(ec_transfer *t) {
  ec_origins *known = &t->engine->origins;
  const char *url = ec_transfer_text(t, EC_URL);
  ec_origin origin;
  int rc;
  t->origin = ec_origins_find(known, url);
  if (t->origin != NULL) {
    t->https = t->origin->https;
    t->loopback = t->origin->loopback;
  } else {
    rc = ec_origin_read(&origin, url, &t->failure);
    if (rc != EC_OK)
      return rc;
    t->https = origin.https;
    t->loopback = origin.loopback;
    ec_origins_add(known, &origin);
    t->origin = ec_origins_find(known, url);
  }
  t->checked = 1;
  return EC_OK;
}

static int refuse(ec_transfer *t, ec_fail why) {
  t->failure = ec_err(why);
  return EC_REFUSED;
}

int ec_exchange_start(ec_transfer *t) {
  ec_engine *e = t->engine;
  int rc = EC_OK;
  if (e->broken)
    return refuse(t, EC_FAIL_ENGINE);
  if (e->multi == NULL)
    return refuse(t, EC_FAIL_CLOSED);
  if (!ec_engine_is_here(e))
    return refuse(t, EC_FAIL_FORKED);
  if (!t->checked)
    rc = ec_exchange_check(t);
  if (rc != EC_OK)
    return rc;
  t->started = ec_now();
  add_pending(e, t);
  if (t->deadline <= t->started) {
    ec_exchange_end(t, EC_FAIL_DEADLINE);
    return EC_OK;
  }
  rc = ec_setup(t);
  if (rc == EC_OK && curl_multi_add_handle(e->multi, t->easy) != CURLM_OK)
    rc = EC_MEMORY;
  if (rc != EC_OK) {
    detach(t);
    remove_pending(e, t, EC_NEW);
  } else if (t->deadline + GRACE < e->next_expiry)
    e->next_expiry = t->deadline + GRACE;
  return rc;
}

/* A connection may be dead without an error.  libcurl closes one of HTTP/1.1
** after a timeout, but keeps one of HTTP/2 for the next requests.  If no other
** transfer uses it, libcurl names its socket: shut it down. */
static void distrust_connection(ec_transfer *t) {
  curl_socket_t fd = CURL_SOCKET_BAD;
  curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd != CURL_SOCKET_BAD)
    shutdown(fd, SHUT_RDWR);
  else
    ec_liveness_suspect(&t->engine->liveness, t->started);
}

/* libcurl reports success when the connection is closed within the headers. */
static CURLcode check_headers(const ec_headers *h) {
  if (h->state == EC_HEADERS_FIELDS)
    return CURLE_PARTIAL_FILE;
  /* 101 is not a response: the request did not ask for another protocol */
  return h->status < 200 ? CURLE_WEIRD_SERVER_REPLY : CURLE_OK;
}

void ec_exchange_complete(ec_transfer *t, CURLcode code) {
  ec_outcome_read(t);
  if (code == CURLE_OPERATION_TIMEDOUT)
    distrust_connection(t);
  /* bytes after the end of a compressed response: the next attempt can do
  ** without compression */
  if (code == CURLE_WRITE_ERROR && t->limit == EC_FAIL_NONE)
    t->engine->options.gzip = 0;
  if (code == CURLE_OK)
    code = check_headers(&t->memory.headers);
  if (code != CURLE_OK)
    ec_transfer_fail(t, ec_outcome_failure(t, code));
  detach(t);
  finish(t->engine, t);
}

void ec_exchange_end(ec_transfer *t, ec_fail why) {
  ec_outcome_read(t);
  ec_transfer_fail(t, ec_err(why));
  detach(t);
  finish(t->engine, t);
}

/* libcurl measures the time from a transfer's first step, which may be late. */
void ec_exchange_begin(ec_engine *e, double now) {
  while (e->unstepped != NULL) {
    ec_transfer *t = e->unstepped;
    e->unstepped = t->next;
    if (t->deadline <= now)
      ec_exchange_end(t, EC_FAIL_DEADLINE);
    else if (now - t->started > LATE)
      (void)ec_setup_deadline(t, now); /* without memory, it ends later */
  }
}

/* libcurl does not measure it while the transfer waits for a connection. */
void ec_exchange_expire(ec_engine *e, double now) {
  ec_transfer *t, *following;
  if (now < e->next_expiry)
    return;
  e->next_expiry = HUGE_VAL;
  for (t = e->pending.first; t != NULL; t = following) {
    double expiry = t->deadline + GRACE;
    following = t->next;
    if (expiry <= now)
      ec_exchange_complete(t, CURLE_OPERATION_TIMEDOUT);
    else if (expiry < e->next_expiry)
      e->next_expiry = expiry;
  }
}

void ec_exchange_drop(ec_transfer *t) {
  ec_engine *e = t->engine;
  detach(t);
  if (t->state == EC_PENDING)
    remove_pending(e, t, EC_ENDED);
  else if (t->state == EC_FINISHED)
    ec_list_remove(&e->finished, t);
  t->state = EC_ENDED;
}
