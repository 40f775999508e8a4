/*
** Where a request goes: the scheme, host and port of its URL, and whether
** requests may go there.  An engine keeps the few that its requests go to.
*/
#ifndef EC_ORIGIN_H
#define EC_ORIGIN_H

#include "ec_err.h"

#include <stddef.h>

typedef struct ec_origin {
  char *text;    /* "https://host:port/"; NULL for none to compare with */
  size_t length; /* of the text */
  CURLU *parts;  /* the text as libcurl reads it */
  int https, loopback;
} ec_origin;

/* Reads the origin of a URL; it is then to be cleared, or added below.
** EC_OK, EC_MEMORY, or EC_REFUSED for one that requests
** don't go to: *why says why. */
int ec_origin_read(ec_origin *o, const char *url, ec_failure *why);

/* What of the URL is asked for there: the path and the query. */
const char *ec_origin_target(const ec_origin *o, const char *url);

#define EC_ORIGINS_MOST 8

/* One that is among them never changes, so that the thread that drives an
** engine can read what the one that makes the requests has added. */
typedef struct ec_origins {
  ec_origin *list[EC_ORIGINS_MOST];
  int count;
} ec_origins;

/* The origin of a URL; NULL when it isn't among them, and for a URL that would
** have to be encoded or cut before it is sent. */
const ec_origin *ec_origins_find(const ec_origins *all, const char *url);

/* Takes an origin's memory over.  It is kept unless it is there, or they are
** enough. */
void ec_origins_add(ec_origins *all, ec_origin *o);

void ec_origins_free(ec_origins *all);

#endif
