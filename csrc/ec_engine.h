/*
** The HTTP engine: one curl_multi, driven by the caller's steps.  Knows
** nothing of Lua, and of threads only that one drives it (ec_thread.h).  A
** transfer owns all of its memory; libcurl's callbacks only append to capped
** buffers.
*/
#ifndef EC_ENGINE_H
#define EC_ENGINE_H

#include "ec_err.h"
#include "ec_headers.h"
#include "ec_wake.h"

#include <stddef.h>

enum { EC_ENGINE_OK = 0, EC_ENGINE_MEMORY, EC_ENGINE_REFUSED };

typedef struct ec_options {
  char *user_agent, *proxy, *ca_file, *ca_path, *client_cert, *client_key;
  double connect_timeout; /* seconds */
  double idle_timeout;    /* seconds a connection is kept unused */
  size_t max_body;        /* bytes, unpacked */
  size_t max_header;      /* bytes of all header lines */
  long max_connections;   /* kept open while idle */
  int http2;
  int gzip; /* ask for compressed answers */
} ec_options;

typedef struct ec_engine ec_engine;
typedef struct ec_transfer ec_transfer;

/* How much of a request may have reached the server. */
typedef enum ec_sent { EC_SENT_NOTHING, EC_SENT_PARTIAL, EC_SENT_ALL } ec_sent;

struct ec_transfer {
  /* Memory, which is used again: the request and the answer. */
  ec_buf url, method;  /* texts with a NUL behind them */
  ec_buf headers_out;  /* lines, each with a NUL behind it */
  ec_buf header_nodes; /* libcurl's list of them */
  ec_buf body_out;
  ec_buf body;
  ec_headers headers;

  /* What is of one use only: all zero to begin with. */
  ec_engine *engine; /* counted reference */
  void *easy;
  const struct ec_origin *origin; /* of url; NULL for one that isn't known */
  size_t body_read;               /* bytes of body_out that libcurl has taken */
  int has_body;
  int checked; /* the URL was; then it is known where it leads */
  int https, loopback;
  double deadline; /* monotonic seconds; infinite for none */
  double started, elapsed;
  long http_version;
  long new_connections;
  curl_off_t bytes_sent, bytes_received;
  ec_sent sent;
  int socket_error; /* errno of a socket that could not be made */
  int attempts;     /* times libcurl began to send it */
  int cap_hit;      /* an ec_fail + 1 that a callback ran into; 0 for none */
  int in_multi;
  int listed; /* in one of the engine's lists */
  int done;
  int failed;
  ec_failure failure;
  /* of ec_thread.c, and guarded by its lock */
  int cancel_wanted;            /* its thread is to end it */
  int returned;                 /* its thread is done with it */
  int orphan;                   /* nobody takes it: freed when it comes back */
  ec_transfer *previous, *next; /* in the one list it is in */

  /* Texts, empty to begin with. */
  char address[64];                 /* of the server */
  char error_text[CURL_ERROR_SIZE]; /* libcurl's own words on a failure */
};

double ec_now(void); /* monotonic seconds */

/* Options with their defaults; strings are owned by the options. */
void ec_options_init(ec_options *options);
void ec_options_free(ec_options *options);

/* Takes the options over, also when it fails (NULL). */
ec_engine *ec_engine_new(ec_options *options);

/* Ends all transfers as closed; idempotent. */
void ec_engine_close(ec_engine *e);

/* Drops a reference; the last one frees.  Transfers hold one each. */
void ec_engine_release(ec_engine *e);

/* Whether this is the process that made it. */
int ec_engine_is_here(const ec_engine *e);

/* Whether it is, and the engine is open. */
int ec_engine_usable(const ec_engine *e);

/* Whether libcurl refuses to go on; it was then closed to new transfers. */
int ec_engine_broken(const ec_engine *e);

/* Drives the transfers.  Returns as soon as one has finished, a signal came
** or `seconds` have passed; 0 never blocks. */
void ec_engine_step(ec_engine *e, double seconds);

/* Lets a step also end when `wake` is rung, which it then clears.  0, or -1 on
** failure. */
int ec_engine_watch(ec_engine *e, const ec_wake *wake);

/* Takes a finished transfer off the list, NULL when there is none. */
ec_transfer *ec_engine_finished(ec_engine *e);

int ec_engine_fd(const ec_engine *e);
double ec_engine_timeout(const ec_engine *e); /* seconds; below 0 for none */
size_t ec_engine_pending(const ec_engine *e);

/* A transfer not yet started; NULL when there is no memory. */
ec_transfer *ec_transfer_new(ec_engine *e);
void ec_transfer_free(ec_transfer *t);

int ec_transfer_method(ec_transfer *t, const char *method);
int ec_transfer_url(ec_transfer *t, const char *url);
int ec_transfer_header(ec_transfer *t, const char *name, const char *value);
int ec_transfer_body(ec_transfer *t, const char *bytes, size_t length);

/* Looks at the URL, which takes no engine.  After EC_ENGINE_REFUSED
** t->failure says why. */
int ec_transfer_check(ec_transfer *t);

/* Sends it.  After EC_ENGINE_REFUSED t->failure says why. */
int ec_transfer_start(ec_transfer *t);

/* Ends one that was not started, or could not be. */
void ec_transfer_fail(ec_transfer *t, ec_failure why);

/* Ends it as `why` unless it has finished; it then counts as finished. */
void ec_transfer_cancel(ec_transfer *t, ec_fail why);

#endif
