/*
** Failures of the engine: the one place that names them.
*/
#include "ec_err.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const ec_failure own[] = {
    /* EC_FAIL_DEADLINE */
    {"timeout", "timeout", "no complete answer before the deadline", 0},
    /* EC_FAIL_CONNECT_TIMEOUT */
    {"timeout", "connect_timeout", "no connection to the server in time", 0},
    /* EC_FAIL_BODY_CAP */
    {"limit", "body_cap", "the answer's body is larger than max_body allows",
     1},
    /* EC_FAIL_HEADER_CAP */
    {"limit", "header_cap", "the answer's headers are too large", 1},
    /* EC_FAIL_MEMORY */
    {"limit", "memory", "not enough memory", 0},
    /* EC_FAIL_CANCELLED */
    {"cancelled", "cancelled", "the request was cancelled", 0},
    /* EC_FAIL_INTERRUPTED */
    {"cancelled", "interrupted", "the program was interrupted", 0},
    /* EC_FAIL_CLOSED */
    {"closed", "closed", "the engine was closed before the answer came", 0},
    /* EC_FAIL_FORKED */
    {"closed", "forked",
     "the engine belongs to the parent process; make one "
     "after the fork",
     1},
    /* EC_FAIL_INSECURE */
    {"invalid", "insecure",
     "plain http goes to this machine only; use an https URL", 1},
    /* EC_FAIL_URL */
    {"invalid", "url", "the URL can't be understood; check base_url", 1},
    /* EC_FAIL_USER */
    {"invalid", "url", "a URL can't hold a user name or password", 1},
    /* EC_FAIL_UNREACHABLE */
    {"transport", "unreachable",
     "there is no way to the server; check the network", 0},
    /* EC_FAIL_DESCRIPTORS */
    {"transport", "descriptors",
     "the process has no descriptor left for a connection", 0},
    /* EC_FAIL_PROXY */
    {"transport", "proxy",
     "the proxy did not open the way to the server; check the proxy option", 0},
    /* EC_FAIL_ENGINE */
    {"transport", "engine", "the engine can't go on; make a new one", 1},
    /* EC_FAIL_CERT_EXPIRED */
    {"transport", "tls_expired", "the server's certificate has expired", 1},
    /* EC_FAIL_CERT_EARLY */
    {"transport", "tls_not_yet_valid",
     "the server's certificate is not valid yet; check this machine's clock",
     1},
    /* EC_FAIL_CERT_NAME */
    {"transport", "tls_name",
     "the server's certificate is for another name; check the region and "
     "base_url",
     1},
    /* EC_FAIL_CERT_UNTRUSTED */
    {"transport", "tls_untrusted",
     "the server's certificate is of no authority that is trusted here "
     "(ca_file names one)",
     1},
};

ec_failure ec_err(ec_fail which) {
  return own[which];
}

typedef struct curl_row {
  CURLcode code;
  ec_failure failure;
} curl_row;

static const curl_row rows[] = {
    {CURLE_COULDNT_RESOLVE_HOST,
     {"transport", "dns",
      "the server's name could not be resolved; check the region, base_url "
      "and the network",
      0}},
    {CURLE_COULDNT_RESOLVE_PROXY,
     {"transport", "dns", "the proxy's name could not be resolved", 0}},
    {CURLE_COULDNT_CONNECT,
     {"transport", "refused", "no connection to the server could be made", 0}},
#if LIBCURL_VERSION_NUM >= 0x074900
    {CURLE_PROXY,
     {"transport", "proxy",
      "the proxy did not open the way to the server; check the proxy option",
      0}},
#endif
    {CURLE_PEER_FAILED_VERIFICATION,
     {"transport", "tls_certificate",
      "the server's certificate is not to be trusted: wrong name, expired or "
      "of an unknown authority (ca_file names one)",
      1}},
    {CURLE_SSL_CONNECT_ERROR,
     {"transport", "tls", "the TLS handshake failed", 0}},
    {CURLE_SSL_CACERT_BADFILE,
     {"transport", "tls_ca_file", "ca_file could not be read", 1}},
    {CURLE_SSL_CERTPROBLEM,
     {"transport", "tls_client_cert",
      "client_cert or client_key could not be used", 1}},
    {CURLE_SEND_ERROR,
     {"transport", "reset", "the connection broke while sending", 0}},
    {CURLE_SEND_FAIL_REWIND,
     {"transport", "reset", "the connection broke after sending", 0}},
    {CURLE_RECV_ERROR,
     {"transport", "reset", "the connection broke while receiving", 0}},
    {CURLE_GOT_NOTHING,
     {"transport", "closed_early",
      "the server closed the connection without an answer", 0}},
    {CURLE_PARTIAL_FILE,
     {"transport", "closed_early", "the answer's body was cut short", 0}},
    {CURLE_HTTP2, {"transport", "http2", "the HTTP/2 connection broke", 0}},
    {CURLE_HTTP2_STREAM,
     {"transport", "http2", "the HTTP/2 stream was reset", 0}},
    {CURLE_OPERATION_TIMEDOUT,
     {"timeout", "timeout", "no complete answer before the deadline", 0}},
    {CURLE_BAD_CONTENT_ENCODING,
     {"protocol", "malformed", "the answer's compressed body is damaged", 0}},
    {CURLE_WEIRD_SERVER_REPLY,
     {"protocol", "malformed", "the answer is not HTTP", 0}},
    {CURLE_UNSUPPORTED_PROTOCOL,
     {"protocol", "malformed", "the answer is not HTTP of a known version", 0}},
    {CURLE_URL_MALFORMAT,
     {"invalid", "url", "the URL can't be understood; check base_url", 1}},
    {CURLE_NOT_BUILT_IN,
     {"invalid", "not_built_in", "this libcurl was built without an option",
      1}},
    {CURLE_UNKNOWN_OPTION,
     {"invalid", "not_built_in", "this libcurl doesn't know an option", 1}},
    {CURLE_OUT_OF_MEMORY, {"limit", "memory", "not enough memory", 0}},
};

ec_failure ec_err_curl(CURLcode code) {
  static const ec_failure other = {"transport", "transport",
                                   "the exchange failed", 0};
  size_t i;
  for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    if (rows[i].code == code)
      return rows[i].failure;
  }
  return other;
}

ec_failure ec_err_certificate(const char *text) {
  static const struct {
    const char *words;
    ec_fail which;
  } reasons[] = {
      {"has expired", EC_FAIL_CERT_EXPIRED},
      {"not yet valid", EC_FAIL_CERT_EARLY},
      {"match", EC_FAIL_CERT_NAME},
      {"self-signed", EC_FAIL_CERT_UNTRUSTED},
      {"self signed", EC_FAIL_CERT_UNTRUSTED},
      {"issuer", EC_FAIL_CERT_UNTRUSTED},
  };
  size_t i;
  for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
    if (strstr(text, reasons[i].words) != NULL)
      return ec_err(reasons[i].which);
  }
  return ec_err_curl(CURLE_PEER_FAILED_VERIFICATION);
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
