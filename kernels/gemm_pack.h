/* Packing for gemm: copies a strip of a matrix, of any strides, into the order in which `gemm_tile` reads it.
   Knows only of strips; which strips, and where they go, is gemm.c's business. */
#pragma once
#include "kernel.h"
#include "vector.h"

/* Room a packed strip may be overrun by: whole vectors are stored even where the last one is only partly wanted. */
#define GEMM_SLACK 16

/* The hardware does not foresee so many short runs: they are fetched by hand, in floats ahead. */
#define GEMM_PACK_AHEAD 64

/* Transposing LANES × LANES: for s = 1, 2, 4 … swap the off-diagonal s × s blocks of each pair of rows (i, i + s). */
#define GEMM_LOW(lane, s) ((lane) & (s) ? LANES + (lane) - (s) : (lane))
#define GEMM_HIGH(lane, s) ((lane) & (s) ? LANES + (lane) : (lane) + (s))
#define GEMM_INDEX_4(F, at, s) F(at, s), F(at + 1, s), F(at + 2, s), F(at + 3, s)
#if LANES == 16
#define GEMM_INDEX(F, s) GEMM_INDEX_4(F, 0, s), GEMM_INDEX_4(F, 4, s), GEMM_INDEX_4(F, 8, s), GEMM_INDEX_4(F, 12, s)
#elif LANES == 8
#define GEMM_INDEX(F, s) GEMM_INDEX_4(F, 0, s), GEMM_INDEX_4(F, 4, s)
#else
#define GEMM_INDEX(F, s) GEMM_INDEX_4(F, 0, s)
#endif
#define GEMM_SWAP(s)                                                                                                  \
  for (int i = 0; i < LANES; i++)                                                                                     \
    if (!(i & (s))) {                                                                                                 \
      vf low = row[i], high = row[i + (s)];                                                                           \
      row[i] = __builtin_shufflevector(low, high, GEMM_INDEX(GEMM_LOW, s));                                           \
      row[i + (s)] = __builtin_shufflevector(low, high, GEMM_INDEX(GEMM_HIGH, s));                                    \
    }

INLINE void gemm_transpose(vf row[LANES]) {
#pragma GCC unroll 16
  GEMM_SWAP(1)
#pragma GCC unroll 16
  GEMM_SWAP(2)
#if LANES >= 8
#pragma GCC unroll 16
  GEMM_SWAP(4)
#endif
#if LANES >= 16
#pragma GCC unroll 16
  GEMM_SWAP(8)
#endif
}

/* The strip is contiguous along k: LANES steps of k at a time through a register transpose. `height` = live rows. */
static void gemm_pack_transposed(float *to, i64 width, const float *from, i64 height, i64 stride, i64 k) {
  i64 p = 0;
  for (; p + LANES <= k; p += LANES)
    for (i64 r0 = 0; r0 < width; r0 += LANES) {
      vf row[LANES];
#pragma GCC unroll 16
      for (int r = 0; r < LANES; r++) {
        row[r] = splat(0);
        if (r0 + r < height) {
          const float *at = from + (r0 + r) * stride + p;
          row[r] = load(at);
          __builtin_prefetch(at + GEMM_PACK_AHEAD);
        }
      }
      gemm_transpose(row);
      float *at = to + p * width + r0;
      /* Whole vectors in ascending order: what one writes too far, the next overwrites. That holds for one block a row. */
      if (width <= LANES || r0 + LANES <= width) {
#pragma GCC unroll 16
        for (int q = 0; q < LANES; q++) store(at + q * width, row[q]);
      } else
        for (int q = 0; q < LANES; q++)
          for (i64 r = 0; r < width - r0; r++) at[q * width + r] = row[q][r];
    }
  for (; p < k; p++)
    for (i64 r = 0; r < width; r++) to[p * width + r] = r < height ? from[r * stride + p] : 0;
}

/* The strip is contiguous across: one short copy for each step of k. */
static void gemm_pack_copy(float *to, i64 width, const float *from, i64 height, i64 step, i64 k) {
  i64 p = 0, reach = CEIL_DIV(width, LANES) * LANES;
  /* Whole vectors, while they do not read past the strip's last element. */
  if (step > 0)
    for (; p < k && (k - 1 - p) * step >= reach - height; p++)
      for (i64 r = 0; r < reach; r += LANES) __builtin_prefetch(from + (p + 16) * step + r), store(to + p * width + r, load(from + p * step + r));
  for (; p < k; p++)
    for (i64 r = 0; r < width; r++) to[p * width + r] = r < height ? from[p * step + r] : 0;
}

/* to[p·width + r] = from[r·stride + p·step] for r < height ≤ width, p < k; what lies in [height, width) is arbitrary
   but readable. Writes at most GEMM_SLACK floats beyond k·width. */
static void gemm_pack(float *to, i64 width, const float *from, i64 height, i64 stride, i64 step, i64 k) {
  if (stride == 1) gemm_pack_copy(to, width, from, height, step, k);
  else if (step == 1) gemm_pack_transposed(to, width, from, height, stride, k);
  else
    for (i64 p = 0; p < k; p++)
      for (i64 r = 0; r < width; r++) to[p * width + r] = r < height ? from[r * stride + p * step] : 0;
}
