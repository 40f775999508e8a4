/*
** Fuzzes the ways to scan a JSON string, which have to find the same end: byte
** by byte, 8 bytes at a time, and 16 at a time where the processor can.
** Needs csrc/ec_json_scan.c.
*/
#include "../../csrc/ec_json_plain.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) ((what) ? (void)0 : __builtin_trap())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* At the end of its allocation, as the sanitizer sees a read beyond. */
  char *text = malloc(size + 1);
  const char *end;
  size_t at;
  CHECK(text != NULL);
  memcpy(text, data, size);
  text[size] = '\0';
  end = text + size;
  for (at = 0; at <= size && at < 64; at++) {
    const char *one = ec_json_skip_plain(text + at);
    CHECK(one == ec_json_plain_portable(text + at, end));
    CHECK(one == ec_json_plain_end(text + at, end));
  }
  free(text);
  return 0;
}
