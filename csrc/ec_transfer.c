/*
** The memory of transfers, and filling in their requests.
*/
#include "ec_transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_CAP (SIZE_MAX / 4)

static void reset(ec_transfer *t) {
  ec_memory kept = t->memory;
  memset(t, 0, sizeof *t);
  t->memory = kept;
  t->deadline = HUGE_VAL;
  t->file = -1;
}

static void close_file(ec_transfer *t) {
  if (t->file >= 0)
    close(t->file);
  t->file = -1;
}

ec_transfer *ec_transfer_create(const ec_options *options) {
  ec_transfer *t = calloc(1, sizeof *t);
  int part;
  if (t == NULL)
    return NULL;
  for (part = 0; part < EC_PARTS; part++)
    ec_buf_init(&t->memory.parts[part],
                part == EC_RESPONSE_BODY ? options->max_body : NO_CAP);
  ec_headers_init(&t->memory.headers, options->max_header);
  reset(t);
  return t;
}

void ec_transfer_renew(ec_transfer *t) {
  int part;
  close_file(t);
  for (part = 0; part < EC_PARTS; part++)
    ec_buf_clear(&t->memory.parts[part]);
  ec_headers_renew(&t->memory.headers);
  reset(t);
}

void ec_transfer_destroy(ec_transfer *t) {
  int part;
  close_file(t);
  for (part = 0; part < EC_PARTS; part++)
    ec_buf_free(&t->memory.parts[part]);
  ec_headers_free(&t->memory.headers);
  free(t);
}

size_t ec_transfer_room(const ec_transfer *t) {
  size_t room = t->memory.headers.pairs.room;
  int part;
  for (part = 0; part < EC_PARTS; part++)
    room += t->memory.parts[part].room;
  return room;
}

static int add(ec_transfer *t, ec_part part, const char *bytes, size_t length) {
  return ec_buf_add(&t->memory.parts[part], bytes, length) == EC_BUF_OK
             ? EC_OK
             : EC_MEMORY;
}

static int set_text(ec_transfer *t, ec_part part, const char *text) {
  ec_buf_clear(&t->memory.parts[part]);
  return add(t, part, text, strlen(text) + 1);
}

int ec_transfer_method(ec_transfer *t, const char *method) {
  return set_text(t, EC_METHOD, method);
}

int ec_transfer_url(ec_transfer *t, const char *url) {
  return set_text(t, EC_URL, url);
}

/* To libcurl "name;" is a header with an empty value, and "name:" one that it
** must not send. */
int ec_transfer_header(ec_transfer *t, const char *name, const char *value) {
  const char *between = value == NULL ? ":" : value[0] == 0 ? ";" : ": ";
  int rc = add(t, EC_HEADER_LINES, name, strlen(name));
  if (value == NULL)
    value = "";
  if (rc == EC_OK)
    rc = add(t, EC_HEADER_LINES, between, strlen(between));
  if (rc == EC_OK)
    rc = add(t, EC_HEADER_LINES, value, strlen(value) + 1);
  return rc;
}

int ec_transfer_body(ec_transfer *t, const char *bytes, size_t length) {
  t->has_body = 1;
  return add(t, EC_REQUEST_BODY, bytes, length);
}

static ec_fail file_failure(int error) {
  switch (error) {
  case EMFILE:
    return EC_FAIL_DESCRIPTORS;
  case ENOSPC:
  case EDQUOT:
    return EC_FAIL_FILE_FULL;
  default:
    return EC_FAIL_FILE;
  }
}

int ec_transfer_file(ec_transfer *t, int fd, curl_off_t cap) {
  int rc;
  t->file_cap = cap;
  t->file = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (t->file >= 0) {
    do {
      rc = ftruncate(t->file, 0);
    } while (rc < 0 && errno == EINTR);
    if (rc == 0)
      return EC_OK;
  }
  t->failure = ec_err(file_failure(errno));
  return EC_REFUSED;
}

int ec_transfer_fills_file(const ec_transfer *t) {
  long status = t->memory.headers.status;
  return t->file >= 0 && status >= 200 && status <= 299;
}

ec_fail ec_transfer_write(ec_transfer *t, const char *bytes, size_t count) {
  if ((curl_off_t)count > t->file_cap - t->written)
    return EC_FAIL_FILE_CAP;
  while (count > 0) {
    ssize_t step = pwrite(t->file, bytes, count, (off_t)t->written);
    if (step < 0 && errno == EINTR)
      continue;
    if (step < 0)
      return file_failure(errno);
    bytes += step;
    count -= (size_t)step;
    t->written += step;
  }
  return EC_FAIL_NONE;
}

int ec_transfer_is_read(const ec_transfer *t) {
  const char *method = ec_transfer_text(t, EC_METHOD);
  return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

void ec_transfer_fail(ec_transfer *t, ec_failure why) {
  t->failed = 1;
  t->failure = why;
}
