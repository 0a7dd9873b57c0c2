/* The three inner loops of gemm, on operands already laid out as each wants them: `tile` (registers hold a piece of c),
   `dots` (both operands contiguous along k) and `stream` (rows of b pass once through memory).
   They know nothing of packing, tasks or epilogues. `add` is 0 to overwrite c, 1 to add to it. */
#pragma once
#include "kernel.h"
#include "gemm_lanes.h"

/* The register tile: rows × vectors accumulators, the vectors of b and one broadcast of a fill the register file. */
#if LANES == 16
#define GEMM_ROWS 14
#elif defined(__ARM_NEON)
#define GEMM_ROWS 8
#elif defined(__wasm__) && !defined(__wasm_relaxed_simd__)
/* Without a fused multiply-add a product takes a register too, and one of the 16 is the engine's own. */
#define GEMM_ROWS 5
#else
#define GEMM_ROWS 6
#endif
#define GEMM_VECTORS 2
#define GEMM_COLUMNS (GEMM_VECTORS * LANES)

/* Left alone, clang would load all broadcasts of a step of k before using them, and WASM's 16 registers overflow: here
   a step's products come one after the other. */
#if defined(__wasm__)
#define GEMM_PIN(v) __asm__ volatile("" : "+r"(v) : : "memory")
#else
#define GEMM_PIN(v) (void)0
#endif

/* How far ahead of its use a is fetched, in floats: some 450 cycles, longer than the third-level cache takes. */
#define GEMM_AHEAD (32 * GEMM_ROWS)

/* c[rows, vectors·LANES] (+)= Σ_p a[row·a_row + p·a_step] · b[p·b_step + column]. `rows`, `vectors` and the a_row of
   packed panels, 1, are constants at the call: the loops unroll and `sum` lives in registers. The k cache lines
   from `next` on, next_step apart, wanted soon, are fetched meanwhile into the second-level cache. */
