/*
** Outcomes of transfers; see ec_outcome.h.
*/
#include "ec_outcome.h"

#include "ec_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Whether any byte of the request was sent; a CONNECT to a proxy is not part
** of it. */
static int was_begun(const ec_transfer *t, long request_size) {
  if (EC_CURL_COUNTS_ATTEMPTS)
    return t->attempts > 0;
  return request_size > 0 || t->memory.headers.status != 0;
}

void ec_outcome_read(ec_transfer *t) {
  const char *address = NULL;
  curl_off_t up = 0, down = 0;
  long request = 0, header = 0;
  t->elapsed = ec_now() - t->started;
  if (t->easy == NULL)
    return;
  curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo(t->easy, CURLINFO_HEADER_SIZE, &header);
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &up);
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &t->http_version);
  curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &t->new_connections);
  curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
  if (address != NULL && strlen(address) < sizeof t->address)
    memcpy(t->address, address, strlen(address) + 1);
  t->bytes_sent = request + up;
  t->bytes_received = header + down;
  /* bytes of the body that libcurl has taken may be on their way */
  if (!was_begun(t, request))
    t->sent = EC_SENT_NOTHING;
  else if (t->body_read < t->memory.parts[EC_REQUEST_BODY].length)
    t->sent = EC_SENT_PARTIAL;
  else
    t->sent = EC_SENT_ALL;
}

static int response_began(const ec_transfer *t) {
  curl_off_t first_byte = 0;
  curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  return first_byte > 0;
}

/* Whether libcurl reports the lack of a descriptor as this: for the lookup of a
** name, and for files with certificates. */
static int may_lack_descriptor(CURLcode code) {
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_OUT_OF_MEMORY:
  case CURLE_FAILED_INIT:
    return 1;
  default:
    return 0;
  }
}

static int lacks_descriptor(void) {
  int fd = open("/", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno == EMFILE || errno == ENFILE;
  close(fd);
  return 0;
}

ec_failure ec_outcome_failure(const ec_transfer *t, CURLcode code) {
  long error = 0, proxy_status = 0, verified = 0;
  if (t->limit != EC_FAIL_NONE)
    return ec_err(t->limit);
  curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT)
    return ec_err_connect(t->socket_error != 0 ? t->socket_error : (int)error);
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status >= 300 && t->sent == EC_SENT_NOTHING)
    return ec_err(proxy_status == 407 ? EC_FAIL_PROXY_AUTH : EC_FAIL_PROXY);
  if (code == CURLE_ABORTED_BY_CALLBACK && t->attempts > 1)
    return ec_err_curl(CURLE_SEND_FAIL_REWIND);
  if (code == CURLE_OPERATION_TIMEDOUT && t->sent == EC_SENT_NOTHING)
    return ec_err(EC_FAIL_CONNECT_TIMEOUT);
  if (code == CURLE_OPERATION_TIMEDOUT && t->stall > 0 &&
      ec_now() < t->deadline)
    return ec_err(EC_FAIL_STALLED);
  if (t->sent == EC_SENT_NOTHING && may_lack_descriptor(code) &&
      lacks_descriptor())
    return ec_err(EC_FAIL_DESCRIPTORS);
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    return ec_err_certificate(t->error_text, verified);
  }
  /* libcurl has its own cap on the length of a header line, and so on a first
  ** line that never ends; it reports both as lack of memory */
  if (code == CURLE_OUT_OF_MEMORY && t->memory.headers.status != 0)
    return ec_err(EC_FAIL_HEADER_CAP);
  if (code == CURLE_OUT_OF_MEMORY && response_began(t))
    code = CURLE_WEIRD_SERVER_REPLY;
  /* it reports malformed chunks as a broken connection */
  if (code == CURLE_RECV_ERROR && strstr(t->error_text, "chunk") != NULL)
    code = CURLE_WEIRD_SERVER_REPLY;
  /* with GnuTLS, it reports a client certificate that it can't read as this */
  if (code == CURLE_SSL_CONNECT_ERROR &&
      strstr(t->error_text, "error reading X.509") != NULL)
    code = CURLE_SSL_CERTPROBLEM;
  return ec_err_curl(code);
}
