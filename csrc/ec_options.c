/*
** The defaults and the memory of an engine's options.
*/
#include "ec_options.h"

#include <stdlib.h>
#include <string.h>

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
  free(options->no_proxy);
  free(options->ca_file);
  free(options->ca_path);
  free(options->client_cert);
  free(options->client_key);
  memset(options, 0, sizeof *options);
}
