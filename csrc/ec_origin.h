/*
** Origins: the scheme, host and port of a URL, and whether requests may go
** there.  An engine keeps the few origins that it sends requests to.
*/
#ifndef EC_ORIGIN_H
#define EC_ORIGIN_H

#include "ec_err.h"

#include <stddef.h>

typedef struct ec_origin {
  char *text;    /* "https://host:port/"; NULL if it cannot be kept */
  size_t length; /* of the text */
  CURLU *parts;  /* the text as parsed by libcurl */
  int https, loopback;
} ec_origin;

/* Reads the origin of a URL, which must then be passed to ec_origins_add
** or ec_origin_clear. EC_OK, EC_MEMORY, or EC_REFUSED if requests must not go
*there: *why then
** says why. */
int ec_origin_read(ec_origin *o, const char *url, ec_failure *why);

/* Frees the memory of an origin that no list has taken over. */
void ec_origin_clear(ec_origin *o);

/* The request target of a URL with this origin: path and query. */
const char *ec_origin_target(const ec_origin *o, const char *url);

#define EC_ORIGINS_MOST 8

/* An origin in the list never changes or moves, so the thread that drives an
** engine can read it while the one that submits requests adds others. */
typedef struct ec_origins {
  ec_origin *list[EC_ORIGINS_MOST];
  int count;
} ec_origins;

/* The origin of a URL; NULL if it is not in the list, or if libcurl would have
** to encode or cut the URL before sending it. */
const ec_origin *ec_origins_find(const ec_origins *all, const char *url);

/* Takes over an origin's memory: keeps it, or frees it if the list has it or
** is full. */
void ec_origins_add(ec_origins *all, ec_origin *o);

void ec_origins_free(ec_origins *all);

#endif
