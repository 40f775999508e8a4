/*
** The headers of an answer: parsed line by line as they arrive, bounded in
** bytes and in number, kept as "name\0value\0" pairs with the names in lower
** case.
*/
#ifndef EC_HEADERS_H
#define EC_HEADERS_H

#include "ec_buf.h"

enum { EC_HEADERS_OK = 0, EC_HEADERS_FULL, EC_HEADERS_MEMORY };

/* The most headers an answer may have. */
#define EC_HEADERS_MOST 1000

typedef enum ec_headers_state {
  EC_HEADERS_START,  /* a status line is due */
  EC_HEADERS_FIELDS, /* within the headers */
  EC_HEADERS_END     /* the empty line has come: the rest are trailers */
} ec_headers_state;

typedef struct ec_headers {
  ec_buf pairs;
  size_t seen;  /* bytes of all lines, also of ignored ones */
  size_t count; /* of the pairs */
  size_t cap;   /* for seen */
  int status;   /* of the last status line; 0 before the first */
  int can_fold; /* the last line gave a pair, which may go on in the next */
  ec_headers_state state;
} ec_headers;

void ec_headers_init(ec_headers *h, size_t cap);
void ec_headers_renew(ec_headers *h); /* empty, its memory kept */
void ec_headers_free(ec_headers *h);

/*
** Takes one line, its end included or not.  The status line that follows an
** interim answer (1xx) starts anew, so that nothing of that is left behind;
** trailers are ignored.
*/
int ec_headers_line(ec_headers *h, const char *line, size_t length);

/* The pair at *position, which moves on; 0 when there is none left. */
int ec_headers_next(const ec_headers *h, size_t *position, const char **name,
                    const char **value);

#endif
