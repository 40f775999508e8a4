/*
** Failures of the engine, named in one place.  Every text is static, so a
** failure can be reported even when memory has run out, and no text can
** contain a secret.
*/
#ifndef EC_ERR_H
#define EC_ERR_H

#include "ec_curl_compat.h"

/* Results of the engine's functions; a refusal comes with an ec_failure. */
enum { EC_OK = 0, EC_MEMORY, EC_REFUSED };

typedef struct ec_failure {
  const char *kind;    /* transport timeout limit protocol ... */
  const char *code;    /* one word */
  const char *message; /* and the remedy, if there is one */
  int permanent;       /* a retry cannot succeed */
} ec_failure;

typedef enum ec_fail {
  EC_FAIL_NONE, /* no failure */
  EC_FAIL_DEADLINE,
  EC_FAIL_CONNECT_TIMEOUT,
  EC_FAIL_STALLED,
  EC_FAIL_BODY_CAP,
  EC_FAIL_HEADER_CAP,
  EC_FAIL_FILE_CAP,
  EC_FAIL_FILE_FULL,
  EC_FAIL_FILE,
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
  EC_FAIL_PROXY_AUTH,
  EC_FAIL_ENGINE,
  EC_FAIL_CERT_EXPIRED,
  EC_FAIL_CERT_EARLY,
  EC_FAIL_CERT_NAME,
  EC_FAIL_CERT_UNTRUSTED
} ec_fail;

/* One of our own failures; not for EC_FAIL_NONE. */
ec_failure ec_err(ec_fail which);

/* A failed connection: by the socket's errno, 0 if unknown. */
ec_failure ec_err_connect(int error);

/* A rejected certificate: by the text about it, and by the result of its check
** (CURLINFO_SSL_VERIFYRESULT). */
ec_failure ec_err_certificate(const char *text, long verified);

/* A failure libcurl reports. */
ec_failure ec_err_curl(CURLcode code);

#endif
