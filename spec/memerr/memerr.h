/*
** Shared by the parts of memerr: the failing allocators, and the server that
** the scripts send requests to.
*/
#ifndef MEMERR_H
#define MEMERR_H

#include <stddef.h>

struct memerr_budget {
  long left;      /* allocations that still succeed while armed */
  long live;      /* blocks allocated and not freed */
  int armed;      /* counts allocations, and lets them fail */
  int persistent; /* all later allocations fail too */
  int hit;        /* an allocation has failed */
};

extern struct memerr_budget memerr_lua, memerr_core, memerr_curl;

/* 1 if this allocation must fail */
int memerr_refused(struct memerr_budget *budget);

/* A lua_Alloc whose context is a budget. */
void *memerr_lua_allocate(void *context, void *block, size_t old_size,
                          size_t size);

/* Initializes libcurl with its failing allocator; 0 ok. */
int memerr_curl_init(void);

/* Starts the server thread on a free port of 127.0.0.1; 0 ok. */
int memerr_serve(void);
int memerr_port(void);

#endif
