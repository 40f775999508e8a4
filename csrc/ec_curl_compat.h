/*
** The one place that knows which libcurl this is.  Options and codes that
** older versions lack have a stand-in here, so that the rest of csrc is
** written for the current one.
*/
#ifndef EC_CURL_COMPAT_H
#define EC_CURL_COMPAT_H

#include <curl/curl.h>

#define EC_CURL_SINCE(major, minor) \
  (LIBCURL_VERSION_NUM >= ((major) << 16 | (minor) << 8))

/* CURLOPT_CURLU */
#if defined(LIBCURL_VERSION_NUM) && !EC_CURL_SINCE(7, 63)
#error "extcontacts needs libcurl 7.63 or later"
#endif

/* The version of the headers, and the oldest library that has all that they
** make this build use: the newest version that is named below. */
#define EC_CURL_BUILT_FOR LIBCURL_VERSION
#if EC_CURL_SINCE(7, 87)
#define EC_CURL_NEEDED 0x075700u
#define EC_CURL_NEEDED_TEXT "7.87.0"
#else
#define EC_CURL_NEEDED ((unsigned)LIBCURL_VERSION_NUM)
#define EC_CURL_NEEDED_TEXT LIBCURL_VERSION
#endif

#if !EC_CURL_SINCE(7, 73)
#define CURLE_PROXY ((CURLcode)97) /* never returned */
#endif

/* Allows http and https only. */
static inline CURLcode ec_curl_set_protocols(CURL *easy) {
#if EC_CURL_SINCE(7, 85)
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                          (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/* Does not reuse a connection that has been idle for longer than `seconds`;
** before 7.65 there is no such limit. */
static inline CURLcode ec_curl_set_idle_timeout(CURL *easy, long seconds) {
#if EC_CURL_SINCE(7, 65)
  return curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, seconds);
#else
  (void)easy;
  (void)seconds;
  return CURLE_OK;
#endif
}

/* Does not wait for a name lookup in progress when a handle is freed. */
static inline CURLcode ec_curl_set_quick_exit(CURL *easy) {
#if EC_CURL_SINCE(7, 87)
  return curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)easy;
  return CURLE_OK;
#endif
}

/* Called each time before a request is sent on a connection; a result other
** than 0 ends the transfer.  Before 7.80 it is never called. */
#define EC_CURL_COUNTS_ATTEMPTS EC_CURL_SINCE(7, 80)

typedef int ec_curl_attempt(void *data, char *ip, char *local_ip, int port,
                            int local_port);

static inline CURLcode ec_curl_set_attempt(CURL *easy, ec_curl_attempt *f) {
#if EC_CURL_COUNTS_ATTEMPTS
  return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, f);
#else
  (void)easy;
  (void)f;
  return CURLE_OK;
#endif
}

static inline CURLcode ec_curl_set_attempt_data(CURL *easy, void *data) {
#if EC_CURL_COUNTS_ATTEMPTS
  return curl_easy_setopt(easy, CURLOPT_PREREQDATA, data);
#else
  (void)easy;
  (void)data;
  return CURLE_OK;
#endif
}

#endif
