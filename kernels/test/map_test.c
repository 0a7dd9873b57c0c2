/* Random map and reduce programs on arrays of exactly their size, for the address and undefined-behaviour sanitizers;
   what they compute is checked by test/kernels. From the repository root, per instruction set:
   gcc -std=gnu11 -O1 -g -fsanitize=address,undefined -mavx2 -mfma -Wno-psabi kernels/test/map_test.c -o /tmp/map_test */
#include <stdio.h>
#include <stdlib.h>

#include "../vector.h"
#include "../map.c"
#include "../reduce.c"

static i64 words[1024], used;
static void *arrays[8];
static int array_count;

static i64 below(i64 n) { return rand() % n; }

/* An operand over its own array: the dims in random memory order, those in `flat` of stride 0. */
static operand fresh(const i64 *dims, i64 rank, i64 dtype, i64 flat) {
  operand o = {.dtype = dtype};
  i64 length = 1, left = (1 << rank) - 1;
  while (left) {
    i64 k = below(3) ? 63 - __builtin_clzll((unsigned long long)left) : __builtin_ctzll((unsigned long long)left);
    left &= ~(1ll << k);
    if (flat >> k & 1) continue;
    (&o.stride0)[k] = length;
    length *= dims[k];
  }
  uint8_t *p = arrays[array_count++] = malloc((size_t)(length * width_of(dtype)) + 1);
  for (i64 i = 0; i < length * width_of(dtype); i++) p[i] = (uint8_t)(dtype == DTYPE_float32 && i % 4 == 3 ? 0x3f : rand());
  o.address = (i64)(intptr_t)p;
  return o;
}

static void add_words(const void *from, i64 bytes) {
  __builtin_memcpy(words + used, from, (size_t)bytes);
  used += bytes / 8;
}

/* out = (x as float) + y, with `reduced` dims of the output flat; -1 for a map, which also writes its index as bytes. */
static const void *build(i64 reduced, i64 op) {
  i64 rank = 1 + below(4), dims[MAX_RANK] = {1, 1, 1, 1, 1, 1}, total = 1;
  for (i64 k = 0; k < rank; k++) dims[k] = 1 + below(below(4) ? 9 : below(3) ? 90 : 1500), total *= dims[k];
  if (total > 200000) dims[0] = 1;
  int is_map = reduced < 0;
  if (op >= REDUCE_ARGMAX) reduced = 1ll << below(rank);
  map_block head = {rank, dims[0], dims[1], dims[2], dims[3], dims[4], dims[5], 2, is_map ? 2 : 1, 3, 5};
  i64 bytes = below(2) ? DTYPE_uint8 : DTYPE_float32;
  operand operands[4] = {fresh(dims, rank, bytes, below(1 << rank)), fresh(dims, rank, DTYPE_float32, below(1 << rank)),
      fresh(dims, rank, op >= REDUCE_ARGMAX ? DTYPE_int32 : DTYPE_float32, is_map ? 0 : reduced)};
  operands[2].reg = 3;
  if (is_map) operands[3] = fresh(dims, rank, DTYPE_uint8, 0), operands[3].reg = 4;
  micro code[3] = {{bytes == DTYPE_uint8 ? OP_to_float : OP_move, 2, 0, 0, 0, 0}, {OP_add, 3, 2, 1, 0, 0}, {OP_index, 4, below(rank), 0, 0, 0}};
  reduce_args args = {op, reduced & ((1 << rank) - 1), 0};
  used = 0;
  if (!is_map) add_words(&args, sizeof args);
  add_words(&head, sizeof head);
  add_words(operands, (i64)sizeof *operands * (is_map ? 4 : 3));
  add_words(code, sizeof code);
  return words;
}

static void run_all(const kernel *k, const void *args, uint8_t *local) {
  i64 bytes = k->shared_bytes ? k->shared_bytes(args) : 0;
  workspace ws = {malloc((size_t)bytes + 1), local};
  for (i64 phase = 0; phase < k->phases; phase++)
    for (i64 task = 0, tasks = k->tasks(args, phase); task < tasks; task++) k->run(args, phase, task, ws);
  free(ws.shared);
}

int main(void) {
  uint8_t *local = aligned_alloc(64, LOCAL_BYTES);
  for (int n = 0; n < 3000; n++) {
    if (n % 2) run_all(&map_kernel, build(-1, 0), local);
    else run_all(&reduce_kernel, build(below(16), below(6)), local);
    while (array_count) free(arrays[--array_count]);
  }
  free(local);
  printf("map_test: 3000 programs\n");
}
