/*
** The lower bound: one libcurl easy handle that only downloads the pages of a
** scan, and writes them to the file that is named.  It searches the text for
*the
** cursor and decodes nothing.  Prints the number of pages and bytes.
*/
#include "../client.h"

int main(int argc, char **argv) {
  FILE *file = argc > 1 ? fopen(argv[1], "wb") : NULL;
  const char *base = setting("EXTCONTACTS_BASE_URL");
  text body = {NULL, 0, 0};
  char url[2048], cursor[1024] = "";
  struct curl_slist *headers;
  long pages = 0, bytes = 0;
  CURL *easy;
  curl_global_init(CURL_GLOBAL_ALL);
  headers = authorize();
  easy = new_client(&body);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
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
    if (file != NULL && fwrite(body.data, 1, body.length, file) != body.length)
      return 1;
  } while (find(&body, "\"after\":\"", cursor, sizeof cursor));
  printf("%ld pages, %ld bytes\n", pages, bytes);
  if (file != NULL && fclose(file) != 0)
    return 1;
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
  free(body.data);
  return 0;
}
