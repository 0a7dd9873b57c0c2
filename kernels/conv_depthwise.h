/* Depthwise convolution (one channel per group on both sides) and its gradients, the images read where they lie: lanes are
   channels, so each multiply-add loads a vector of the source. Knows nothing of tasks. */
#pragma once
#include "conv_strip.h"

/* Pixels of a tile, and sums of one: these and two vectors of weights fit 16 registers. */
#define CONV_DEPTHWISE_PIXELS 8
#define CONV_DEPTHWISE_SUMS 12

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

/* out[p][c][lane] = Σ over taps x[p · step + tap][c][lane] · w[c][tap][lane], results `ld` floats apart, for some pixels and
   some neighbouring chunks of channels, whose weights are `chunk` floats apart: enough sums to hide what a product takes. */
INLINE void conv_depthwise_tile(const int pixels, const int chunks, const float *x, i64 step, const conv_depthwise_taps *taps,
                                const float *w, i64 chunk, float *out, i64 ld) {
  vf sum[CONV_DEPTHWISE_SUMS];
#pragma GCC unroll 16
  for (int i = 0; i < pixels * chunks; i++) sum[i] = (vf){0};
  for (i64 h = 0; h < taps->rows; h++, x += taps->x_row, w += taps->w_row) {
    const float *line = x, *weight = w;
    for (i64 v = taps->columns; v > 0; v--, line += taps->x_column, weight += taps->w_column)
#pragma GCC unroll 16
      for (int c = 0; c < chunks; c++) {
        vf value = load(weight + c * chunk);
#pragma GCC unroll 16
        for (int p = 0; p < pixels; p++)
          sum[p * chunks + c] = fma_(load(line + p * step + c * LANES), value, sum[p * chunks + c]);
      }
  }
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 16
    for (int c = 0; c < chunks; c++) store(out + p * ld + c * LANES, sum[p * chunks + c]);
}

typedef void conv_depthwise_kernel(const float *, i64, const conv_depthwise_taps *, const float *, i64, float *, i64);
#define CONV_DEPTHWISE_KERNEL(P, C) \
  static void conv_depthwise_##P##_##C(const float *x, i64 step, const conv_depthwise_taps *taps, const float *w, i64 chunk, \
                                       float *out, i64 ld) { \
    conv_depthwise_tile(P, C, x, step, taps, w, chunk, out, ld); \
  }
/* Pixels × chunks: one pixel near a border, or as many as there are. */
#define CONV_DEPTHWISE_KERNELS(F) F(1, 1) F(1, 2) F(1, 4) F(1, 8) F(2, 1) F(2, 2) F(2, 4) F(3, 1) F(3, 2) F(3, 4) \
  F(4, 1) F(4, 2) F(5, 1) F(5, 2) F(6, 1) F(6, 2) F(7, 1) F(8, 1)
CONV_DEPTHWISE_KERNELS(CONV_DEPTHWISE_KERNEL)
#define CONV_DEPTHWISE_ENTRY(P, C) [P - 1][C / 2 - (C == 8)] = conv_depthwise_##P##_##C,
/* [pixels − 1][1, 2, 4 or 8 chunks] */
static conv_depthwise_kernel *const conv_depthwise_kernels[CONV_DEPTHWISE_PIXELS][4] = {
    CONV_DEPTHWISE_KERNELS(CONV_DEPTHWISE_ENTRY)};

/* Some pixels, every chunk of channels, as many chunks at a time as there are sums for. */
static void conv_depthwise_pixels(const conv_job *j, i64 pixels, const float *x, i64 step, const conv_depthwise_taps *taps,
                                  const float *w, float *out, i64 ld, conv_ahead *ahead) {
  i64 chunk = conv_taps(j) * LANES, whole = j->groups / LANES;
  for (i64 c = 0, left = whole; left > 0;) {
    i64 size = 3;
    while (size > 0 && (left < 1 << size || !conv_depthwise_kernels[pixels - 1][size])) size--;
    conv_depthwise_kernels[pixels - 1][size](x + c * LANES, step, taps, w + c * chunk, chunk, out + c * LANES, ld);
    c += 1 << size, left -= 1 << size;
    if (ahead) conv_look_ahead(ahead);
  }
  i64 rest = conv_chunk_start(j, whole);
  if (j->groups % LANES) conv_depthwise_kernels[pixels - 1][0](x + rest, step, taps, w + whole * chunk, chunk, out + rest, ld);
}

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

/* Three taps across, neighbouring results from neighbouring sources: the row is walked along its source, each vector loaded once
   and given to the three results it belongs to, so that borders need no care. Of the results the first `lead`, outside the
   row, are dropped; `rest` have no source behind them any more. */
typedef struct { i64 columns, lead, rest; } conv_slide;

