/* Depthwise convolution (one channel per group on both sides) and its gradients, the images read where they lie: lanes are
   channels, so each multiply-add loads a vector of the source. Knows nothing of tasks. */
#pragma once
#include "conv_strip.h"

/* Pixels of a tile: their sums and one vector of weights fill half the registers or more. */
#define CONV_DEPTHWISE_PIXELS (LANES == 16 ? 12 : 8)

INLINE i64 conv_depthwise_width(const conv_job *j) { return CEIL_DIV(j->groups, LANES) * LANES; }

/* Chunks of LANES channels; where the last would be short, it starts earlier and shares some with the one before. */
INLINE i64 conv_chunk_start(const conv_job *j, i64 chunk) { return MIN(chunk * LANES, j->groups - LANES); }

/* Packed weights: [chunk][tap][lane]. */
static void conv_pack_depthwise(const conv_job *j, float *out) {
  for (i64 c = 0; c < conv_depthwise_width(j) / LANES; c++)
    for (i64 h = 0; h < j->h.kernel; h++)
      for (i64 w = 0; w < j->w.kernel; w++, out += LANES) {
        const float *in = j->weight + conv_chunk_start(j, c) * j->group + conv_kernel_index(&j->h, h) * j->tap_h +
                          conv_kernel_index(&j->w, w) * j->tap_w;
        for (i64 l = 0; l < LANES; l++) out[l] = in[l * j->group];
      }
}

/* -- the taps of one axis that meet one class of results: evenly spaced, and so are the source positions they read ------ */

typedef struct { i64 first, step, count, reach, reach_step; } conv_run_of_taps;

static conv_run_of_taps conv_list_taps(const conv_axis *a, i64 class) {
  conv_run_of_taps t = {.step = 1};
  for (i64 k = 0; k < a->kernel; k++) {
    if (conv_tap_class(a, k) != class) continue;
    if (t.count == 0) t.first = k, t.reach = conv_reach(a, k);
    if (t.count == 1) t.step = k - t.first, t.reach_step = conv_reach(a, k) - t.reach;
    t.count++;
  }
  return t;
}

/* The taps [first, stop) of a run that read inside the image, for a result whose sources start at `origin`. */
typedef struct { i64 first, stop; } conv_inside;

static conv_inside conv_clip_taps(const conv_run_of_taps *t, i64 origin, i64 size) {
  conv_inside in = {0, t->count};
  while (in.first < in.stop && origin + t->reach + in.first * t->reach_step < 0) in.first++;
  while (in.stop > in.first && origin + t->reach + (in.stop - 1) * t->reach_step >= size) in.stop--;
  return in;
}

/* -- forward and input gradient ------------------------------------------------------------------------------------------ */

/* A rectangle of taps: how many, and how far apart they are in the source and in the packed weights, in floats. */
typedef struct { i64 rows, columns, x_row, x_column, w_row, w_column; } conv_depthwise_taps;

/* out[p][lane] = Σ over taps x[p · step + tap + lane] · w[tap][lane], results `ld` floats apart. */
INLINE void conv_depthwise_tile(const int pixels, const float *x, i64 step, const conv_depthwise_taps *taps, const float *w,
                                float *out, i64 ld) {
  vf sum[CONV_DEPTHWISE_PIXELS];
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++) sum[p] = (vf){0};
  for (i64 h = 0; h < taps->rows; h++, x += taps->x_row, w += taps->w_row) {
    const float *line = x, *weight = w;
    for (i64 v = taps->columns; v > 0; v--, line += taps->x_column, weight += taps->w_column) {
      vf value = load(weight);
#pragma GCC unroll 16
      for (int p = 0; p < pixels; p++) sum[p] = fma_(load(line + p * step), value, sum[p]);
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++) store(out + p * ld, sum[p]);
}

typedef void conv_depthwise_kernel(const float *, i64, const conv_depthwise_taps *, const float *, float *, i64);
#define CONV_DEPTHWISE_KERNEL(P) \
  static void conv_depthwise_##P(const float *x, i64 step, const conv_depthwise_taps *taps, const float *w, float *out, \
                                 i64 ld) { \
    conv_depthwise_tile(P, x, step, taps, w, out, ld); \
  }
#define CONV_DEPTHWISE_ENTRY(P) conv_depthwise_##P,
#if LANES == 16
#define CONV_DEPTHWISE_EACH(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12)
#else
#define CONV_DEPTHWISE_EACH(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8)
#endif
CONV_DEPTHWISE_EACH(CONV_DEPTHWISE_KERNEL)
static conv_depthwise_kernel *const conv_depthwise_kernels[] = {CONV_DEPTHWISE_EACH(CONV_DEPTHWISE_ENTRY)};

