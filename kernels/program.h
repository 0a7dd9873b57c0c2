/* The instruction loop: runs a program for a number of steps on the pool's threads. */
#pragma once
#include "kernel.h"

typedef struct {
  const kernel *table; /* indexed by kernel id */
  const i64 *program;  /* instructions, one after another */
  i64 words;
  uint8_t *shared; /* as large as program_shared_bytes() says */
  uint8_t *locals; /* LOCAL_BYTES for each thread, 64-byte aligned */
  i64 steps;
  const uint32_t *stop; /* the run ends after the step in which this differs from `stop_seen` */
  uint32_t stop_seen;
  int alone; /* every task on the calling thread, the pool left in peace */
} program_run_args;

/* The shared workspace a program needs in bytes, or -1 if its words are malformed. */
i64 program_shared_bytes(const kernel *table, const i64 *program, i64 words);

/* Steps done, or -1 if the words are malformed. The program must have been accepted by program_shared_bytes(). */
i64 program_run(const program_run_args *args);

/* The instruction set in words, one thing a line: `interface DIGEST`, `dtypes float32 …`, `opcodes …`, `map …`, `operand …`,
   `micro …`, `reals …`, `registers N`, `operands N`, for each map program compiled whole `fused operand … operation …
   output …` and for each kernel `kernel has_map name field …`. */
const char *program_describe(void);
