/* The micro-kernels of the weight gradient: outer products summed over pixels. They know a strip's offsets and how to walk
   over pixels; nothing of images, units or threads. */
#pragma once
#include "conv_tile.h"

/* A few rows k × one or two vectors of t stay in registers over a rectangle of pixels. */

/* How a micro-kernel walks over the pixels of a block, in x (the strip) and in dy; steps in floats. */
typedef struct {
  i64 images, rows, columns, x_image, x_row, x_column, dy_image, dy_row, dy_column;
  conv_ahead *ahead_x, *ahead_dy;
} conv_walk;

/* sum[r][·] (+)= Σ over pixels x[pixel + at[r]] · dy[pixel][·]; only the first `real` rows are kept.
   `near` tells that the rows' values lie side by side. */
INLINE void conv_outer(const int rows, const int vectors, const int near, const float *x, const int32_t *at, i64 real,
                       const float *dy, const conv_walk *walk, float *sums, i64 first) {
  vf sum[CONV_PIXELS][2];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) sum[r][v] = first || r >= real ? (vf){0} : load(sums + (r * vectors + v) * LANES);
  if (near) x += at[0];
  for (i64 i = 0; i < walk->images * walk->rows; i++) {
    conv_look_ahead(walk->ahead_x);
    conv_look_ahead(walk->ahead_dy);
    i64 n = i / walk->rows, h = i % walk->rows;
    const float *a = x + n * walk->x_image + h * walk->x_row, *b = dy + n * walk->dy_image + h * walk->dy_row;
    for (i64 w = walk->columns; w > 0; w--, a += walk->x_column, b += walk->dy_column) {
      vf b0 = load(b), b1 = vectors > 1 ? load(b + LANES) : b0;
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        vf value = splat(near ? a[r] : a[at[r]]);
        sum[r][0] = fma_(value, b0, sum[r][0]);
        if (vectors > 1) sum[r][1] = fma_(value, b1, sum[r][1]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++)
      if (r < real) store(sums + (r * vectors + v) * LANES, sum[r][v]);
}

typedef void conv_outer_kernel(const float *, const int32_t *, i64, const float *, const conv_walk *, float *, i64);

#define CONV_OUTER_KERNEL(name, P, V, NEAR) \
  static void name(const float *x, const int32_t *at, i64 real, const float *dy, const conv_walk *walk, float *sums, \
                   i64 first) { \
    conv_outer(P, V, NEAR, x, at, real, dy, walk, sums, first); \
  }
#define CONV_OUTER_KERNELS(P) \
  CONV_OUTER_KERNEL(conv_outer_##P##_1, P, 1, 0) \
  CONV_OUTER_KERNEL(conv_outer_##P##_1_near, P, 1, 1) \
  CONV_OUTER_KERNEL(conv_outer_##P##_2, P, 2, 0) \
  CONV_OUTER_KERNEL(conv_outer_##P##_2_near, P, 2, 1)
CONV_TILES(CONV_OUTER_KERNELS)

#define CONV_OUTER_ROW(P) {{conv_outer_##P##_1, conv_outer_##P##_1_near}, {conv_outer_##P##_2, conv_outer_##P##_2_near}},
/* [rows / 2 − 1][vectors − 1][near] */
static conv_outer_kernel *const conv_outer_kernels[][2][2] = {CONV_TILES(CONV_OUTER_ROW)};
