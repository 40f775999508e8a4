/*
** A connection that carries bytes, for protocols other than HTTP: libcurl
** resolves, connects and does TLS (CURLOPT_CONNECT_ONLY), and the bytes pass
** through two buffers.  Nothing here blocks except ec_stream_step, as long as
** it is told to.
*/
#ifndef EC_STREAM_H
#define EC_STREAM_H

#include "ec_buf.h"
#include "ec_err.h"

typedef struct ec_stream ec_stream;

typedef enum ec_stream_state {
  EC_STREAM_CONNECTING,
  EC_STREAM_OPEN,
  EC_STREAM_CLOSED /* by us or the peer, or failed */
} ec_stream_state;

typedef struct ec_stream_options {
  const char *url;     /* https, or http to this machine; ends with the port */
  const char *ca_file; /* NULL for the system's authorities */
} ec_stream_options;

/* Begins to connect.  NULL with `*why`, if it has a kind, or with errno. */
ec_stream *ec_stream_new(const ec_stream_options *o, ec_failure *why);

/* Closes and frees it; the connection of a parent process stays as it is. */
void ec_stream_free(ec_stream *s);

/* Closes the connection; the bytes that have arrived can still be read. */
void ec_stream_close(ec_stream *s);

ec_stream_state ec_stream_state_of(const ec_stream *s);

/* Why it is closed; without a kind if nothing failed. */
const ec_failure *ec_stream_failure(const ec_stream *s);

/* Created by this process, and not closed. */
int ec_stream_usable(const ec_stream *s);

/* Takes bytes to send, as soon as it is open.  EC_OK, or EC_REFUSED if it is
** not usable or too many bytes wait. */
int ec_stream_write(ec_stream *s, const void *bytes, size_t count);

/* The bytes that have arrived; the caller clears the buffer. */
ec_buf *ec_stream_input(ec_stream *s);

/* Sends and receives what it can, and waits at most `seconds` until there is
** news: bytes, or another state.  Whether there is. */
int ec_stream_step(ec_stream *s, double seconds);

/* A descriptor that is readable when a step has something to do, -1 for none,
** and the seconds until then at the latest, below 0 for no limit. */
int ec_stream_fd(const ec_stream *s);
double ec_stream_timeout(const ec_stream *s);

#endif
