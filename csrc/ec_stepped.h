/*
** A driver that works while its caller waits: all in the caller's thread.
*/
#ifndef EC_STEPPED_H
#define EC_STEPPED_H

#include "ec_driver.h"

/* Takes over the reference to the engine, also when there is no memory
** (NULL). */
ec_driver *ec_stepped_new(ec_engine *e);

#endif
