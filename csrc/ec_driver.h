/*
** Drivers: what makes an engine's transfers progress.  A stepped driver
** (ec_stepped.h) works while its caller waits, a threaded one (ec_thread.h) in
** the background.
**
** From `submit` until `finished` hands it back a transfer belongs to the
** driver; the caller may only cancel or abandon it.  All functions are for one
** caller at a time.
*/
#ifndef EC_DRIVER_H
#define EC_DRIVER_H

#include "ec_transfer.h"

typedef struct ec_driver ec_driver;

typedef struct ec_driver_ops {
  /* Ends all transfers as closed; idempotent.  They are handed back next. */
  void (*close)(ec_driver *d);

  /* Closes and frees; called when the last reference is dropped. */
  void (*free)(ec_driver *d);

  /* Open, created by this process, and able to continue. */
  int (*usable)(ec_driver *d);

  /* Sends a transfer.  EC_OK, EC_MEMORY, or EC_REFUSED with t->failure set. */
  int (*submit)(ec_driver *d, ec_transfer *t);

  /* Whether the outcome of a submitted transfer can be read before `finished`
  ** hands it back. */
  int (*knows_outcome)(ec_driver *d, const ec_transfer *t);

  /* Ends a submitted transfer as `why`.  1 if it is still to be ended, and its
  ** outcome is not known until it is handed back. */
  int (*cancel)(ec_driver *d, ec_transfer *t, ec_fail why);

  /* Cancels a submitted transfer and frees it. */
  void (*abandon)(ec_driver *d, ec_transfer *t);

  /* Waits until a transfer has finished, a signal has arrived or `seconds`
  ** have passed; 0 never blocks. */
  void (*wait)(ec_driver *d, double seconds);

  /* Hands back a finished transfer, or NULL. */
  ec_transfer *(*finished)(ec_driver *d);

  size_t (*pending)(ec_driver *d); /* transfers under way */

  /* A descriptor that is readable when there is something to do, -1 for none,
  ** and the seconds until then at the latest, below 0 for no limit. */
  int (*fd)(ec_driver *d);
  double (*timeout)(ec_driver *d);

  /* Waking an event loop through a connection (ec_local.h); both NULL in a
  ** driver that has no thread to do it. */
  int (*listen)(ec_driver *d, const char *directory, const char **path);
  int (*accept)(ec_driver *d);
} ec_driver_ops;

/* The head of each driver's own structure. */
struct ec_driver {
  const ec_driver_ops *ops;
  ec_engine *engine; /* counted reference */
  int references;
};

/* A driver with one reference, which takes over the reference to `e`. */
void ec_driver_init(ec_driver *d, const ec_driver_ops *ops, ec_engine *e);

void ec_driver_retain(ec_driver *d);
void ec_driver_release(ec_driver *d);

/* Whether this process created it: not so in a forked child. */
int ec_driver_is_here(const ec_driver *d);

#endif
