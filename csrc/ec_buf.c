/*
** Capped byte buffers; see ec_buf.h.
*/
#include "ec_buf.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 512

void ec_buf_init(ec_buf *b, size_t cap) {
  b->data = NULL;
  b->length = 0;
  b->room = 0;
  b->cap = cap;
}

int ec_buf_reserve(ec_buf *b, size_t more) {
  size_t needed, room;
  char *data;
  if (more > b->cap - b->length)
    return EC_BUF_FULL;
  needed = b->length + more;
  if (needed <= b->room)
    return EC_BUF_OK;
  room = b->room < FIRST_ROOM ? FIRST_ROOM : b->room;
  while (room < needed)
    room = room > (size_t)-1 / 2 ? needed : room * 2;
  if (room > b->cap)
    room = b->cap;
  data = realloc(b->data, room);
  if (data == NULL)
    return EC_BUF_MEMORY;
  b->data = data;
  b->room = room;
  return EC_BUF_OK;
}

int ec_buf_add(ec_buf *b, const void *bytes, size_t count) {
  int rc;
  if (count == 0)
    return EC_BUF_OK;
  rc = ec_buf_reserve(b, count);
  if (rc == EC_BUF_OK) {
    memcpy(b->data + b->length, bytes, count);
    b->length += count;
  }
  return rc;
}

int ec_buf_end(ec_buf *b) {
  if (b->length == b->room) {
    char *data = realloc(b->data, b->room + 1);
    if (data == NULL)
      return EC_BUF_MEMORY;
    b->data = data;
    b->room++;
  }
  b->data[b->length] = '\0';
  return EC_BUF_OK;
}

void ec_buf_clear(ec_buf *b) {
  b->length = 0;
}

void ec_buf_free(ec_buf *b) {
  free(b->data);
  ec_buf_init(b, b->cap);
}
