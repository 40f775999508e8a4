/*
** Shared by the benchmarks' lower bounds: libcurl's easy interface, with the
** sandbox's address and credentials from the environment.
*/
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct text {
  char *data;
  size_t length, room;
} text;

static const char *setting(const char *name) {
  const char *value = getenv(name);
  if (value == NULL) {
    fprintf(stderr, "%s is not set\n", name);
    exit(1);
  }
  return value;
}

/* libcurl's callback: appends the response to a text. */
static size_t append(char *data, size_t size, size_t count, void *to) {
  text *t = to;
  size_t length = size * count;
  if (t->length + length + 1 > t->room) {
    t->room = (t->length + length + 1) * 2;
    t->data = realloc(t->data, t->room);
    if (t->data == NULL)
      exit(1);
  }
  memcpy(t->data + t->length, data, length);
  t->length += length;
  t->data[t->length] = '\0';
  return length;
}

/* Copies the string after the last `name`, escapes included; 0 if there is
** none. */
static int find(const text *t, const char *name, char *value, size_t room) {
  const char *from = t->data, *next, *to;
  while ((next = strstr(from, name)) != NULL)
    from = next + strlen(name);
  to = from == t->data ? NULL : strchr(from, '"');
  if (to == NULL || (size_t)(to - from) >= room)
    return 0;
  memcpy(value, from, (size_t)(to - from));
  value[to - from] = '\0';
  return 1;
}

/* Whether the response was a 200; its body is then in the text. */
static int fetch(CURL *easy, const char *url, text *body) {
  long status = 0;
  body->length = 0;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  return curl_easy_perform(easy) == CURLE_OK &&
         curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
         status == 200;
}

static CURL *new_client(text *body) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return easy;
}

/* Gets a token; the headers for all further requests. */
static struct curl_slist *authorize(void) {
  text body = {NULL, 0, 0};
  CURL *easy = new_client(&body);
  char url[1024], token[1024], header[1100];
  curl_easy_setopt(easy, CURLOPT_USERNAME,
                   setting("GENESYSCLOUD_OAUTHCLIENT_ID"));
  curl_easy_setopt(easy, CURLOPT_PASSWORD,
                   setting("GENESYSCLOUD_OAUTHCLIENT_SECRET"));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "grant_type=client_credentials");
  snprintf(url, sizeof url, "%s/oauth/token", setting("EXTCONTACTS_LOGIN_URL"));
  if (!fetch(easy, url, &body) ||
      !find(&body, "\"access_token\":\"", token, sizeof token)) {
    fprintf(stderr, "no token\n");
    exit(1);
  }
  curl_easy_cleanup(easy);
  free(body.data);
  snprintf(header, sizeof header, "Authorization: Bearer %s", token);
  return curl_slist_append(curl_slist_append(NULL, header),
                           "Accept: application/json");
}

#endif