/* The same with 3 × 3 taps, for any number of pixels: all weights stay in registers. */
static void conv_depthwise_nine(i64 pixels, const float *x, i64 step, const conv_depthwise_taps *taps, const float *w, float *out,
                             i64 ld) {
  i64 row = taps->x_row, column = taps->x_column;
  vf weight[3][3];
#pragma GCC unroll 3
  for (int h = 0; h < 3; h++)
#pragma GCC unroll 3
    for (int v = 0; v < 3; v++) weight[h][v] = load(w + h * taps->w_row + v * taps->w_column);
  for (; pixels > 0; pixels--, x += step, out += ld) {
    vf sum[3];
#pragma GCC unroll 3
    for (int h = 0; h < 3; h++) {
      const float *line = x + h * row;
      sum[h] = load(line) * weight[h][0];
      sum[h] = fma_(load(line + column), weight[h][1], sum[h]);
      sum[h] = fma_(load(line + 2 * column), weight[h][2], sum[h]);
    }
    store(out, sum[0] + (sum[1] + sum[2]));
  }
}

/* One row of results of one class of columns, every chunk of channels. `image` is the source's, `out` the row's first. */
static void conv_depthwise_row(const conv_job *j, const conv_place *p, const float *image, i64 o_h, i64 class_w,
                               const conv_run_of_taps *vertical, const float *packed, float *out) {
  i64 channels = j->groups, width = j->w.source * channels, next = conv_classes(&j->w), step = conv_advance(&j->w) * channels;
  conv_run_of_taps across = conv_list_taps(&j->w, class_w);
  i64 top = conv_origin(&j->h, o_h), stop = p->o_w + p->size.columns;
  conv_inside rows = conv_clip_taps(vertical, top, j->h.source);
  i64 is_nine = rows.stop - rows.first == 3 && across.count == 3;
  const float *line = image + (top + vertical->reach + rows.first * vertical->reach_step) * width;
  const float *weights = packed + (vertical->first + rows.first * vertical->step) * j->w.kernel * LANES;
  for (i64 o = conv_first_of_class(&j->w, p->o_w, class_w), count; o < stop; o += count * next) {
    i64 left = conv_origin(&j->w, o);
    conv_inside columns = conv_clip_taps(&across, left, j->w.source);
    count = 1;
    if (columns.stop - columns.first == across.count) { /* as many more as have all taps inside too */
      i64 room = across.count ? (j->w.source - 1 - left - across.reach - (across.count - 1) * across.reach_step) /
                                    conv_advance(&j->w) + 1 : INT64_MAX;
      i64 whole = MIN(room, CEIL_DIV(stop - o, next));
      count = is_nine ? whole : CEIL_DIV(whole, CEIL_DIV(whole, CONV_DEPTHWISE_PIXELS));
    }
    conv_depthwise_taps taps = {rows.stop - rows.first, columns.stop - columns.first, vertical->reach_step * width,
                                across.reach_step * channels, vertical->step * j->w.kernel * LANES, across.step * LANES};
    const float *x = line + (left + across.reach + columns.first * across.reach_step) * channels;
    const float *w = weights + (across.first + columns.first * across.step) * LANES;
    for (i64 c = 0; c < conv_depthwise_width(j) / LANES; c++) {
      i64 at = conv_chunk_start(j, c);
      const float *weight = w + c * conv_taps(j) * LANES;
      float *to = out + (o - p->o_w) * p->ld + at;
      if (is_nine && taps.columns == 3) conv_depthwise_nine(count, x + at, step, &taps, weight, to, next * p->ld);
      else conv_depthwise_kernels[count - 1](x + at, step, &taps, weight, to, next * p->ld);
    }
  }
}

static void conv_depthwise_block(const conv_job *j, const conv_place *p, const float *packed) {
  i64 size = j->h.source * j->w.source * j->groups;
  for (i64 n = 0; n < p->size.images; n++)
    for (i64 h = 0; h < conv_classes(&j->h); h++) {
      conv_run_of_taps vertical = conv_list_taps(&j->h, h);
      for (i64 o = conv_first_of_class(&j->h, p->o_h, h); o < p->o_h + p->size.rows; o += conv_classes(&j->h))
        for (i64 w = 0; w < conv_classes(&j->w); w++)
          conv_depthwise_row(j, p, j->source + (p->n + n) * size, o, w, &vertical, packed,
                             p->out + (n * p->size.rows + o - p->o_h) * p->pitch * p->ld);
    }
}

/* Rows, or of long ones columns, whose results fit this thread's scratch. */
static conv_block conv_choose_depthwise_block(const conv_job *j, i64 rows) {
  conv_block b = {1, rows, j->w.out, j->h.kernel, j->w.kernel, j->groups};
  while (b.rows > 1 && b.rows * b.columns * j->groups * 4 > CONV_RESULT_LIMIT / 4) b.rows = conv_half(b.rows);
  while (b.columns > 1 && b.columns * j->groups * 4 > CONV_RESULT_LIMIT) b.columns = conv_half(b.columns);
  return b;
}
