/*
** memerr's failing allocators: Lua's (lua_Alloc), the core's (the linker's
** --wrap sends its malloc to __wrap_malloc) and libcurl's
** (curl_global_init_mem).
*/
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "memerr.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *block);

struct memerr_budget memerr_lua, memerr_core, memerr_curl;

int memerr_refused(struct memerr_budget *budget) {
  if (!budget->armed)
    return 0;
  if (budget->left > 0) {
    budget->left--;
    return 0;
  }
  budget->hit = 1;
  budget->armed = budget->persistent;
  return 1;
}

static void *counted(struct memerr_budget *budget, void *block) {
  if (block != NULL)
    budget->live++;
  return block;
}

static void *resize(struct memerr_budget *budget, void *block, size_t size) {
  if (memerr_refused(budget))
    return NULL;
  if (block == NULL)
    return counted(budget, __real_malloc(size));
  return __real_realloc(block, size);
}

static void drop(struct memerr_budget *budget, void *block) {
  if (block != NULL)
    budget->live--;
  __real_free(block);
}

/* Freeing and shrinking never fail: Lua relies on it. */
void *memerr_lua_allocate(void *context, void *block, size_t old_size,
                          size_t size) {
  struct memerr_budget *budget = context;
  if (size == 0) {
    drop(budget, block);
    return NULL;
  }
  if (block != NULL && size <= old_size)
    return __real_realloc(block, size);
  return resize(budget, block, size);
}

void *__wrap_malloc(size_t size) {
  return resize(&memerr_core, NULL, size);
}

void *__wrap_calloc(size_t count, size_t size) {
  if (memerr_refused(&memerr_core))
    return NULL;
  return counted(&memerr_core, __real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size) {
  return resize(&memerr_core, block, size);
}

char *__wrap_strdup(const char *text) {
  if (memerr_refused(&memerr_core))
    return NULL;
  return counted(&memerr_core, __real_strdup(text));
}

void __wrap_free(void *block) {
  drop(&memerr_core, block);
}

static void *curl_malloc(size_t size) {
  return resize(&memerr_curl, NULL, size);
}

static void *curl_calloc(size_t count, size_t size) {
  if (memerr_refused(&memerr_curl))
    return NULL;
  return counted(&memerr_curl, __real_calloc(count, size));
}

static void *curl_realloc(void *block, size_t size) {
  return resize(&memerr_curl, block, size);
}

static char *curl_strdup(const char *text) {
  if (memerr_refused(&memerr_curl))
    return NULL;
  return counted(&memerr_curl, __real_strdup(text));
}

static void curl_release(void *block) {
  drop(&memerr_curl, block);
}

int memerr_curl_init(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, curl_release,
                              curl_realloc, curl_strdup, curl_calloc) != 0;
}
