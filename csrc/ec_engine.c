/*
** The HTTP engine: the curl_multi, its descriptors and timer, and the lists
** of transfers.  A single transfer's request and answer are ec_transfer.c's.
*/
#include "ec_engine_internal.h"
#include "ec_process.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENTS_A_STEP 64

double ec_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void ec_options_init(ec_options *options) {
  memset(options, 0, sizeof *options);
  options->connect_timeout = 10;
  options->idle_timeout = 60;
  options->max_body = (size_t)64 * 1024 * 1024;
  options->max_header = (size_t)256 * 1024;
  options->max_connections = 16;
  options->http2 = 1;
  options->gzip = 1;
}

void ec_options_free(ec_options *options) {
  free(options->user_agent);
  free(options->proxy);
  free(options->ca_file);
  free(options->ca_path);
  free(options->client_cert);
  free(options->client_key);
  memset(options, 0, sizeof *options);
}

/* ---------------------------------------------------------------- lists -- */

void ec_list_add(ec_list *list, ec_transfer *t) {
  t->previous = list->last;
  t->next = NULL;
  if (list->last != NULL)
    list->last->next = t;
  else
    list->first = t;
  list->last = t;
}

void ec_list_remove(ec_list *list, ec_transfer *t) {
  if (t->previous != NULL)
    t->previous->next = t->next;
  else
    list->first = t->next;
  if (t->next != NULL)
    t->next->previous = t->previous;
  else
    list->last = t->previous;
  t->previous = t->next = NULL;
}

void ec_engine_add(ec_engine *e, ec_transfer *t) {
  ec_list_add(&e->pending, t);
  e->count++;
}

void ec_engine_finish(ec_engine *e, ec_transfer *t) {
  ec_list_remove(&e->pending, t);
  e->count--;
  ec_list_add(&e->finished, t);
  t->done = 1;
}

void ec_engine_forget(ec_engine *e, ec_transfer *t) {
  if (t->done)
    ec_list_remove(&e->finished, t);
  else {
    ec_list_remove(&e->pending, t);
    e->count--;
  }
}

ec_transfer *ec_engine_finished(ec_engine *e) {
  ec_transfer *t = e->finished.first; /* the one that finished first */
  if (t != NULL) {
    ec_list_remove(&e->finished, t);
    t->listed = 0;
  }
  return t;
}

/* --------------------------------------------------------------- spares -- */

CURL *ec_engine_handle(ec_engine *e) {
  return e->handle_count > 0 ? e->handles[--e->handle_count] : NULL;
}

void ec_engine_spare_handle(ec_engine *e, CURL *easy) {
  if (e->handle_count < EC_SPARE_HANDLES) {
    /* the transfer's memory goes */
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    e->handles[e->handle_count++] = easy;
  } else
    curl_easy_cleanup(easy);
}

ec_transfer *ec_engine_spare(ec_engine *e) {
  ec_transfer *t = e->spares.last; /* the one that was used last */
  if (t != NULL) {
    ec_list_remove(&e->spares, t);
    e->spare_count--;
    e->spare_room -= ec_transfer_room(t);
  }
  return t;
}

/* To free a page's worth each time would make the allocator give it back to
** the system each time, which costs more than the page's transfer. */
void ec_engine_keep(ec_engine *e, ec_transfer *t) {
  size_t room = ec_transfer_room(t);
  if (e->spare_count < EC_SPARE_TRANSFERS &&
      room <= EC_SPARE_ROOM - e->spare_room) {
    ec_list_add(&e->spares, t);
    e->spare_count++;
    e->spare_room += room;
  } else
    ec_transfer_destroy(t);
}

/* ----------------------------------------------------------- libcurl's wishes
 */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *engine,
                     void *unused) {
  ec_engine *e = engine;
  int events = 0;
  (void)easy;
  (void)unused;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
    events |= EC_POLL_IN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
    events |= EC_POLL_OUT;
  return ec_poll_set(e->poll, (int)fd, events);
}

static int on_timer(CURLM *multi, long ms, void *engine) {
  ec_engine *e = engine;
  (void)multi;
  e->timer = ms < 0 ? -1 : ec_now() + (double)ms / 1000;
  return 0;
}

/* -------------------------------------------------------------- lifetime -- */

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;

/* Engines of several Lua states may be made in several threads. */
static int global_init(void) {
  static int ready = 0;
  int ok;
  pthread_mutex_lock(&init_lock);
  if (!ready && curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK)
    ready = 1;
  ok = ready;
  pthread_mutex_unlock(&init_lock);
  return ok;
}

/* 0 where there is no memory. */
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

