/*
** What all drivers share: references, and whose process they belong to.
*/
#include "ec_driver.h"

#include "ec_engine_state.h"

void ec_driver_init(ec_driver *d, const ec_driver_ops *ops, ec_engine *e) {
  d->ops = ops;
  d->engine = e;
  d->references = 1;
}

void ec_driver_retain(ec_driver *d) {
  d->references++;
}

void ec_driver_release(ec_driver *d) {
  if (--d->references == 0)
    d->ops->free(d);
}

int ec_driver_is_here(const ec_driver *d) {
  return ec_engine_is_here(d->engine);
}
