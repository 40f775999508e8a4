/*
** Transfers as userdata.
*/
#ifndef LEC_TRANSFER_H
#define LEC_TRANSFER_H

#include "ec_compat.h"
#include "ec_driver.h"
#include "lec_json_text.h"

typedef struct lec_transfer {
  lec_json_text body;    /* of the response, while it is kept */
  ec_transfer *transfer; /* NULL before it is created, and once it is freed */
  ec_driver *driver;     /* counted reference, while there is a transfer */
  double submitted;      /* monotonic seconds */
  ec_fail cancelled;     /* why the program ended one whose outcome the driver
                         ** does not know yet; else EC_FAIL_NONE */
  unsigned held : 1;     /* the driver has it */
  unsigned taken : 1;    /* result() has been called */
  unsigned kept : 1;     /* the response's body is kept until release() */
} lec_transfer;

/* Registers the type.  [-0, +0] */
void lec_open_transfer(lua_State *L);

/* [-0, +1]  a transfer without its request */
lec_transfer *lec_new_transfer(lua_State *L, ec_driver *driver);

/* [-0, +1]  why a transfer could not be sent, as a table */
void lec_push_refusal(lua_State *L, const ec_transfer *t);

/* [-0, +1]  the failure of a request that could not even be begun */
void lec_push_fail(lua_State *L, ec_fail which);

/* The driver has handed it back. */
void lec_transfer_returned(lec_transfer *box);

#endif
