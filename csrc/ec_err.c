/*
** The engine's failures: kind, code, message and whether they are permanent.
*/
#include "ec_err.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const ec_failure own[] = {
    [EC_FAIL_DEADLINE] = {"timeout", "timeout",
                          "no complete response before the deadline", 0},
    [EC_FAIL_CONNECT_TIMEOUT] = {"timeout", "connect_timeout",
                                 "could not connect to the server in time", 0},
    [EC_FAIL_STALLED] = {"timeout", "stalled",
                         "the transfer has not moved for too long", 0},
    [EC_FAIL_BODY_CAP] = {"limit", "body_cap",
                          "the response body is larger than max_body", 1},
    [EC_FAIL_HEADER_CAP] = {"limit", "header_cap",
                            "the response headers are too large", 1},
    [EC_FAIL_FILE_CAP] = {"limit", "file_cap",
                          "the file is larger than max_size", 1},
    [EC_FAIL_FILE_FULL] = {"io", "ENOSPC", "no space is left for the file", 1},
    [EC_FAIL_FILE] = {"io", "write", "the file cannot be written", 1},
    [EC_FAIL_MEMORY] = {"limit", "memory", "not enough memory", 0},
    [EC_FAIL_CANCELLED] = {"cancelled", "cancelled",
                           "the request was cancelled", 0},
    [EC_FAIL_INTERRUPTED] = {"cancelled", "interrupted",
                             "the program was interrupted", 0},
    [EC_FAIL_CLOSED] = {"closed", "closed",
                        "the engine was closed before the response arrived", 0},
    [EC_FAIL_FORKED] = {"closed", "forked",
                        "the engine belongs to the parent process; create one "
                        "after the fork",
                        1},
    [EC_FAIL_INSECURE] = {"invalid", "insecure",
                          "plain http is allowed to this machine only; use an "
                          "https URL",
                          1},
    [EC_FAIL_URL] = {"invalid", "url", "the URL is not valid; check base_url",
                     1},
    [EC_FAIL_USER] = {"invalid", "url",
                      "a URL must not contain a user name or password", 1},
    [EC_FAIL_UNREACHABLE] = {"transport", "unreachable",
                             "the server is unreachable; check the network", 0},
    [EC_FAIL_DESCRIPTORS] = {"transport", "descriptors",
                             "the process has no file descriptor left for a "
                             "connection; raise its limit (ulimit -n)",
                             0},
    [EC_FAIL_PROXY] = {"transport", "proxy",
                       "the proxy did not connect to the server; check the "
                       "proxy option",
                       0},
    [EC_FAIL_PROXY_AUTH] = {"transport", "proxy_auth",
                            "the proxy requires a user name and password; "
                            "check those in the URL of the proxy option",
                            1},
    [EC_FAIL_ENGINE] = {"transport", "engine",
                        "libcurl failed and this engine cannot continue; "
                        "create a new one",
                        1},
    [EC_FAIL_CERT_EXPIRED] = {"transport", "tls_expired",
                              "the server's certificate has expired", 1},
    [EC_FAIL_CERT_EARLY] = {"transport", "tls_not_yet_valid",
                            "the server's certificate is not valid yet; check "
                            "this machine's clock",
                            1},
    [EC_FAIL_CERT_NAME] = {"transport", "tls_name",
                           "the server's certificate is for another host name; "
                           "check the region and base_url",
                           1},
    [EC_FAIL_CERT_UNTRUSTED] = {"transport", "tls_untrusted",
                                "the server's certificate is not signed by a "
                                "trusted authority; set ca_file to trust "
                                "another one",
                                1},
};

