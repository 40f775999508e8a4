/*
** The headers of an answer: parsed line by line as they arrive, bounded,
** kept as "name\0value\0" pairs with the names in lower case.
*/
#ifndef EC_HEADERS_H
#define EC_HEADERS_H

#include "ec_buf.h"

enum { EC_HEADERS_OK = 0, EC_HEADERS_FULL, EC_HEADERS_MEMORY };

typedef struct ec_headers {
  ec_buf pairs;
  size_t seen; /* bytes of all lines, also of ignored ones */
  size_t cap;
  int status; /* of the last status line; 0 before the first */
} ec_headers;

void ec_headers_init(ec_headers *h, size_t cap);
void ec_headers_free(ec_headers *h);

/* Takes one line, its end included or not.  A status line starts anew, so an
** interim answer (1xx) leaves nothing behind. */
int ec_headers_line(ec_headers *h, const char *line, size_t length);

/* The pair at *position, which moves on; 0 when there is none left. */
int ec_headers_next(const ec_headers *h, size_t *position, const char **name,
                    const char **value);

#endif
