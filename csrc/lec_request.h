/*
** Requests as Lua tables.
*/
#ifndef LEC_REQUEST_H
#define LEC_REQUEST_H

#include "ec_compat.h"
#include "ec_transfer.h"

/* Fills the transfer in from the request's table at index 2, and from one more
** header, { name, value } or nil, at index 3: EC_OK, or EC_REFUSED with the
** transfer's failure.  [-0, +0] */
int lec_read_request(lua_State *L, ec_transfer *t);

/* Raises for EC_MEMORY.  [-0, +0] */
void lec_check_memory(lua_State *L, int rc);

#endif
