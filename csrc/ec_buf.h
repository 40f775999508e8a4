/*
** A growable byte buffer with a cap on its size.  libcurl's callbacks and the
** URL codec append to such buffers.
*/
#ifndef EC_BUF_H
#define EC_BUF_H

#include <stddef.h>

enum {
  EC_BUF_OK = 0,
  EC_BUF_FULL,  /* would exceed the cap; nothing was added */
  EC_BUF_MEMORY /* no memory; nothing was added */
};

typedef struct ec_buf {
  char *data;
  size_t length; /* bytes in use */
  size_t room;   /* bytes allocated */
  size_t cap;    /* the largest length */
} ec_buf;

/* An empty buffer; allocates nothing. */
void ec_buf_init(ec_buf *b, size_t cap);

/* Makes room for `more` bytes at the end. */
int ec_buf_reserve(ec_buf *b, size_t more);

int ec_buf_add(ec_buf *b, const void *bytes, size_t count);

/* Puts a NUL after the bytes, which is not one of them: EC_BUF_OK or
** EC_BUF_MEMORY. */
int ec_buf_end(ec_buf *b);

/* Empties the buffer and keeps its memory. */
void ec_buf_clear(ec_buf *b);

/* Frees the memory; the buffer is empty and can be used again. */
void ec_buf_free(ec_buf *b);

#endif
