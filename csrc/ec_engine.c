/*
** The HTTP engine: the curl_multi with its sockets and timer, its lifetime,
** and the step that drives it.
*/
#include "ec_engine.h"

#include "ec_clock.h"
#include "ec_engine_state.h"
#include "ec_exchange.h"
#include "ec_libcurl.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_PER_STEP 64

/* ----------------------------------------------- the multi's callbacks -- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *engine,
                     void *unused) {
  ec_engine *e = engine;
  (void)easy;
  (void)unused;
  return ec_poll_set(e->poll, (int)fd, ec_libcurl_wanted(what));
}

static int on_timer(CURLM *multi, long ms, void *engine) {
  ec_engine *e = engine;
  (void)multi;
  e->timer = ms < 0 ? -1 : ec_now() + (double)ms / 1000;
  return 0;
}

/* ------------------------------------------------------------ lifetime -- */

/* 0 if there is no memory. */
static int open_multi(ec_engine *e) {
  e->timer = -1;
  e->multi = curl_multi_init();
  return e->multi != NULL &&
         !curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
         !curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e) &&
         !curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
         !curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e) &&
         !curl_multi_setopt(e->multi, CURLMOPT_PIPELINING,
                            (long)CURLPIPE_MULTIPLEX) &&
         !curl_multi_setopt(e->multi, CURLMOPT_MAXCONNECTS,
                            e->options.max_connections);
}

/* No transfer may be pending. */
static void close_multi(ec_engine *e) {
  ec_pool_free_handles(&e->pool);
  if (e->multi != NULL)
    curl_multi_cleanup(e->multi);
  e->multi = NULL;
}

ec_engine *ec_engine_new(ec_options *options) {
  ec_engine *e = calloc(1, sizeof *e);
  if (e == NULL) {
    ec_options_free(options);
    return NULL;
  }
  e->options = *options;
  memset(options, 0, sizeof *options);
  e->references = 1;
  e->pid = ec_process();
  e->next_expiry = HUGE_VAL;
  e->poll = ec_poll_open();
  if (e->poll == NULL || !ec_libcurl_init() || !open_multi(e)) {
    int error = errno;
    ec_engine_release(e);
    errno = error;
    return NULL;
  }
  return e;
}

static void end_all(ec_engine *e, ec_fail why) {
  while (e->pending.first != NULL)
    ec_exchange_end(e->pending.first, why);
}

void ec_engine_close(ec_engine *e) {
  end_all(e, EC_FAIL_CLOSED);
  /* A child leaves the parent's connections alone: cleaning up would send
  ** close messages on them.  Its copy of the memory ends with the process. */
  if (ec_engine_is_here(e))
    close_multi(e);
  e->multi = NULL;
  ec_poll_close(e->poll);
  e->poll = NULL;
}

void ec_engine_release(ec_engine *e) {
  if (--e->references > 0)
    return;
  ec_engine_close(e);
  ec_pool_free(&e->pool);
  ec_origins_free(&e->origins);
  ec_options_free(&e->options);
  free(e);
}

ec_transfer *ec_engine_new_transfer(ec_engine *e) {
  ec_transfer *t = ec_pool_take(&e->pool);
  if (t == NULL)
    t = ec_transfer_create(&e->options);
  if (t == NULL)
    return NULL;
  t->engine = e;
  e->references++;
  return t;
}

void ec_engine_free_transfer(ec_transfer *t) {
  ec_engine *e = t->engine;
  ec_exchange_drop(t);
  ec_pool_keep(&e->pool, t);
  ec_engine_release(e);
}

/* ------------------------------------------------------------- driving -- */

static void collect(ec_engine *e) {
  CURLMsg *message;
  int left;
  ec_liveness_note(&e->liveness);
  while ((message = curl_multi_info_read(e->multi, &left)) != NULL) {
    if (message->msg == CURLMSG_DONE) {
      char *data = NULL;
      CURLcode code = message->data.result;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
      ec_exchange_complete((ec_transfer *)(void *)data, code);
    }
  }
}

/* Without memory libcurl loses track of sockets and of the timer, so that its
** transfers would never end; it may even divide by a length it has set to
** zero.  End them and rebuild the multi handle. */
static void rebuild(ec_engine *e) {
  collect(e);
  end_all(e, EC_FAIL_MEMORY);
  close_multi(e);
  if (!open_multi(e))
    e->broken = 1;
}

/* Lets libcurl act on a socket or the timer. */
static void act(ec_engine *e, curl_socket_t fd, int what) {
  int running;
  CURLMcode code;
  if (e->multi == NULL)
    return;
  code = curl_multi_socket_action(e->multi, fd, what, &running);
  if (code == CURLM_OUT_OF_MEMORY)
    rebuild(e);
  else if (code != CURLM_OK && code != CURLM_BAD_SOCKET)
    e->broken = 1;
}

/* When there is something to do at the latest; below 0 for never. */
static double due(const ec_engine *e) {
  double at = e->next_expiry < HUGE_VAL ? e->next_expiry : -1;
  return e->timer >= 0 && (at < 0 || e->timer < at) ? e->timer : at;
}

static void run_timer(ec_engine *e) {
  if (e->timer >= 0 && e->timer <= ec_now()) {
    e->timer = -1;
    act(e, CURL_SOCKET_TIMEOUT, 0);
  }
}

int ec_engine_watch(ec_engine *e, const ec_wake *wake) {
  if (ec_poll_set(e->poll, wake->read_fd, EC_POLL_IN) != 0)
    return -1;
  e->watched = wake;
  return 0;
}

/* Waits once, at most `seconds`, and acts on the events.  1 if a signal or the
** watched descriptor ended the wait. */
static int wait_once(ec_engine *e, double seconds) {
  ec_poll_event events[EVENTS_PER_STEP];
  int i, count, woken = 0;
  double until = due(e), now = ec_now();
  if (until >= 0 && until - now < seconds)
    seconds = until > now ? until - now : 0;
  count = ec_poll_wait(e->poll, seconds, events, EVENTS_PER_STEP);
  for (i = 0; i < count; i++) {
    if (e->watched != NULL && events[i].fd == e->watched->read_fd) {
      ec_wake_clear(e->watched);
      woken = 1;
    } else
      act(e, events[i].fd, ec_libcurl_found(events[i].events));
  }
  run_timer(e);
  collect(e);
  ec_exchange_expire(e, ec_now());
  if (e->broken)
    end_all(e, EC_FAIL_ENGINE);
  return woken || count < 0;
}

void ec_engine_step(ec_engine *e, double seconds) {
  double now = ec_now();
  double finish = now + seconds;
  double left = seconds;
  ec_exchange_begin(e, now);
  run_timer(e);
  collect(e);
  do {
    if (e->finished.first != NULL)
      left = 0; /* there is something to hand out: do not wait */
    if (wait_once(e, left > 0 ? left : 0))
      return;
    left = finish - ec_now();
  } while (left > 0 && e->finished.first == NULL);
}

ec_transfer *ec_engine_finished(ec_engine *e) {
  ec_transfer *t = ec_list_take(&e->finished);
  if (t != NULL)
    t->state = EC_ENDED;
  return t;
}

int ec_engine_fd(const ec_engine *e) {
  return ec_poll_fd(e->poll);
}

double ec_engine_timeout(const ec_engine *e) {
  double until = due(e), left;
  if (e->finished.first != NULL)
    return 0;
  if (until < 0)
    return -1;
  left = until - ec_now();
  return left > 0 ? left : 0;
}
