/*
** Shared by the parts of memerr: who may be refused, and the server the
** scripts talk to.
*/
#ifndef MEMERR_H
#define MEMERR_H

#include <stddef.h>

struct memerr_budget {
  long left;      /* allocations still granted while armed */
  long live;      /* blocks allocated and not freed */
  int armed;      /* counting and refusing */
  int persistent; /* refuse all that follow too */
  int hit;        /* something was refused */
};

extern struct memerr_budget memerr_lua, memerr_core, memerr_curl;

/* 1 if this allocation is to fail */
int memerr_refused(struct memerr_budget *budget);

/* lua_Alloc; the context is a budget */
void *memerr_lua_allocate(void *context, void *block, size_t old_size,
                          size_t size);

/* Starts libcurl with the refusing allocator; 0 ok. */
int memerr_curl_init(void);

/* Starts the server thread on a free loopback port; 0 ok. */
int memerr_serve(void);
int memerr_port(void);

#endif
