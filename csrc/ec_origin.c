/*
** Origins of URLs; see ec_origin.h.
*/
#include "ec_origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int is_loopback(const char *host) {
  unsigned a, b, c;
  char rest;
  /* libcurl has normalized other spellings of an address to this one */
  return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
         (strncmp(host, "127.", 4) == 0 &&
          strspn(host, "0123456789.") == strlen(host) &&
          sscanf(host, "127.%3u.%3u.%3u%c", &a, &b, &c, &rest) == 3 &&
          a <= 255 && b <= 255 && c <= 255);
}

/* Whether this part of a URL is sent as it is: a fragment is not sent, and
** other bytes are sent encoded. */
static int is_plain(const char *rest) {
  while (*rest > ' ' && *rest < 127 && *rest != '#')
    rest++;
  return *rest == 0;
}

/* ------------------------------------------------------------- reading -- */

/* The length of the origin in a URL; 0 if libcurl may have parsed it in
** another way. */
static size_t text_length(const ec_origin *o, const char *url) {
  const char *scheme = o->https ? "https://" : "http://";
  size_t length = strlen(scheme);
  if (strncmp(url, scheme, length) != 0)
    return 0;
  length += strcspn(url + length, "/?#\\");
  return url[length] == '/' ? length + 1 : 0;
}

void ec_origin_clear(ec_origin *o) {
  free(o->text);
  curl_url_cleanup(o->parts);
  o->text = NULL;
  o->parts = NULL;
}

/* Keeps the text that later URLs are compared with.  Without memory the origin
** is read again each time. */
static void keep_text(ec_origin *o, const char *url) {
  o->length = text_length(o, url);
  o->text = o->length > 0 ? malloc(o->length + 1) : NULL;
  if (o->text == NULL)
    return;
  memcpy(o->text, url, o->length);
  o->text[o->length] = 0;
  o->parts = curl_url();
  if (o->parts == NULL ||
      curl_url_set(o->parts, CURLUPART_URL, o->text, 0) != CURLUE_OK)
    ec_origin_clear(o);
}

static int judge(ec_origin *o, const char *scheme, const char *host,
                 ec_failure *why) {
  o->https = strcmp(scheme, "https") == 0;
  o->loopback = is_loopback(host);
  if (o->https || (strcmp(scheme, "http") == 0 && o->loopback))
    return EC_OK;
  *why = ec_err(EC_FAIL_INSECURE);
  return EC_REFUSED;
}

int ec_origin_read(ec_origin *o, const char *url, ec_failure *why) {
  CURLU *parts = curl_url();
  CURLUcode code = CURLUE_OUT_OF_MEMORY;
  char *scheme = NULL, *host = NULL;
  int rc;
  memset(o, 0, sizeof *o);
  if (parts != NULL)
    code = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
  if (code == CURLUE_OK)
    code = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
  if (code == CURLUE_OK)
    code = curl_url_get(parts, CURLUPART_HOST, &host, 0);
  if (code == CURLUE_OK)
    rc = judge(o, scheme, host, why);
  else if (code == CURLUE_OUT_OF_MEMORY)
    rc = EC_MEMORY;
  else {
    *why = ec_err(code == CURLUE_USER_NOT_ALLOWED ? EC_FAIL_USER : EC_FAIL_URL);
    rc = EC_REFUSED;
  }
  if (rc == EC_OK)
    keep_text(o, url);
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parts);
  return rc;
}

const char *ec_origin_target(const ec_origin *o, const char *url) {
  return url + o->length - 1;
}

/* ------------------------------------------------ origins of an engine -- */

/* The origin whose text the URL starts with. */
static const ec_origin *of_url(const ec_origins *all, const char *url) {
  int i;
  for (i = 0; i < all->count; i++) {
    const ec_origin *o = all->list[i];
    if (strncmp(url, o->text, o->length) == 0)
      return o;
  }
  return NULL;
}

const ec_origin *ec_origins_find(const ec_origins *all, const char *url) {
  const ec_origin *o = of_url(all, url);
  return o != NULL && is_plain(url + o->length) ? o : NULL;
}

void ec_origins_add(ec_origins *all, ec_origin *o) {
  ec_origin *kept = NULL;
  if (o->text != NULL && all->count < EC_ORIGINS_MOST &&
      of_url(all, o->text) == NULL)
    kept = malloc(sizeof *kept);
  if (kept == NULL)
    ec_origin_clear(o);
  else {
    *kept = *o;
    all->list[all->count++] = kept;
  }
}

void ec_origins_free(ec_origins *all) {
  while (all->count > 0) {
    ec_origin *o = all->list[--all->count];
    ec_origin_clear(o);
    free(o);
  }
}