INLINE void gemm_tile(const int rows, const int vectors, i64 k, const float *a, i64 a_row, i64 a_step, const float *b,
                      i64 b_step, float *c, i64 ld, i64 add, const float *next,
                      i64 next_step) {
  vf sum[GEMM_ROWS][GEMM_VECTORS];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    /* The lines of c are wanted only after k steps: ask for them now. */
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) __builtin_prefetch(c + r * ld + v * LANES, 1);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) sum[r][v] = splat(0);
  }
  for (i64 p = 0; p < k; p++, a += a_step, b += b_step, next += next_step) {
    __builtin_prefetch(a + GEMM_AHEAD);
    __builtin_prefetch(next, 0, 2);
    vf y[GEMM_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) y[v] = load(b + v * LANES);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      vf x = splat(a[r * a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) {
        sum[r][v] = fma_(x, y[v], sum[r][v]);
        GEMM_PIN(sum[r][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      float *at = c + r * ld + v * LANES;
      if (add) sum[r][v] += load(at);
      store(at, sum[r][v]);
    }
  }
}

typedef void (*gemm_tile_function)(i64 k, const float *a, i64 a_row, i64 a_step, const float *b, i64 b_step, float *c,
                                   i64 ld, i64 add, const float *next, i64 next_step);

#define GEMM_TILE(name, rows, vectors, row_step)                                                                      \
  static void gemm_##name##_##rows##_##vectors(i64 k, const float *a, i64 a_row, i64 a_step, const float *b,          \
                                               i64 b_step, float *c, i64 ld, i64 add, const float *next,              \
                                               i64 next_step) {                                                       \
    (void)a_row;                                                                                                      \
    gemm_tile(rows, vectors, k, a, row_step, a_step, b, b_step, c, ld, add, next, next_step);                         \
  }
#define GEMM_PANEL_TILES(rows) GEMM_TILE(panel, rows, 1, 1) GEMM_TILE(panel, rows, 2, 1)
#define GEMM_PANEL_ENTRY(rows) {gemm_panel_##rows##_1, gemm_panel_##rows##_2},
#define GEMM_ROW_TILES(rows) GEMM_TILE(row, rows, 1, a_row) GEMM_TILE(row, rows, 2, a_row)
#define GEMM_ROW_ENTRY(rows) {gemm_row_##rows##_1, gemm_row_##rows##_2},
#define GEMM_EACH_5(F) F(1) F(2) F(3) F(4) F(5)
#define GEMM_EACH_6(F) GEMM_EACH_5(F) F(6)
#define GEMM_EACH_8(F) GEMM_EACH_6(F) F(7) F(8)
#if GEMM_ROWS == 14
#define GEMM_EACH_ROW GEMM_EACH_8
#define GEMM_EACH(F) GEMM_EACH_8(F) F(9) F(10) F(11) F(12) F(13) F(14)
#elif GEMM_ROWS == 8
#define GEMM_EACH_ROW GEMM_EACH_8
#define GEMM_EACH GEMM_EACH_8
#elif GEMM_ROWS == 5
#define GEMM_EACH_ROW GEMM_EACH_5
#define GEMM_EACH GEMM_EACH_5
#else
#define GEMM_EACH_ROW GEMM_EACH_6
#define GEMM_EACH GEMM_EACH_6
#endif
/* Most rows of a tile that reads a where it lies: each row then takes a pointer, and there are 16 of those. */
#define GEMM_DIRECT_ROWS MIN(GEMM_ROWS, 8)

GEMM_EACH(GEMM_PANEL_TILES)
GEMM_EACH_ROW(GEMM_ROW_TILES)
/* [rows − 1][vectors − 1], for a_row = 1 and for any. */
static const gemm_tile_function gemm_panel_tiles[GEMM_ROWS][GEMM_VECTORS] = {GEMM_EACH(GEMM_PANEL_ENTRY)};
static const gemm_tile_function gemm_row_tiles[GEMM_DIRECT_ROWS][GEMM_VECTORS] = {GEMM_EACH_ROW(GEMM_ROW_ENTRY)};

/* -- dots ---------------------------------------------------------------------------------------------------------- */

#define GEMM_DOT_ROWS (LANES == 16 ? 4 : 2)
#define GEMM_DOT_COLUMNS 4

/* The k mod LANES last elements before p[k], in the lanes of `keep`: the rest of a row without reading past its end. */
INLINE vf gemm_load_rest(const float *p, i64 k, vi keep) {
  if (k >= LANES) return (vf)((vi)load(p + k - LANES) & keep);
  vf rest = {0};
  for (i64 i = 0; i < k; i++) rest[LANES - k + i] = p[i];
  return rest;
}

/* c[rows, columns] (+)= Σ_p a[row·a_row + p] · b[column·b_col + p]. The four rows at `next`, next_row apart, wanted
   soon, are fetched meanwhile. */
INLINE void gemm_dots(const int rows, const int columns, i64 k, const float *a, i64 a_row, const float *b, i64 b_col,
                      float *c, i64 ld, i64 add, const float *next, i64 next_row) {
  vf sum[GEMM_DOT_ROWS * 4];
#pragma GCC unroll 16
  for (int i = 0; i < GEMM_DOT_ROWS * 4; i++) sum[i] = splat(0);
  i64 p = 0;
  for (; p + LANES <= k; p += LANES) {
    vf y[4];
    if (rows == GEMM_DOT_ROWS)
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) __builtin_prefetch(next + i * next_row + p, 0, 2);
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++) y[j] = load(b + j * b_col + p);
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) {
      vf x = load(a + i * a_row + p);
#pragma GCC unroll 4
      for (int j = 0; j < columns; j++) sum[i * 4 + j] = fma_(x, y[j], sum[i * 4 + j]);
    }
  }
  if (p < k) {
    vi keep;
    for (int i = 0; i < LANES; i++) keep[i] = i >= LANES - (k - p) ? -1 : 0;
    vf y[4];
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++) y[j] = gemm_load_rest(b + j * b_col, k, keep);
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) {
      vf x = gemm_load_rest(a + i * a_row, k, keep);
#pragma GCC unroll 4
      for (int j = 0; j < columns; j++) sum[i * 4 + j] = fma_(x, y[j], sum[i * 4 + j]);
    }
  }
  /* A vector holds the sums of LANES / 4 rows of 4. */
#pragma GCC unroll 4
  for (int i = 0; i < rows; i += LANES / 4) {
    float total[LANES];
    store(total, gemm_sum_lanes(sum + i * 4));
    for (int h = 0; h < MIN(rows - i, LANES / 4); h++)
      for (int j = 0; j < columns; j++) {
        float *at = c + (i + h) * ld + j;
        *at = total[h * 4 + j] + (add ? *at : 0);
      }
  }
}