INLINE void conv_depthwise_slide(const int rows, const conv_slide *s, const float *x, i64 step, const conv_depthwise_taps *taps,
                                 const float *w, float *out, i64 ld) {
  vf weight[3][3], first = {0}, second = first;
#pragma GCC unroll 3
  for (int h = 0; h < rows; h++)
#pragma GCC unroll 3
    for (int v = 0; v < 3; v++) weight[h][v] = load(w + h * taps->w_row + v * taps->w_column);
  for (i64 i = 0; i < s->columns; i++, x += step) {
    vf part[3];
    vf value = load(x);
#pragma GCC unroll 3
    for (int v = 0; v < 3; v++) part[v] = value * weight[0][v];
#pragma GCC unroll 3
    for (int h = 1; h < rows; h++) {
      value = load(x + h * taps->x_row);
#pragma GCC unroll 3
      for (int v = 0; v < 3; v++) part[v] = fma_(value, weight[h][v], part[v]);
    }
    if (i >= s->lead) store(out, first + part[2]), out += ld;
    first = second + part[1], second = part[0];
  }
  if (s->rest > 0) store(out, first);
  if (s->rest > 1) store(out + ld, second);
}

typedef void conv_slide_kernel(const conv_slide *, const float *, i64, const conv_depthwise_taps *, const float *, float *, i64);
#define CONV_SLIDE_KERNEL(ROWS) \
  static void conv_depthwise_slide_##ROWS(const conv_slide *s, const float *x, i64 step, const conv_depthwise_taps *taps, \
                                          const float *w, float *out, i64 ld) { \
    conv_depthwise_slide(ROWS, s, x, step, taps, w, out, ld); \
  }
CONV_SLIDE_KERNEL(1) CONV_SLIDE_KERNEL(2) CONV_SLIDE_KERNEL(3)
static conv_slide_kernel *const conv_slides[] = {conv_depthwise_slide_1, conv_depthwise_slide_2, conv_depthwise_slide_3};

/* A few rows of results of one class that meet the same taps inside the image. */
typedef struct {
  const float *line, *weights; /* what the first result row's first row of taps reads: column 0, and tap 0 */
  float *out;
  i64 count, x_next, out_next; /* result rows, and how far it is from one to the next */
  i64 taps, x_row, w_row;      /* rows of taps */
  conv_run_of_taps across;
  const conv_ahead *ahead;     /* of each result row: the source rows that the next one reads beyond */
} conv_depthwise_rows;

/* Walks whole rows if three neighbouring taps make it; says whether they do. */
static int conv_depthwise_slide_rows(const conv_job *j, const conv_place *p, const conv_depthwise_rows *l) {
  const conv_run_of_taps *across = &l->across;
  if (across->count != 3 || across->reach_step != 1 || conv_classes(&j->w) != 1 || conv_advance(&j->w) != 1) return 0;
  if (l->taps < 1 || l->taps > 3) return 0;
  i64 channels = j->groups, stop = p->o_w + p->size.columns, tap = conv_origin(&j->w, 0) + across->reach;
  i64 from = MAX(0, p->o_w + tap), to = MIN(j->w.source, stop + tap + 2);
  conv_slide s = {to - from, p->o_w - (from - tap - 2), stop - (to - tap - 2)};
  if (s.columns < MAX(1, s.lead) || s.lead < 0 || s.rest < 0 || s.rest > 2) return 0; /* few sources, or results without */
  conv_depthwise_taps taps = {l->taps, 3, l->x_row, channels, l->w_row, across->step * LANES};
  for (i64 r = 0; r < l->count; r++) {
    conv_ahead ahead = l->ahead[r];
    for (i64 c = 0; c < conv_depthwise_width(j) / LANES; c++) {
      i64 at = conv_chunk_start(j, c);
      conv_slides[l->taps - 1](&s, l->line + r * l->x_next + from * channels + at, channels, &taps,
                               l->weights + across->first * LANES + c * conv_taps(j) * LANES, l->out + r * l->out_next + at,
                               p->ld);
      conv_look_ahead(&ahead);
    }
  }
  return 1;
}

/* Results that meet the same columns of taps: `count` of them a row, from the result `to` and the source `x` on. Few of them,
   those near a border, are taken along the rows instead. */
static void conv_depthwise_run(const conv_job *j, const conv_depthwise_rows *l, i64 count, const float *x, i64 step,
                               const conv_depthwise_taps *taps, const float *w, float *to, i64 ld) {
  if (count < l->count && count < CONV_DEPTHWISE_PIXELS / 2) {
    for (i64 i = 0; i < count; i++)
      conv_depthwise_pixels(j, l->count, x + i * step, l->x_next, taps, w, to + i * ld, l->out_next, 0);
    return;
  }
  for (i64 r = 0; r < l->count; r++, x += l->x_next, to += l->out_next) {
    conv_ahead ahead = l->ahead[r];
    if (taps->rows == 3 && taps->columns == 3)
      for (i64 c = 0; c < conv_depthwise_width(j) / LANES; c++) {
        i64 at = conv_chunk_start(j, c);
        conv_depthwise_nine(count, x + at, step, taps, w + c * conv_taps(j) * LANES, to + at, ld);
        conv_look_ahead(&ahead);
      }
    else
      for (i64 i = 0, size; i < count; i += size) {
        size = MIN(CONV_DEPTHWISE_PIXELS, count - i);
        conv_depthwise_pixels(j, size, x + i * step, step, taps, w, to + i * ld, ld, &ahead);
      }
  }
}

