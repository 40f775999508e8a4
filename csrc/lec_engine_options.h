/*
** The options of extcontacts.core.engine.new.
*/
#ifndef LEC_ENGINE_OPTIONS_H
#define LEC_ENGINE_OPTIONS_H

#include "ec_compat.h"
#include "ec_options.h"

typedef struct lec_engine_options {
  ec_options engine;
  int threaded; /* a background thread drives the engine */
} lec_engine_options;

/* Registers the type of the options' userdata.  [-0, +0] */
void lec_open_engine_options(lua_State *L);

/* [-0, +1]  reads the table at `index`; the userdata pushed owns the result */
lec_engine_options *lec_read_engine_options(lua_State *L, int index);

#endif
