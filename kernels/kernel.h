/* What a kernel is to the instruction loop: how its work is cut, and how one piece is done.
   Work is cut by shape alone, never by the number of threads, so results do not depend on it. */
#pragma once
#include "instructions.h"

#define MAX_PHASES 4
/* Scratch of one thread: packing buffers, map registers. A kernel may use all of it within one task. */
#define LOCAL_BYTES (2 << 20)

typedef struct {
  uint8_t *shared; /* one for all threads, as large as the kernel's `shared_bytes` asked; lives through the phases */
  uint8_t *local;  /* this thread's LOCAL_BYTES, 64-byte aligned; contents undefined between tasks */
} workspace;

/* Phases run in order with a barrier between; within a phase the tasks are independent and run in any order.
   phase p has tasks(args, p) tasks; 0 tasks skips it. */
typedef struct {
  i64 phases;
  i64 (*tasks)(const void *args, i64 phase);
  void (*run)(const void *args, i64 phase, i64 task, workspace ws);
  i64 (*shared_bytes)(const void *args); /* null: none */
} kernel;

#define PTR(type, address) ((type *)(intptr_t)(address))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define CEIL_DIV(a, b) (((a) + (b) - 1) / (b))

static inline const operand *map_operands(const map_block *m) { return (const operand *)(m + 1); }
static inline const micro *map_micros(const map_block *m) { return (const micro *)(map_operands(m) + m->inputs + m->outputs); }
static inline i64 map_dim(const map_block *m, i64 k) { return (&m->dim0)[k]; }
static inline i64 map_stride(const map_block *m, i64 operand, i64 k) { return (&map_operands(m)[operand].stride0)[k]; }

/* Applies the epilogue `m` to one tile whose values lie at `tile`, rows `ld` floats apart: the rectangle
   [row, row + rows) × [column, column + columns) of the index space seen as a matrix, where a row is a flat
   index over all dims but the last and a column an index of the last dim. Writes the epilogue's outputs. In map.c. */
static void epilogue(const map_block *m, const float *tile, i64 ld, i64 row, i64 rows, i64 column, i64 columns, workspace ws);
