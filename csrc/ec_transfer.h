/*
** A transfer: one request and the response to it, as data.  It owns all of
** its memory; libcurl's callbacks only append to its capped buffers.
*/
#ifndef EC_TRANSFER_H
#define EC_TRANSFER_H

#include "ec_buf.h"
#include "ec_err.h"
#include "ec_headers.h"
#include "ec_options.h"
#include "ec_origin.h"

#include <stddef.h>

typedef struct ec_engine ec_engine;
typedef struct ec_transfer ec_transfer;

/* A transfer's buffers. */
typedef enum ec_part {
  EC_URL,           /* text, ends with a NUL */
  EC_METHOD,        /* text, ends with a NUL */
  EC_HEADER_LINES,  /* of the request, each ends with a NUL */
  EC_HEADER_NODES,  /* libcurl's list of these lines */
  EC_REQUEST_BODY,  /* bytes */
  EC_RESPONSE_BODY, /* bytes, after decompression */
  EC_PARTS
} ec_part;

/* The memory of a transfer, kept when the transfer is reused. */
typedef struct ec_memory {
  ec_buf parts[EC_PARTS];
  ec_headers headers; /* of the response */
} ec_memory;

typedef enum ec_state {
  EC_NEW,      /* being filled in; in none of the engine's lists */
  EC_PENDING,  /* under way */
  EC_FINISHED, /* its outcome is known; waits to be handed out */
  EC_ENDED     /* its outcome is known; in none of the engine's lists */
} ec_state;

/* How much of the request may have reached the server. */
typedef enum ec_sent { EC_SENT_NOTHING, EC_SENT_PARTIAL, EC_SENT_ALL } ec_sent;

/* The owner of a transfer that a background thread drives. */
typedef enum ec_hold {
  EC_HELD,           /* the thread */
  EC_HELD_CANCELLED, /* the thread, which must cancel it */
  EC_RETURNED        /* the caller again */
} ec_hold;

struct ec_transfer {
  ec_memory memory;

  /* All below is reset for each use: zero, and no deadline. */
  ec_engine *engine;            /* counted reference */
  ec_transfer *previous, *next; /* in the one list it is in */
  ec_state state;
  unsigned has_body : 1;
  unsigned checked : 1; /* the URL is: the origin's fields are set */
  unsigned https : 1;
  unsigned loopback : 1;
  unsigned failed : 1;
  ec_failure failure; /* if it failed or was refused */

  const ec_origin *origin; /* of the URL; NULL if the engine does not keep it */
  CURL *easy;              /* while it is pending */
  int file;                /* where the body of a 2xx response goes, owned by
                           ** the transfer; -1: into memory */
  curl_off_t file_cap;     /* most bytes of the file */
  curl_off_t written;      /* bytes in the file so far */
  double stall;            /* seconds without a byte that end it; 0: none */
  size_t body_read;        /* bytes of the request's body libcurl has taken */
  int attempts;            /* times libcurl began to send the request */
  int socket_error;        /* errno of a socket that could not be created */
  ec_fail limit;           /* that a callback ran into; EC_FAIL_NONE if none */

  double deadline;     /* monotonic seconds; infinite for none */
  unsigned started_at; /* the engine's count of steps then */
  double started;      /* monotonic seconds */
  double elapsed;      /* seconds */
  ec_sent sent;
  long http_version;
  long new_connections;
  curl_off_t bytes_sent, bytes_received;

  ec_hold hold;  /* guarded by the thread's lock */
  int abandoned; /* used by the caller only: free it when it is returned */

  char address[64];                 /* of the server */
  char error_text[CURL_ERROR_SIZE]; /* libcurl's description of a failure */
};

/* NULL if there is no memory. */
ec_transfer *ec_transfer_create(const ec_options *options);
void ec_transfer_destroy(ec_transfer *t);

/* Makes a used transfer like a new one, which keeps its memory. */
void ec_transfer_renew(ec_transfer *t);

size_t ec_transfer_room(const ec_transfer *t); /* bytes its buffers hold */

/* The request's parts: EC_OK or EC_MEMORY. */
int ec_transfer_method(ec_transfer *t, const char *method);
int ec_transfer_url(ec_transfer *t, const char *url);
int ec_transfer_header(ec_transfer *t, const char *name, const char *value);
int ec_transfer_body(ec_transfer *t, const char *bytes, size_t length);

/* Lets the body of a 2xx response go into an open file, which is emptied; the
** transfer writes to a descriptor of its own.  EC_OK, or EC_REFUSED with the
** transfer's failure. */
int ec_transfer_file(ec_transfer *t, int fd, curl_off_t cap);

/* Whether bytes of the response's body go into the file. */
int ec_transfer_fills_file(const ec_transfer *t);

/* Appends to the file: EC_FAIL_NONE, or why not. */
ec_fail ec_transfer_write(ec_transfer *t, const char *bytes, size_t count);

/* The text in EC_URL or EC_METHOD. */
static inline const char *ec_transfer_text(const ec_transfer *t, ec_part part) {
  return t->memory.parts[part].data;
}

/* Whether the request only reads, so that libcurl may send it twice. */
int ec_transfer_is_read(const ec_transfer *t);

void ec_transfer_fail(ec_transfer *t, ec_failure why);

#endif
