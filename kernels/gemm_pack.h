/* Packing for gemm: copies a strip of a matrix, of any strides, into the order in which `gemm_tile` reads it.
   Knows only of strips; which strips, and where they go, is gemm.c's business. */
#pragma once
#include "kernel.h"
#include "gemm_lanes.h"

/* Room a packed strip may be overrun by: whole vectors are stored even where the last one is only partly wanted. */
#define GEMM_SLACK 16

/* The hardware does not foresee so many short runs: they are fetched by hand, in floats ahead. */
#define GEMM_PACK_AHEAD 64

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

/* The strip is contiguous across: one short copy for each of `k` steps; `left` ≥ k steps may be read. */
static void gemm_pack_copy(float *to, i64 width, const float *from, i64 height, i64 step, i64 k, i64 left) {
  i64 p = 0, reach = CEIL_DIV(width, LANES) * LANES;
  /* Whole vectors, while they do not read past the strip's last element. */
  if (step > 0)
    for (; p < k && (left - 1 - p) * step >= reach - height; p++)
      for (i64 r = 0; r < reach; r += LANES) {
        __builtin_prefetch(from + (p + 16) * step + r);
        store(to + p * width + r, load(from + p * step + r));
      }
  for (; p < k; p++)
    for (i64 r = 0; r < width; r++) to[p * width + r] = r < height ? from[p * step + r] : 0;
}

/* Steps of k copied from all strips before going on: neighbouring strips share cache lines. */
#define GEMM_PACK_STEPS 8

/* Packs the strips of `width` rows that make up `rows` rows, `strip` floats apart: strip s holds
   to[p·width + r] = from[(s·width + r)·stride + p·step], p < k. Of a last strip lower than `width` the rest is arbitrary
   but readable. Writes at most GEMM_SLACK floats beyond a strip's k·width. */
static void gemm_pack(float *to, i64 strip, i64 width, const float *from, i64 rows, i64 stride, i64 step, i64 k) {
  if (stride == 1) {
    for (i64 p = 0; p < k; p += GEMM_PACK_STEPS)
      for (i64 r = 0, s = 0; r < rows; r += width, s++)
        gemm_pack_copy(to + s * strip + p * width, width, from + r + p * step, MIN(width, rows - r), step,
                       MIN(GEMM_PACK_STEPS, k - p), k - p);
    return;
  }
  for (; rows > 0; rows -= width, from += width * stride, to += strip) {
    i64 height = MIN(width, rows);
    if (step == 1) gemm_pack_transposed(to, width, from, height, stride, k);
    else
      for (i64 p = 0; p < k; p++)
        for (i64 r = 0; r < width; r++) to[p * width + r] = r < height ? from[r * stride + p * step] : 0;
  }
}
