/*
** The files of extcontacts.core.file for other bindings.
*/
#ifndef LEC_FILE_H
#define LEC_FILE_H

#include "ec_compat.h"

/* The descriptor of the open file at `index`, which keeps it; raises for
** anything else.  [-0, +0] */
int lec_file_descriptor(lua_State *L, int index);

#endif