/* The rows' results of one class of columns, every chunk of channels. */
static void conv_depthwise_columns(const conv_job *j, const conv_place *p, const conv_depthwise_rows *l, i64 class_w) {
  if (conv_depthwise_slide_rows(j, p, l)) return;
  i64 channels = j->groups, next = conv_classes(&j->w), step = conv_advance(&j->w) * channels, stop = p->o_w + p->size.columns;
  const conv_run_of_taps *across = &l->across;
  for (i64 o = conv_first_of_class(&j->w, p->o_w, class_w), count; o < stop; o += count * next) {
    i64 left = conv_origin(&j->w, o);
    conv_inside columns = conv_clip_taps(across, left, j->w.source);
    count = 1;
    if (columns.stop - columns.first == across->count) { /* as many more as have all taps inside too */
      i64 room = across->count ? (j->w.source - 1 - left - across->reach - (across->count - 1) * across->reach_step) /
                                     conv_advance(&j->w) + 1 : INT64_MAX;
      count = MIN(room, CEIL_DIV(stop - o, next));
    }
    conv_depthwise_taps taps = {l->taps, columns.stop - columns.first, l->x_row, across->reach_step * channels, l->w_row,
                                across->step * LANES};
    const float *x = l->line + (left + across->reach + columns.first * across->reach_step) * channels;
    const float *w = l->weights + (across->first + columns.first * across->step) * LANES;
    conv_depthwise_run(j, l, count, x, step, &taps, w, l->out + (o - p->o_w) * p->ld, next * p->ld);
  }
}

/* The source rows that the next result row of o_h's class reads beyond those of this one. */
static conv_ahead conv_next_rows(const conv_job *j, i64 n, i64 o_h) {
  i64 from = conv_origin(&j->h, o_h), rows = conv_origin(&j->h, o_h + conv_classes(&j->h)) - from;
  i64 calls = conv_classes(&j->w) * CEIL_DIV(j->groups, LANES);
  return conv_make_ahead(j->source, j->batch, j->h.source, j->w.source * j->groups, n,
                         from + conv_reach(&j->h, j->h.kernel - 1) + 1, rows, calls);
}

/* Image n's results of one class of rows. */
static void conv_depthwise_class(const conv_job *j, const conv_place *p, i64 n, i64 class_h, const float *packed, float *out) {
  i64 width = j->w.source * j->groups, next = conv_classes(&j->h), stop = p->o_h + p->size.rows;
  conv_run_of_taps vertical = conv_list_taps(&j->h, class_h);
  for (i64 o = conv_first_of_class(&j->h, p->o_h, class_h), count; o < stop; o += count * next) {
    i64 top = conv_origin(&j->h, o);
    conv_inside in = conv_clip_taps(&vertical, top, j->h.source);
    conv_ahead ahead[CONV_DEPTHWISE_PIXELS];
    for (count = 0; count < CONV_DEPTHWISE_PIXELS && o + count * next < stop; count++) {
      conv_inside other = conv_clip_taps(&vertical, conv_origin(&j->h, o + count * next), j->h.source);
      if (other.first != in.first || other.stop != in.stop) break;
      ahead[count] = conv_next_rows(j, n, o + count * next);
    }
    conv_depthwise_rows l = {
        .line = j->source + (n * j->h.source + top + vertical.reach + in.first * vertical.reach_step) * width,
        .weights = packed + (vertical.first + in.first * vertical.step) * j->w.kernel * LANES,
        .out = out + (o - p->o_h) * p->pitch * p->ld, .count = count, .x_next = conv_advance(&j->h) * width,
        .out_next = next * p->pitch * p->ld, .taps = in.stop - in.first, .x_row = vertical.reach_step * width,
        .w_row = vertical.step * j->w.kernel * LANES, .ahead = ahead};
    for (i64 w = 0; w < conv_classes(&j->w); w++) {
      l.across = conv_list_taps(&j->w, w);
      conv_depthwise_columns(j, p, &l, w);
    }
  }
}

static void conv_depthwise_block(const conv_job *j, const conv_place *p, const float *packed) {
  for (i64 n = 0; n < p->size.images; n++)
    for (i64 h = 0; h < conv_classes(&j->h); h++)
      conv_depthwise_class(j, p, p->n + n, h, packed, p->out + n * p->size.rows * p->pitch * p->ld);
}

/* Rows, or of long ones columns, whose results fit this thread's scratch. */
static conv_block conv_choose_depthwise_block(const conv_job *j, i64 rows) {
  conv_block b = {1, rows, j->w.out, j->h.kernel, j->w.kernel, j->groups};
  while (b.rows > 1 && b.rows * b.columns * j->groups * 4 > CONV_RESULT_LIMIT / 4) b.rows = conv_half(b.rows);
  while (b.columns > 1 && b.columns * j->groups * 4 > CONV_RESULT_LIMIT) b.columns = conv_half(b.columns);
  return b;
}
