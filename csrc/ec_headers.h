/*
** The headers of a response: parsed line by line as they arrive, limited in
** bytes and in number, stored as "name\0value\0" pairs with lower-case names.
*/
#ifndef EC_HEADERS_H
#define EC_HEADERS_H

#include "ec_buf.h"

enum { EC_HEADERS_OK = 0, EC_HEADERS_FULL, EC_HEADERS_MEMORY };

/* The largest number of headers in a response. */
#define EC_HEADERS_MOST 1000

typedef enum ec_headers_state {
  EC_HEADERS_START,  /* expects a status line */
  EC_HEADERS_FIELDS, /* within the headers */
  EC_HEADERS_END     /* after the empty line: all else are trailers */
} ec_headers_state;

typedef struct ec_headers {
  ec_buf pairs;
  size_t seen;  /* bytes of all lines, ignored ones too */
  size_t count; /* of the pairs */
  size_t cap;   /* the largest `seen` */
  int status;   /* of the last status line; 0 before the first */
  int can_fold; /* the last line was a pair: the next may continue it */
  ec_headers_state state;
} ec_headers;

void ec_headers_init(ec_headers *h, size_t cap);
void ec_headers_renew(ec_headers *h); /* empties it, keeps its memory */
void ec_headers_free(ec_headers *h);

/* Takes one line, with or without its line end.  The status line after an
** interim response (1xx) discards that response's headers; trailers are
** ignored. */
int ec_headers_line(ec_headers *h, const char *line, size_t length);

/* The pair at *position, which it advances; 0 after the last. */
int ec_headers_next(const ec_headers *h, size_t *position, const char **name,
                    const char **value);

#endif
