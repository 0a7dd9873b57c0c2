/* Map programs that are compiled whole: one loop that keeps everything between its loads and its stores in vector registers,
   where the interpreter of block.h makes a pass over the first-level cache for each micro-operation. fused_programs.h lists
   them; the host names the one that a map block equals. Knows nothing of tasks. */
#pragma once
#include "fused_programs.h"
#include "kernel.h"
#include "micro.h"

/* Evaluates `rows` rows of n elements, n a multiple of LANES. `at`: where each input's and each output's elements lie in the
   first row; `step`: how far it is to the next. */
typedef void fused_loop(float *const *at, const i64 *step, const micro *code, i64 rows, i64 n);

/* What becomes of a program's parts. Registers are assigned once: input k is rk, the result of micro-operation j is
   r(inputs + j). */
#define FUSED_NOTHING(...)
#define FUSED_POINTER(k, ...) float *p##k = at[k];
#define FUSED_CONST(k, j) const vf r##k = splat((float)code[j].immediate);
#define FUSED_ONE(k) const vf r##k = splat(*p##k);
#define FUSED_LOAD(k) const vf r##k = load(p##k + i);
#define FUSED_DO(k, name, ...) const vf r##k = lane_##name(__VA_ARGS__);
#define FUSED_STORE(k, value) store(p##k + i, value);
#define FUSED_STEP(k, ...) p##k += step[k];

/* All of an iteration is read before any of it is written, so outputs may lie where inputs lie. */
#define FUSED_LOOP(name) \
  static void fused_##name(float *const *at, const i64 *step, const micro *code, i64 rows, i64 n) { \
    (void)code; \
    FUSED_##name(FUSED_POINTER, FUSED_POINTER, FUSED_CONST, FUSED_NOTHING, FUSED_POINTER) \
    for (; rows > 0; rows--) { \
      FUSED_##name(FUSED_NOTHING, FUSED_ONE, FUSED_NOTHING, FUSED_NOTHING, FUSED_NOTHING) \
      for (i64 i = 0; i < n; i += LANES) { FUSED_##name(FUSED_LOAD, FUSED_NOTHING, FUSED_NOTHING, FUSED_DO, FUSED_STORE) } \
      FUSED_##name(FUSED_STEP, FUSED_STEP, FUSED_NOTHING, FUSED_NOTHING, FUSED_STEP) \
    } \
  }
FUSED_PROGRAMS(FUSED_LOOP)

#define FUSED_ENTRY(name) fused_##name,
static fused_loop *const fused_loops[] = {0, FUSED_PROGRAMS(FUSED_ENTRY)}; /* by a map block's `fused` */

/* The last n elements of a row, fewer than LANES: they go through vectors of their own, since memory ends with them. */
static void fused_rest(const map_block *m, float *const *at, i64 from, i64 n) {
  float lanes[FUSED_OPERANDS][LANES], *to[FUSED_OPERANDS];
  i64 step[FUSED_OPERANDS] = {0};
  for (i64 k = 0; k < m->inputs + m->outputs; k++) {
    to[k] = lanes[k];
    if (k >= m->inputs) continue;
    i64 stride = map_stride(m, k, m->rank - 1);
    for (i64 i = 0; i < LANES; i++) lanes[k][i] = i < n ? at[k][(from + i) * stride] : 0;
  }
  fused_loops[m->fused](to, step, map_micros(m), 1, LANES);
  for (i64 k = m->inputs; k < m->inputs + m->outputs; k++)
    for (i64 i = 0; i < n; i++) at[k][from + i] = lanes[k][i];
}

static void fused_rows(const map_block *m, float **at, const i64 *step, i64 rows, i64 n) {
  i64 whole = n / LANES * LANES;
  if (whole) fused_loops[m->fused](at, step, map_micros(m), rows, whole);
  if (whole == n) return;
  for (i64 r = 0; r < rows; r++) {
    fused_rest(m, at, whole, n - whole);
    for (i64 k = 0; k < m->inputs + m->outputs; k++) at[k] += step[k];
  }
}

/* Evaluates the rectangle [row, row + rows) × [column, column + columns) of the index space seen as a matrix, a row being a
   flat index over all dims but the last. An epilogue's input 0 is the `tile`, its rows `ld` floats apart; else it is null. */
static void fused_run(const map_block *m, const float *tile, i64 ld, i64 row, i64 rows, i64 column, i64 columns) {
  i64 last = m->rank - 1, place[MAX_RANK] = {0}, left = row;
  for (i64 k = last - 1; k > 0; k--) place[k] = left % map_dim(m, k), left /= map_dim(m, k);
  place[0] = left; /* of a single dim there is but row 0 */
  for (i64 run; rows > 0; rows -= run) {
    float *at[FUSED_OPERANDS];
    i64 step[FUSED_OPERANDS];
    run = last > 0 ? MIN(rows, map_dim(m, last - 1) - place[last - 1]) : 1;
    for (i64 k = 0; k < m->inputs + m->outputs; k++) {
      i64 offset = column * map_stride(m, k, last);
      for (i64 d = 0; d < last; d++) offset += place[d] * map_stride(m, k, d);
      at[k] = PTR(float, map_operands(m)[k].address) + offset;
      step[k] = last > 0 ? map_stride(m, k, last - 1) : 0;
    }
    if (tile) at[0] = (float *)tile, step[0] = ld, tile += run * ld;
    fused_rows(m, at, step, run, columns);
    if (last > 0) place[last - 1] += run;
    for (i64 k = last - 1; k > 0 && place[k] == map_dim(m, k); k--) place[k] = 0, place[k - 1]++;
  }
}
