/*
** An engine's options.  The strings belong to the options.
*/
#ifndef EC_OPTIONS_H
#define EC_OPTIONS_H

#include <stddef.h>

typedef struct ec_options {
  char *user_agent, *ca_file, *ca_path, *client_cert, *client_key;
  char *proxy, *no_proxy; /* NULL: as the environment says */
  double connect_timeout; /* seconds */
  double idle_timeout;    /* seconds an unused connection is kept open */
  size_t max_body;        /* bytes, after decompression */
  size_t max_header;      /* bytes of all header lines */
  long max_connections;   /* kept open while idle */
  int http2;
  int gzip; /* request compressed responses */
} ec_options;

void ec_options_init(ec_options *options); /* the defaults */
void ec_options_free(ec_options *options);

#endif
