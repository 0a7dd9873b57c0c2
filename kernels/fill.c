/* zero and copy: whole ranges of bytes, a megabyte a task. */
#include "kernel.h"

#define FILL_PIECE (1 << 20)

static i64 zero_tasks(const void *args, i64 phase) {
  (void)phase;
  return CEIL_DIV(((const zero_args *)args)->bytes, FILL_PIECE);
}
static void zero_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const zero_args *g = args;
  i64 from = task * FILL_PIECE;
  __builtin_memset(PTR(uint8_t, g->out) + from, 0, MIN(FILL_PIECE, g->bytes - from));
}
static const kernel zero_kernel = {.phases = 1, .tasks = zero_tasks, .run = zero_run};

static i64 copy_tasks(const void *args, i64 phase) {
  (void)phase;
  return CEIL_DIV(((const copy_args *)args)->bytes, FILL_PIECE);
}
static void copy_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const copy_args *g = args;
  i64 from = task * FILL_PIECE;
  __builtin_memcpy(PTR(uint8_t, g->out) + from, PTR(uint8_t, g->x) + from, MIN(FILL_PIECE, g->bytes - from));
}
static const kernel copy_kernel = {.phases = 1, .tasks = copy_tasks, .run = copy_run};
