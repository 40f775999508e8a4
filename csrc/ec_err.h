/*
** Failures of the engine: the one place that names them.  Every text is
** static, so a failure can be reported even when memory has run out, and none
** can hold a secret.
*/
#ifndef EC_ERR_H
#define EC_ERR_H

#include <curl/curl.h>

typedef struct ec_failure {
  const char *kind;    /* transport timeout limit protocol ... */
  const char *code;    /* one word */
  const char *message; /* a sentence with the remedy */
  int permanent;       /* trying again can't help */
} ec_failure;

typedef enum ec_fail {
  EC_FAIL_DEADLINE,
  EC_FAIL_CONNECT_TIMEOUT,
  EC_FAIL_BODY_CAP,
  EC_FAIL_HEADER_CAP,
  EC_FAIL_MEMORY,
  EC_FAIL_CANCELLED,
  EC_FAIL_INTERRUPTED,
  EC_FAIL_CLOSED,
  EC_FAIL_FORKED,
  EC_FAIL_INSECURE,
  EC_FAIL_URL,
  EC_FAIL_USER,
  EC_FAIL_UNREACHABLE,
  EC_FAIL_DESCRIPTORS,
  EC_FAIL_PROXY,
  EC_FAIL_ENGINE,
  EC_FAIL_CERT_EXPIRED,
  EC_FAIL_CERT_EARLY,
  EC_FAIL_CERT_NAME,
  EC_FAIL_CERT_UNTRUSTED
} ec_fail;

/* Our own failures. */
ec_failure ec_err(ec_fail which);

/* No connection, for this errno or for none that is known (0). */
ec_failure ec_err_connect(int error);

/* A refused certificate, by libcurl's own words (`text`) about it. */
ec_failure ec_err_certificate(const char *text);

/* libcurl's. */
ec_failure ec_err_curl(CURLcode code);

#endif