/* Nothing may be under way. */
static void close_multi(ec_engine *e) {
  while (e->handle_count > 0)
    curl_easy_cleanup(e->handles[--e->handle_count]);
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
  e->poll = ec_poll_open();
  if (e->poll == NULL || !global_init() || !open_multi(e)) {
    ec_engine_release(e);
    return NULL;
  }
  return e;
}

int ec_engine_is_here(const ec_engine *e) {
  return e->pid == ec_process();
}

int ec_engine_usable(const ec_engine *e) {
  return e->multi != NULL && ec_engine_is_here(e);
}

int ec_engine_broken(const ec_engine *e) {
  return e->broken;
}

static void end_all(ec_engine *e, ec_fail why) {
  while (e->pending.first != NULL)
    ec_transfer_end(e->pending.first, why);
}

void ec_engine_close(ec_engine *e) {
  end_all(e, EC_FAIL_CLOSED);
  /* A child leaves the parent's connections alone: cleaning up would say
  ** goodbye on them.  The few bytes go with the process. */
  if (ec_engine_is_here(e))
    close_multi(e);
  e->multi = NULL;
  ec_poll_close(e->poll);
  e->poll = NULL;
}

void ec_engine_release(ec_engine *e) {
  ec_transfer *t;
  if (--e->references > 0)
    return;
  ec_engine_close(e);
  while ((t = ec_engine_spare(e)) != NULL)
    ec_transfer_destroy(t);
  ec_origins_free(&e->origins);
  ec_options_free(&e->options);
  free(e);
}

/* --------------------------------------------------------------- driving -- */

static void collect(ec_engine *e) {
  CURLMsg *message;
  int left;
  if (e->hears) {
    e->heard = ec_now();
    e->hears = 0;
  }
  while ((message = curl_multi_info_read(e->multi, &left)) != NULL) {
    if (message->msg == CURLMSG_DONE) {
      char *data = NULL;
      CURLcode code = message->data.result;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
      ec_transfer_complete((ec_transfer *)(void *)data, code);
    }
  }
}

/* Where libcurl has no memory it loses track of sockets and of the timer, and
** nothing it holds would ever end; it may even divide by a length it has set
** to zero.  It begins anew. */
static void start_over(ec_engine *e) {
  collect(e);
  end_all(e, EC_FAIL_MEMORY);
  close_multi(e);
  if (!open_multi(e))
    e->broken = 1;
}

/* Lets libcurl act.  Where it refuses to go on, the engine is broken. */
static void act(ec_engine *e, curl_socket_t fd, int what) {
  int running;
  CURLMcode code;
  if (e->multi == NULL)
    return;
  code = curl_multi_socket_action(e->multi, fd, what, &running);
  if (code == CURLM_OUT_OF_MEMORY)
    start_over(e);
  else if (code != CURLM_OK && code != CURLM_BAD_SOCKET)
    e->broken = 1;
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

/* One wait of at most `seconds` and what it brought.  Tells whether it was
** cut short by a signal, or by what is watched. */
static int wait_once(ec_engine *e, double seconds) {
  ec_poll_event events[EVENTS_A_STEP];
  int i, count, woken = 0;
  double due = e->timer, now = ec_now();
  if (due >= 0 && due - now < seconds)
    seconds = due > now ? due - now : 0;
  count = ec_poll_wait(e->poll, seconds, events, EVENTS_A_STEP);
  for (i = 0; i < count; i++) {
    int what = ((events[i].events & EC_POLL_IN) ? CURL_CSELECT_IN : 0) |
               ((events[i].events & EC_POLL_OUT) ? CURL_CSELECT_OUT : 0) |
               ((events[i].events & EC_POLL_ERR) ? CURL_CSELECT_ERR : 0);
    if (e->watched != NULL && events[i].fd == e->watched->read_fd) {
      ec_wake_clear(e->watched);
      woken = 1;
    } else
      act(e, events[i].fd, what);
  }
  run_timer(e);
  collect(e);
  if (e->broken)
    end_all(e, EC_FAIL_ENGINE);
  return woken || count < 0;
}

void ec_engine_step(ec_engine *e, double seconds) {
  double finish = ec_now() + seconds;
  double left = seconds;
  run_timer(e);
  collect(e);
  do {
    if (e->finished.first != NULL)
      left = 0; /* something to hand out: look, but do not wait */
    if (wait_once(e, left > 0 ? left : 0))
      return;
    left = finish - ec_now();
  } while (left > 0 && e->finished.first == NULL);
}

int ec_engine_fd(const ec_engine *e) {
  return ec_poll_fd(e->poll);
}

double ec_engine_timeout(const ec_engine *e) {
  double left;
  if (e->finished.first != NULL)
    return 0;
  if (e->timer < 0)
    return -1;
  left = e->timer - ec_now();
  return left > 0 ? left : 0;
}

size_t ec_engine_pending(const ec_engine *e) {
  return e->count;
}