/* gemm_dots with 1 to 4 columns. */
INLINE void gemm_dots_of(const int rows, i64 columns, i64 k, const float *a, i64 a_row, const float *b, i64 b_col,
                         float *c, i64 ld, i64 add, const float *next, i64 next_row) {
  if (columns == 4) gemm_dots(rows, 4, k, a, a_row, b, b_col, c, ld, add, next, next_row);
  else if (columns == 3) gemm_dots(rows, 3, k, a, a_row, b, b_col, c, ld, add, next, next_row);
  else if (columns == 2) gemm_dots(rows, 2, k, a, a_row, b, b_col, c, ld, add, next, next_row);
  else gemm_dots(rows, 1, k, a, a_row, b, b_col, c, ld, add, next, next_row);
}

/* The same for any number of rows and columns; the shorter side is the inner loop, so that its operand stays cached. */
static void gemm_dot_block(i64 rows, i64 columns, i64 k, const float *a, i64 a_row, const float *b, i64 b_col, float *c,
                           i64 ld, i64 add) {
  int by_rows = rows > columns;
  i64 tall = CEIL_DIV(rows, GEMM_DOT_ROWS), wide = CEIL_DIV(columns, GEMM_DOT_COLUMNS);
  for (i64 t = 0; t < tall * wide; t++) {
    i64 i = (by_rows ? t / wide : t % tall) * GEMM_DOT_ROWS, j = (by_rows ? t % wide : t / tall) * GEMM_DOT_COLUMNS;
    i64 height = MIN(GEMM_DOT_ROWS, rows - i), width = MIN(GEMM_DOT_COLUMNS, columns - j);
    const float *x = a + i * a_row, *y = b + j * b_col;
    const float *next = by_rows ? x + GEMM_DOT_ROWS * a_row : x;
    float *at = c + i * ld + j;
    if (height == GEMM_DOT_ROWS) {
      gemm_dots_of(GEMM_DOT_ROWS, width, k, x, a_row, y, b_col, at, ld, add, next, a_row);
      continue;
    }
    for (; height > 0; height--, x += a_row, at += ld)
      gemm_dots_of(1, width, k, x, a_row, y, b_col, at, ld, add, next, a_row);
  }
}

/* -- stream -------------------------------------------------------------------------------------------------------- */

#define GEMM_STREAM_ROWS (LANES == 16 ? 4 : 2)

/* c[rows, columns] (+)= Σ_{p < depth} a[row·a_row + p·a_col] · b[p·b_row + column]: `depth` rows of b are read side by
   side, so that c, in the first-level cache, is read and written once for all of them. */
INLINE void gemm_stream(const int rows, const int depth, i64 columns, const float *a, i64 a_row, i64 a_col,
                        const float *b, i64 b_row, float *c, i64 ld, i64 add) {
  vf x[4][4];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int p = 0; p < depth; p++) x[r][p] = splat(a[r * a_row + p * a_col]);
  i64 j = 0;
  for (; j + LANES <= columns; j += LANES) {
    vf y[4];
#pragma GCC unroll 4
    for (int p = 0; p < depth; p++) y[p] = load(b + p * b_row + j);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      vf sum = {0};
      if (add) sum = load(c + r * ld + j);
#pragma GCC unroll 4
      for (int p = 0; p < depth; p++) sum = fma_(x[r][p], y[p], sum);
      store(c + r * ld + j, sum);
    }
  }
  for (; j < columns; j++)
    for (int r = 0; r < rows; r++) {
      float sum = add ? c[r * ld + j] : 0;
      for (int p = 0; p < depth; p++) sum += x[r][p][0] * b[p * b_row + j];
      c[r * ld + j] = sum;
    }
}

/* The same for any number of rows and any k ≥ 1. */
static void gemm_stream_block(i64 rows, i64 columns, i64 k, const float *a, i64 a_row, i64 a_col, const float *b,
                              i64 b_row, float *c, i64 ld, i64 add) {
  for (i64 p = 0; p < k;) {
    i64 deep = k - p >= 4;
    for (i64 i = 0; i < rows;) {
      const float *x = a + i * a_row + p * a_col, *y = b + p * b_row;
      float *at = c + i * ld;
      if (rows - i >= GEMM_STREAM_ROWS) {
        if (deep) gemm_stream(GEMM_STREAM_ROWS, 4, columns, x, a_row, a_col, y, b_row, at, ld, add);
        else gemm_stream(GEMM_STREAM_ROWS, 1, columns, x, a_row, a_col, y, b_row, at, ld, add);
        i += GEMM_STREAM_ROWS;
      } else {
        if (deep) gemm_stream(1, 4, columns, x, a_row, a_col, y, b_row, at, ld, add);
        else gemm_stream(1, 1, columns, x, a_row, a_col, y, b_row, at, ld, add);
        i++;
      }
    }
    p += deep ? 4 : 1;
    add = 1;
  }
}
