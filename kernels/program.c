/* Walks the instructions; a phase of several tasks is shared out by the pool, one of a single task is run in place,
   so that a small program never wakes a thread. Knows nothing of what kernels compute. */
#include "program.h"
#include "fused_programs.h"
#include "opcodes.h"
#include "threads.h"

typedef struct {
  const kernel *kernel;
  const void *args;
  i64 phase;
  uint8_t *shared, *locals;
} phase_work;

static void run_task(void *context, int64_t task, int thread) {
  const phase_work *w = context;
  workspace ws = {w->shared, w->locals + (i64)thread * LOCAL_BYTES};
  w->kernel->run(w->args, w->phase, task, ws);
}

static void run_instruction(const program_run_args *call, const i64 *at) {
  phase_work w = {.kernel = &call->table[at[0]], .args = at + 2, .shared = call->shared, .locals = call->locals};
  for (w.phase = 0; w.phase < w.kernel->phases; w.phase++) {
    fork_join work = {run_task, &w, w.kernel->tasks(w.args, w.phase)};
    if (!call->alone) pool_run(&work);
    else
      for (i64 task = 0; task < work.tasks; task++) run_task(&w, task, 0);
  }
}

static int is_malformed(const i64 *program, i64 at, i64 words) {
  return words - at < 2 || program[at] < 0 || program[at] >= KERNEL_COUNT || program[at + 1] < 2 || program[at + 1] > words - at;
}

i64 program_shared_bytes(const kernel *table, const i64 *program, i64 words) {
  i64 bytes = 0;
  for (i64 at = 0; at < words; at += program[at + 1]) {
    if (is_malformed(program, at, words)) return -1;
    const kernel *k = &table[program[at]];
    i64 wanted = k->shared_bytes ? k->shared_bytes(program + at + 2) : 0;
    bytes = MAX(bytes, wanted);
  }
  return bytes;
}

i64 program_run(const program_run_args *call) {
  for (i64 at = 0; at < call->words; at += call->program[at + 1])
    if (is_malformed(call->program, at, call->words)) return -1;
  i64 step = 0;
  for (; step < call->steps && __atomic_load_n(call->stop, __ATOMIC_ACQUIRE) == call->stop_seen; step++)
    for (i64 at = 0; at < call->words; at += call->program[at + 1]) run_instruction(call, call->program + at);
  return step;
}

#define NAME(name) " " #name
#define FUSED_LANES_TEXT(k) " lanes"
#define FUSED_ONE_TEXT(k) " one"
#define FUSED_CONST_TEXT(k, j) " const"
#define FUSED_DO_TEXT(k, name, ...) " " #name "(" #__VA_ARGS__ ")"
#define FUSED_OUT_TEXT(k, value) " " #value
#define FUSED_TEXT(name) \
  "fused" FUSED_##name(FUSED_LANES_TEXT, FUSED_ONE_TEXT, FUSED_CONST_TEXT, FUSED_DO_TEXT, FUSED_OUT_TEXT) "\n"
#define KERNEL_LINE(name, fields, has_map) "kernel " #has_map " " #name fields(NAME) "\n"
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#if defined(INTERFACE) /* a digest of instructions.h and opcodes.h, given by the build for JavaScript */
#define INTERFACE_LINE "interface " TEXT(INTERFACE) "\n"
#else
#define INTERFACE_LINE ""
#endif
const char *program_describe(void) {
  return INTERFACE_LINE "dtypes" DTYPES(NAME) "\nopcodes" OPCODES(NAME) "\nmap" MAP_FIELDS(NAME) "\noperand" OPERAND_FIELDS(NAME)
      "\nmicro" MICRO_FIELDS(NAME) "\nreals" REAL_FIELDS(NAME) "\nregisters " TEXT(MAX_REGISTERS) "\noperands " TEXT(MAX_OPERANDS) "\n"
      FUSED_PROGRAMS(FUSED_TEXT) KERNELS(KERNEL_LINE);
}
