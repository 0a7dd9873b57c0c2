/* stamp: notes the time between instructions, for programs that are profiled. The clock is the system's monotonic one, in
   WASM the host's. */
#include "kernel.h"

#ifdef __wasm__
__attribute__((import_module("env"), import_name("now"))) double host_now(void); /* milliseconds */
static i64 nanoseconds(void) { return (i64)(host_now() * 1e6); }
#else
#include <time.h>
static i64 nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}
#endif

static i64 stamp_tasks(const void *args, i64 phase) {
  (void)args, (void)phase;
  return 1;
}
static void stamp_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)task, (void)ws;
  const stamp_args *g = args;
  i64 *log = PTR(i64, g->log);
  if (log[0] < g->capacity) log[++log[0]] = nanoseconds();
}
static const kernel stamp_kernel = {.phases = 1, .tasks = stamp_tasks, .run = stamp_run};
