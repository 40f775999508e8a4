/*
** Runs a fuzz target (spec/fuzz) without a fuzzer, on systems that have none:
** on the given files, then on RUNS pseudo-random inputs.
*/
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 4096, RUNS = 5000 };

static uint8_t input[1 << 20];

static uint32_t next_random(void) {
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/* Bytes, or only printable ones: most targets read text. */
static size_t fill(void) {
  size_t size = next_random() % (next_random() % LARGEST + 1), i;
  int printable = next_random() & 1;
  for (i = 0; i < size; i++)
    input[i] =
        (uint8_t)(printable ? ' ' + next_random() % 95 : next_random() >> 8);
  return size;
}

int main(int count, char **paths) {
  int i;
  for (i = 1; i < count; i++) {
    FILE *file = fopen(paths[i], "rb");
    if (file == NULL) {
      perror(paths[i]);
      return 1;
    }
    LLVMFuzzerTestOneInput(input, fread(input, 1, sizeof input, file));
    fclose(file);
  }
  for (i = 0; i < RUNS; i++)
    LLVMFuzzerTestOneInput(input, fill());
  printf("%d files, %d other inputs\n", count - 1, RUNS);
  return 0;
}
