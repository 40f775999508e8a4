/*
** The lower bound: CONCURRENCY threads, each with its own libcurl easy handle,
** that get one id after another and decode nothing.
**   threads COUNT CONCURRENCY <ids      prints the seconds it took
*/
#include "../client.h"

#include <pthread.h>
#include <time.h>

#define MOST_THREADS 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char (*ids)[64];
static long count, next_id, failed;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static long take_id(void) {
  long mine;
  pthread_mutex_lock(&lock);
  mine = next_id < count ? next_id++ : -1;
  pthread_mutex_unlock(&lock);
  return mine;
}

static void *work(void *headers) {
  text body = {NULL, 0, 0};
  CURL *easy = new_client(&body);
  const char *base = setting("EXTCONTACTS_BASE_URL");
  long mine;
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  while ((mine = take_id()) >= 0) {
    char url[512];
    snprintf(url, sizeof url, "%s/api/v2/externalcontacts/contacts/%s", base,
             ids[mine]);
    if (!fetch(easy, url, &body)) {
      pthread_mutex_lock(&lock);
      failed++;
      pthread_mutex_unlock(&lock);
    }
  }
  curl_easy_cleanup(easy);
  free(body.data);
  return NULL;
}

int main(int argc, char **argv) {
  long wanted = argc > 1 ? atol(argv[1]) : 0;
  int concurrency = argc > 2 ? atoi(argv[2]) : 0, i;
  pthread_t threads[MOST_THREADS];
  struct curl_slist *headers;
  double start;
  if (wanted < 1 || concurrency < 1 || concurrency > MOST_THREADS)
    return 2;
  ids = calloc((size_t)wanted, sizeof ids[0]);
  while (ids != NULL && count < wanted && scanf("%63s", ids[count]) == 1)
    count++;
  curl_global_init(CURL_GLOBAL_ALL);
  headers = authorize();
  start = now();
  for (i = 0; i < concurrency; i++)
    pthread_create(&threads[i], NULL, work, headers);
  for (i = 0; i < concurrency; i++)
    pthread_join(threads[i], NULL);
  printf("%.4f %ld\n", now() - start, count);
  curl_slist_free_all(headers);
  free(ids);
  return failed != 0 || count != wanted;
}
