/*
** What the engine's bindings know of each other: lec_engine.c (engines),
** lec_transfer.c (requests and replies), lec_engine_options.c.
*/
#ifndef LEC_ENGINE_H
#define LEC_ENGINE_H

#include "lec_util.h"

#include "ec_engine.h"
#include "ec_thread.h"

typedef struct lec_engine {
  ec_engine *engine; /* NULL before it is made and after close */
  ec_thread *thread; /* that drives it, and then owns it; else NULL */
  int pending;       /* reference of the table: pointer -> transfer */
} lec_engine;

typedef struct lec_transfer {
  ec_transfer *transfer; /* NULL before it is made */
  ec_thread *thread;     /* counted reference; NULL without a thread */
  int handed;            /* the thread has it no more */
  int cancelled;         /* an ec_fail + 1: the program ended it; 0 if not */
  int taken;             /* result() has been called */
  double submitted;      /* monotonic seconds */
} lec_transfer;

typedef struct lec_engine_options {
  ec_options engine;
  int threaded; /* a background thread drives the engine */
} lec_engine_options;

/* [-0, +1]  options from the table at `index`, owned by the userdata pushed */
lec_engine_options *lec_read_engine_options(lua_State *L, int index);

/* [-0, +1]  a transfer without its request */
lec_transfer *lec_new_transfer(lua_State *L, lec_engine *engine);

/* Fills in the request from the table at index 2, and a header more, or nil,
** at 3.  [-0, +0] */
void lec_read_request(lua_State *L, ec_transfer *t);

/* [-0, +1]  why a transfer could not be sent, as a table */
void lec_push_refusal(lua_State *L, const ec_transfer *t);

/* The engine has handed it out: it is done with it. */
void lec_transfer_handed(lec_transfer *box);

void lec_check_memory(lua_State *L, int rc); /* of an ec_engine.h function */

/* Register the types.  [-0, +0] */
void lec_open_engine_options(lua_State *L);
void lec_open_transfer(lua_State *L);

#endif
