/*
** The floor: a loop on one libcurl easy handle that only downloads the pages
** of a scan.  It looks for the cursor in the text, and decodes nothing.
** Prints the pages and their bytes.
*/
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct text {
  char *data;
  size_t length, room;
} text;

static size_t append(char *data, size_t size, size_t count, void *to) {
  text *t = to;
  size_t length = size * count;
  if (t->length + length + 1 > t->room) {
    t->room = (t->length + length + 1) * 2;
    t->data = realloc(t->data, t->room);
    if (t->data == NULL)
      return 0;
  }
  memcpy(t->data + t->length, data, length);
  t->length += length;
  t->data[t->length] = '\0';
  return length;
}

/* Copies the string after `name`, as it is; 0 where it isn't there. */
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

static int fetch(CURL *easy, const char *url, text *body) {
  long status = 0;
  body->length = 0;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  return curl_easy_perform(easy) == CURLE_OK &&
         curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
         status == 200;
}

static const char *setting(const char *name) {
  const char *value = getenv(name);
  if (value == NULL) {
    fprintf(stderr, "%s is not set\n", name);
    exit(1);
  }
  return value;
}

int main(void) {
  const char *base = setting("EXTCONTACTS_BASE_URL");
  const char *login = setting("EXTCONTACTS_LOGIN_URL");
  text body = {NULL, 0, 0};
  char url[2048], token[1024], header[1100], cursor[1024];
  struct curl_slist *headers = NULL;
  long pages = 0, bytes = 0;
  CURL *easy;
  curl_global_init(CURL_GLOBAL_ALL);
  easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(easy, CURLOPT_USERNAME,
                   setting("GENESYSCLOUD_OAUTHCLIENT_ID"));
  curl_easy_setopt(easy, CURLOPT_PASSWORD,
                   setting("GENESYSCLOUD_OAUTHCLIENT_SECRET"));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "grant_type=client_credentials");
  snprintf(url, sizeof url, "%s/oauth/token", login);
  if (!fetch(easy, url, &body) ||
      !find(&body, "\"access_token\":\"", token, sizeof token)) {
    fprintf(stderr, "no token\n");
    return 1;
  }
  snprintf(header, sizeof header, "Authorization: Bearer %s", token);
  headers = curl_slist_append(headers, header);
  headers = curl_slist_append(headers, "Accept: application/json");
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(easy, CURLOPT_USERNAME, NULL);
  curl_easy_setopt(easy, CURLOPT_PASSWORD, NULL);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  cursor[0] = '\0';
  do {
    char *escaped = curl_easy_escape(easy, cursor, 0);
    snprintf(url, sizeof url,
             "%s/api/v2/externalcontacts/scan/contacts?limit=200%s%s", base,
             cursor[0] != '\0' ? "&cursor=" : "", escaped);
    curl_free(escaped);
    if (!fetch(easy, url, &body)) {
      fprintf(stderr, "page %ld failed\n", pages + 1);
      return 1;
    }
    pages++;
    bytes += (long)body.length;
  } while (find(&body, "\"after\":\"", cursor, sizeof cursor));
  printf("%ld pages, %ld bytes\n", pages, bytes);
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
  free(body.data);
  return 0;
}
