/* The WASM module: everything in one translation unit, compiled with -iquote kernels. Memory is the host's; each thread has its own instance, stack
   and workspace in it. Addresses fit 32 bits, and numbers cross to JavaScript as int32 or double. */
#include "all.c"
#include "program.c"
#include "threads.c"

#define EXPORT(name) __attribute__((export_name(#name)))

static uint32_t stop_count;
static uint8_t *locals;

EXPORT(describe) const char *nabla_describe(void) { return program_describe(); }
EXPORT(local_bytes) int32_t nabla_local_bytes(void) { return LOCAL_BYTES; }

/* Where the threads' workspaces lie, local_bytes() each. */
EXPORT(set_locals) void nabla_set_locals(uint8_t *address) { locals = address; }

EXPORT(shared_bytes) double nabla_shared_bytes(const i64 *program, int32_t words) {
  return (double)program_shared_bytes(JOIN(nabla_kernels_, VARIANT)(), program, words);
}

/* Runs on the calling thread as thread 0 of the pool or, if `alone`, with the workspace of thread `slot` and no help. */
EXPORT(run) double nabla_run(const i64 *program, int32_t words, uint8_t *shared, double steps, uint32_t stop_seen, int32_t alone, int32_t slot) {
  program_run_args call = {JOIN(nabla_kernels_, VARIANT)(), program, words, shared, locals + (i64)slot * LOCAL_BYTES,
      (i64)steps, &stop_count, stop_seen, alone};
  return (double)program_run(&call);
}

EXPORT(worker) void nabla_worker(int32_t thread) { pool_worker(thread); }
EXPORT(set_threads) void nabla_set_threads(int32_t threads) { pool_set_threads(threads); }
EXPORT(close) void nabla_close(void) { pool_close(); }
EXPORT(stop) void nabla_stop(void) { __atomic_fetch_add(&stop_count, 1, __ATOMIC_SEQ_CST); }
EXPORT(stop_count) uint32_t nabla_stop_count(void) { return __atomic_load_n(&stop_count, __ATOMIC_SEQ_CST); }
