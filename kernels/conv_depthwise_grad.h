/* The weight gradient of depthwise convolution: dw[tap][c] = Σ over pixels x[pixel + tap][c] · dy[pixel][c], lanes along
   channels, both images read where they lie. Knows nothing of tasks. */
#pragma once
#include "conv_depthwise.h"

/* A rectangle of pixels and one of taps; steps in floats from one pixel or tap to the next. */
typedef struct {
  i64 rows, columns, x_row, x_column, dy_row, dy_column, tap_row, tap_column, sums_row;
} conv_depthwise_walk;

/* sums[tap][lane] += Σ over the pixels x[pixel + tap + lane] · dy[pixel + lane]; the taps' sums stay in registers. */
INLINE void conv_depthwise_outer(const int height, const int width, const float *x, const float *dy,
                                 const conv_depthwise_walk *walk, float *sums) {
  vf sum[3][5];
#pragma GCC unroll 4
  for (int h = 0; h < height; h++)
#pragma GCC unroll 8
    for (int w = 0; w < width; w++) sum[h][w] = load(sums + h * walk->sums_row + w * LANES);
  i64 tap_row = walk->tap_row, tap_column = walk->tap_column, x_column = walk->x_column, dy_column = walk->dy_column;
  for (i64 i = 0; i < walk->rows; i++, x += walk->x_row, dy += walk->dy_row) {
    const float *a = x, *b = dy;
    for (i64 n = walk->columns; n > 0; n--, a += x_column, b += dy_column) {
      vf value = load(b);
#pragma GCC unroll 4
      for (int h = 0; h < height; h++)
#pragma GCC unroll 8
        for (int w = 0; w < width; w++) sum[h][w] = fma_(load(a + h * tap_row + w * tap_column), value, sum[h][w]);
    }
  }
#pragma GCC unroll 4
  for (int h = 0; h < height; h++)
#pragma GCC unroll 8
    for (int w = 0; w < width; w++) store(sums + h * walk->sums_row + w * LANES, sum[h][w]);
}

typedef void conv_depthwise_outer_kernel(const float *, const float *, const conv_depthwise_walk *, float *);
#define CONV_DEPTHWISE_OUTER(H, W) \
  static void conv_depthwise_outer_##H##_##W(const float *x, const float *dy, const conv_depthwise_walk *walk, float *sums) { \
    conv_depthwise_outer(H, W, x, dy, walk, sums); \
  }
#define CONV_DEPTHWISE_OUTER_ROW(F, H) F(H, 1) F(H, 2) F(H, 3) F(H, 4)
#define CONV_DEPTHWISE_OUTERS(F) CONV_DEPTHWISE_OUTER_ROW(F, 1) F(1, 5) CONV_DEPTHWISE_OUTER_ROW(F, 2) F(2, 5) CONV_DEPTHWISE_OUTER_ROW(F, 3)
CONV_DEPTHWISE_OUTERS(CONV_DEPTHWISE_OUTER)
#define CONV_DEPTHWISE_OUTER_ENTRY(H, W) [H - 1][W - 1] = conv_depthwise_outer_##H##_##W,
/* [tap rows − 1][tap columns − 1]; three rows of five would not fit the registers. */
static conv_depthwise_outer_kernel *const conv_depthwise_outers[3][5] = {CONV_DEPTHWISE_OUTERS(CONV_DEPTHWISE_OUTER_ENTRY)};

/* Results [from, stop) along one axis that meet the same taps [first, last) inside the image. */
typedef struct { i64 from, stop, first, last; } conv_alike;

static conv_alike conv_take_alike(const conv_axis *a, i64 from, i64 stop) {
  conv_run_of_taps taps = conv_list_taps(a, 0);
  conv_inside in = conv_clip_taps(&taps, conv_origin(a, from), a->source);
  conv_alike run = {from, from + 1, in.first, in.stop};
  if (in.first > 0 || in.stop < a->kernel) return run;
  i64 room = (a->source - 1 - conv_origin(a, from) - conv_reach(a, a->kernel - 1)) / a->stride + 1;
  run.stop = MIN(stop, from + room);
  return run;
}

/* Rows and columns of results that meet the same taps, one chunk of channels. */
static void conv_depthwise_grad_rectangle(const conv_job *j, const float *x, const float *dy, conv_alike h, conv_alike w,
                                          float *sums) {
  i64 c = j->groups, line = j->w.source * c;
  conv_depthwise_walk walk = {h.stop - h.from, w.stop - w.from, j->h.stride * line, j->w.stride * c, j->w.out * c, c,
                              j->h.dilation * line, j->w.dilation * c, j->w.kernel * LANES};
  x += conv_origin(&j->h, h.from) * line + conv_origin(&j->w, w.from) * c;
  dy += (h.from * j->w.out + w.from) * c;
  for (i64 v = w.first, wide; v < w.last; v += wide) {
    wide = MIN(5, w.last - v);
    for (i64 k = h.first, high; k < h.last; k += high) {
      high = MIN(wide == 5 ? 2 : 3, h.last - k);
      conv_depthwise_outers[high - 1][wide - 1](x + k * walk.tap_row + v * walk.tap_column, dy, &walk,
                                                sums + (k * j->w.kernel + v) * LANES);
    }
  }
}

#define CONV_DEPTHWISE_BYTES (192 << 10) /* of the rows that every chunk walks over before the next: the second-level cache */

/* The rows [r0, r1) of image n into the sums of the chunks [u0, u1): [chunk][tap][lane]. */
static void conv_depthwise_grad_image(const conv_job *j, const float *dy, i64 n, i64 r0, i64 r1, i64 u0, i64 u1, float *sums) {
  const float *x = j->source + n * j->h.source * j->w.source * j->groups;
  dy += n * j->h.out * j->w.out * j->groups;
  i64 most = MAX(1, CONV_DEPTHWISE_BYTES / ((j->w.source * j->h.stride + j->w.out) * j->groups * 4));
  for (i64 r = r0; r < r1;) {
    conv_alike h = conv_take_alike(&j->h, r, MIN(r1, r + most));
    for (i64 u = u0; u < u1; u++) {
      i64 c = conv_chunk_start(j, u);
      for (i64 o = 0; o < j->w.out;) {
        conv_alike w = conv_take_alike(&j->w, o, j->w.out);
        conv_depthwise_grad_rectangle(j, x + c, dy + c, h, w, sums + u * conv_taps(j) * LANES);
        o = w.stop;
      }
    }
    r = h.stop;
  }
}