/* By libcurl's code; a code without an entry has no kind. */
static const ec_failure of_libcurl[] = {
    [CURLE_COULDNT_RESOLVE_HOST] = {"transport", "dns",
                                    "cannot resolve the server's name; check "
                                    "the region, base_url and the network",
                                    0},
    [CURLE_COULDNT_RESOLVE_PROXY] = {"transport", "dns",
                                     "cannot resolve the proxy's name; check "
                                     "the proxy option",
                                     0},
    [CURLE_COULDNT_CONNECT] = {"transport", "refused",
                               "cannot connect to the server", 0},
    [CURLE_PROXY] = {"transport", "proxy",
                     "the proxy did not connect to the server; check the "
                     "proxy option",
                     0},
    [CURLE_PEER_FAILED_VERIFICATION] = {"transport", "tls_certificate",
                                        "cannot verify the server's "
                                        "certificate: wrong name, expired or "
                                        "signed by an unknown authority (set "
                                        "ca_file to trust it)",
                                        1},
    [CURLE_SSL_CONNECT_ERROR] = {"transport", "tls", "the TLS handshake failed",
                                 0},
    [CURLE_SSL_CACERT_BADFILE] = {"transport", "tls_ca_file",
                                  "cannot read ca_file", 1},
    [CURLE_SSL_CERTPROBLEM] = {"transport", "tls_client_cert",
                               "cannot use client_cert or client_key", 1},
    [CURLE_SEND_ERROR] = {"transport", "reset",
                          "the connection broke while sending", 0},
    [CURLE_SEND_FAIL_REWIND] = {"transport", "reset",
                                "the connection broke after sending", 0},
    [CURLE_RECV_ERROR] = {"transport", "reset",
                          "the connection broke while receiving", 0},
    [CURLE_GOT_NOTHING] = {"transport", "closed_early",
                           "the server closed the connection without a "
                           "response",
                           0},
    [CURLE_PARTIAL_FILE] = {"transport", "closed_early",
                            "the response was cut short", 0},
    [CURLE_HTTP2] = {"transport", "http2", "the HTTP/2 connection broke", 0},
    [CURLE_HTTP2_STREAM] = {"transport", "http2", "the HTTP/2 stream was reset",
                            0},
    [CURLE_OPERATION_TIMEDOUT] = {"timeout", "timeout",
                                  "no complete response before the deadline",
                                  0},
    [CURLE_BAD_CONTENT_ENCODING] = {"protocol", "malformed",
                                    "the compressed response body is damaged",
                                    0},
    /* our own callbacks note why they refuse bytes, so these are libcurl's:
    ** it decodes one gzip member */
    [CURLE_WRITE_ERROR] = {"transport", "encoding",
                           "the compressed response continues after its end, "
                           "for instance with a second gzip member; further "
                           "requests ask for uncompressed ones",
                           0},
    [CURLE_WEIRD_SERVER_REPLY] = {"protocol", "malformed",
                                  "the response is not HTTP", 0},
    [CURLE_UNSUPPORTED_PROTOCOL] = {"protocol", "malformed",
                                    "the response has an unknown HTTP version",
                                    0},
    [CURLE_URL_MALFORMAT] = {"invalid", "url",
                             "the URL is not valid; check base_url", 1},
    [CURLE_NOT_BUILT_IN] = {"invalid", "not_built_in",
                            "this libcurl was built without a required option",
                            1},
    [CURLE_UNKNOWN_OPTION] = {"invalid", "not_built_in",
                              "this libcurl does not know a required option",
                              1},
    [CURLE_OUT_OF_MEMORY] = {"limit", "memory", "not enough memory", 0},
};

ec_failure ec_err(ec_fail which) {
  return own[which];
}

ec_failure ec_err_curl(CURLcode code) {
  static const ec_failure other = {"transport", "transport",
                                   "the transfer failed", 0};
  size_t i = (size_t)code; /* may come from a newer libcurl than its header */
  if (i < sizeof of_libcurl / sizeof *of_libcurl && of_libcurl[i].kind != NULL)
    return of_libcurl[i];
  return other;
}

/* GnuTLS says why in bits of its result (gnutls_certificate_status_t); its text
** is always the same. */
#define GNUTLS_SIGNER_NOT_FOUND 0x40
#define GNUTLS_NOT_ACTIVATED 0x200
#define GNUTLS_EXPIRED 0x400

static ec_fail reason_of_gnutls(long verified) {
  if (verified & GNUTLS_SIGNER_NOT_FOUND)
    return EC_FAIL_CERT_UNTRUSTED;
  if (verified & GNUTLS_EXPIRED)
    return EC_FAIL_CERT_EXPIRED;
  if (verified & GNUTLS_NOT_ACTIVATED)
    return EC_FAIL_CERT_EARLY;
  return EC_FAIL_NONE;
}

static ec_fail certificate_reason(const char *text, long verified) {
  static const struct {
    const char *words;
    ec_fail which;
  } reasons[] = {
      {"has expired", EC_FAIL_CERT_EXPIRED}, /* OpenSSL */
      {"not yet valid", EC_FAIL_CERT_EARLY},
      {"expiration date has passed", EC_FAIL_CERT_EXPIRED}, /* GnuTLS */
      {"not activated yet", EC_FAIL_CERT_EARLY},
      {"match", EC_FAIL_CERT_NAME}, /* libcurl itself */
      {"self-signed", EC_FAIL_CERT_UNTRUSTED},
      {"self signed", EC_FAIL_CERT_UNTRUSTED},
      {"issuer", EC_FAIL_CERT_UNTRUSTED},
  };
  size_t i;
  for (i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (strstr(text, reasons[i].words) != NULL)
      return reasons[i].which;
  }
  if (strstr(text, "certificate verification failed") != NULL)
    return reason_of_gnutls(verified);
  return EC_FAIL_NONE;
}

ec_failure ec_err_certificate(const char *text, long verified) {
  ec_fail which = certificate_reason(text, verified);
  return which != EC_FAIL_NONE ? ec_err(which)
                               : ec_err_curl(CURLE_PEER_FAILED_VERIFICATION);
}

ec_failure ec_err_connect(int error) {
  switch (error) {
  case ENETUNREACH:
  case EHOSTUNREACH:
  case ENETDOWN:
  case EADDRNOTAVAIL:
    return ec_err(EC_FAIL_UNREACHABLE);
  case EMFILE:
  case ENFILE:
    return ec_err(EC_FAIL_DESCRIPTORS);
  default:
    return ec_err_curl(CURLE_COULDNT_CONNECT);
  }
}
