/* The three inner loops of gemm, on operands already laid out as each wants them: `tile` (registers hold a piece of c),
   `dots` (both operands contiguous along k) and `stream` (rows of b pass once through memory).
   They know nothing of packing, tasks or epilogues. `add` is 0 to overwrite c, 1 to add to it. */
#pragma once
#include "kernel.h"
#include "vector.h"

/* The register tile: rows × vectors accumulators, the vectors of b and one broadcast of a fill the register file. */
#if LANES == 16
#define GEMM_ROWS 14
#elif defined(__ARM_NEON)
#define GEMM_ROWS 8
#else
#define GEMM_ROWS 6
#endif
#define GEMM_VECTORS 2
#define GEMM_COLUMNS (GEMM_VECTORS * LANES)

/* How far ahead of its use a is fetched, in floats: some 450 cycles, longer than the third-level cache takes. */
#define GEMM_AHEAD (32 * GEMM_ROWS)

/* c[rows, vectors·LANES] (+)= Σ_p a[p·a_step + row] · b[p·b_step + column]. `rows` and `vectors` are constants at every
   call, so the loops over them unroll and `sum` lives in registers. The k cache lines from `next` on, wanted soon, are
   fetched meanwhile into the second-level cache. */
INLINE void gemm_tile(const int rows, const int vectors, i64 k, const float *a, i64 a_step, const float *b, i64 b_step,
                      float *c, i64 ld, i64 add, const float *next) {
  vf sum[GEMM_ROWS][GEMM_VECTORS];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    /* The lines of c are wanted only after k steps: ask for them now. */
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) __builtin_prefetch(c + r * ld + v * LANES, 1);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) sum[r][v] = splat(0);
  }
  for (i64 p = 0; p < k; p++, a += a_step, b += b_step, next += 16) {
    __builtin_prefetch(a + GEMM_AHEAD);
    __builtin_prefetch(next, 0, 2);
    vf y[GEMM_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) y[v] = load(b + v * LANES);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      vf x = splat(a[r]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) sum[r][v] = fma_(x, y[v], sum[r][v]);
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

typedef void (*gemm_tile_function)(i64 k, const float *a, i64 a_step, const float *b, i64 b_step, float *c, i64 ld,
                                   i64 add, const float *next);

#define GEMM_TILE(rows, vectors)                                                                                      \
  static void gemm_tile_##rows##_##vectors(i64 k, const float *a, i64 a_step, const float *b, i64 b_step, float *c,   \
                                           i64 ld, i64 add, const float *next) {                                      \
    gemm_tile(rows, vectors, k, a, a_step, b, b_step, c, ld, add, next);                                              \
  }
#define GEMM_TILES(rows) GEMM_TILE(rows, 1) GEMM_TILE(rows, 2)
#define GEMM_ENTRY(rows) {gemm_tile_##rows##_1, gemm_tile_##rows##_2},
#if GEMM_ROWS == 14
#define GEMM_EACH(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14)
#elif GEMM_ROWS == 8
#define GEMM_EACH(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8)
#else
#define GEMM_EACH(F) F(1) F(2) F(3) F(4) F(5) F(6)
#endif
GEMM_EACH(GEMM_TILES)
/* [rows − 1][vectors − 1] */
static const gemm_tile_function gemm_tiles[GEMM_ROWS][GEMM_VECTORS] = {GEMM_EACH(GEMM_ENTRY)};

/* -- dots ---------------------------------------------------------------------------------------------------------- */

#define GEMM_DOT_ROWS (LANES == 16 ? 4 : 2)
#define GEMM_DOT_COLUMNS 4

/* The sum of the lanes, by halves. */
INLINE float gemm_sum_lanes(vf v) {
  float lane[LANES];
  store(lane, v);
#pragma GCC unroll 4
  for (int half = LANES / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  }
  return lane[0];
}

/* The k mod LANES last elements before p[k], in the lanes of `keep`: the rest of a row without reading past its end. */
INLINE vf gemm_load_rest(const float *p, i64 k, vi keep) {
  if (k >= LANES) return (vf)((vi)load(p + k - LANES) & keep);
  vf rest = {0};
  for (i64 i = 0; i < k; i++) rest[LANES - k + i] = p[i];
  return rest;
}

/* c[rows, columns] (+)= Σ_p a[row·a_row + p] · b[column·b_col + p] */
INLINE void gemm_dots(const int rows, const int columns, i64 k, const float *a, i64 a_row, const float *b, i64 b_col,
                      float *c, i64 ld, i64 add) {
  vf sum[4][4];
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++) sum[i][j] = splat(0);
  i64 p = 0;
  for (; p + LANES <= k; p += LANES) {
    vf y[4];
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++) y[j] = load(b + j * b_col + p);
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) {
      vf x = load(a + i * a_row + p);
#pragma GCC unroll 4
      for (int j = 0; j < columns; j++) sum[i][j] = fma_(x, y[j], sum[i][j]);
    }
  }
  if (p < k) {
    vi keep;
    for (int i = 0; i < LANES; i++) keep[i] = i >= LANES - (k - p) ? -1 : 0;
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) {
      vf x = gemm_load_rest(a + i * a_row, k, keep);
#pragma GCC unroll 4
      for (int j = 0; j < columns; j++) sum[i][j] = fma_(x, gemm_load_rest(b + j * b_col, k, keep), sum[i][j]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++) {
      float s = gemm_sum_lanes(sum[i][j]);
      c[i * ld + j] = add ? c[i * ld + j] + s : s;
    }
}

/* The same for any number of rows and columns. */
static void gemm_dot_block(i64 rows, i64 columns, i64 k, const float *a, i64 a_row, const float *b, i64 b_col, float *c,
                           i64 ld, i64 add) {
  for (i64 j = 0; j < columns;) {
    const float *y = b + j * b_col;
    i64 wide = columns - j >= GEMM_DOT_COLUMNS;
    for (i64 i = 0; i < rows;) {
      const float *x = a + i * a_row;
      float *at = c + i * ld + j;
      if (rows - i >= GEMM_DOT_ROWS) {
        if (wide) gemm_dots(GEMM_DOT_ROWS, 4, k, x, a_row, y, b_col, at, ld, add);
        else gemm_dots(GEMM_DOT_ROWS, 1, k, x, a_row, y, b_col, at, ld, add);
        i += GEMM_DOT_ROWS;
      } else {
        if (wide) gemm_dots(1, 4, k, x, a_row, y, b_col, at, ld, add);
        else gemm_dots(1, 1, k, x, a_row, y, b_col, at, ld, add);
        i++;
      }
    }
    j += wide ? GEMM_DOT_COLUMNS : 1;
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
