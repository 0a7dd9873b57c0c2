/* The geometry of a convolution and of its input gradient, seen as one thing: a result pixel is a sum over taps
   of source pixels. Knows no arithmetic on values; conv.c, conv_weight_grad.h and conv_depthwise.h build on it. */
#pragma once
#include "kernel.h"
#include "vector.h"

/* Channels that lie side by side in a strip: the pixel step of the fastest micro-kernel, one cache line. */
#define CONV_CHUNK 16

/* One spatial axis. Forward, result o reads source o·stride − pad + tap·dilation. Backward (the input gradient),
   with q = (o + pad) / stride, it reads q − k·dilation / stride for the taps k in o's class, i.e. those with
   k·dilation ≡ o + pad (mod stride). Taps are counted so that source positions ascend: backward from the last. */
typedef struct { i64 out, source, kernel, stride, pad, dilation, backward; } conv_axis;

INLINE i64 conv_kernel_index(const conv_axis *a, i64 tap) { return a->backward ? a->kernel - 1 - tap : tap; }
INLINE i64 conv_reach(const conv_axis *a, i64 tap) {
  return a->backward ? -(conv_kernel_index(a, tap) * a->dilation / a->stride) : tap * a->dilation;
}
INLINE i64 conv_origin(const conv_axis *a, i64 o) {
  return a->backward ? (o + a->pad) / a->stride : o * a->stride - a->pad;
}
INLINE i64 conv_classes(const conv_axis *a) { return a->backward ? a->stride : 1; }
INLINE i64 conv_tap_class(const conv_axis *a, i64 tap) {
  return a->backward ? conv_kernel_index(a, tap) * a->dilation % a->stride : 0;
}
/* The first result ≥ o in `class`; the next ones follow conv_classes() apart, their sources conv_advance() apart. */
INLINE i64 conv_first_of_class(const conv_axis *a, i64 o, i64 class) {
  return a->backward ? o + ((class - o - a->pad) % a->stride + a->stride) % a->stride : o;
}
INLINE i64 conv_advance(const conv_axis *a) { return a->backward ? 1 : a->stride; }

/* `in` and `out` are channels per group of source and result; lane, channel, tap_h, tap_w are the weight's strides
   along result channel, source channel and kernel position; `group` from one group to the next. */
typedef struct {
  const float *source, *weight;
  float *result;
  i64 batch, groups, in, out;
  conv_axis h, w;
  i64 lane, channel, tap_h, tap_w, group;
} conv_job;

/* One channel a group on both sides, and enough of them to fill a vector. */
INLINE i64 conv_is_depthwise(const conv_job *j) { return j->in == 1 && j->out == 1 && j->groups >= LANES; }

/* So few result channels that lanes are better spent on the source's: see conv_narrow.h. */
INLINE i64 conv_is_narrow(const conv_job *j) { return !conv_is_depthwise(j) && 2 * j->out < MIN(j->in, LANES); }

INLINE conv_axis conv_make_axis(i64 image, i64 out, i64 kernel, i64 stride, i64 pad, i64 dilation, i64 backward) {
  return backward ? (conv_axis){image, out, kernel, stride, pad, dilation, 1}
                  : (conv_axis){out, image, kernel, stride, pad, dilation, 0};
}

static conv_job conv_make_job(const conv_args *a, i64 backward) {
  i64 t = a->t / a->groups;
  return (conv_job){
      .source = PTR(const float, backward ? a->y : a->x), .weight = PTR(const float, a->w),
      .result = PTR(float, backward ? a->x : a->y), .batch = a->batch, .groups = a->groups,
      .in = backward ? t : a->c, .out = backward ? a->c : t,
      .h = conv_make_axis(a->height, a->out_h, a->kernel_h, a->stride_h, a->pad_top, a->dilation_h, backward),
      .w = conv_make_axis(a->width, a->out_w, a->kernel_w, a->stride_w, a->pad_left, a->dilation_w, backward),
      .lane = backward ? a->w_c : a->w_t, .channel = backward ? a->w_t : a->w_c,
      .tap_h = a->w_h, .tap_w = a->w_w, .group = t * a->w_t};
}

/* -- packed weights and partial weight gradients: [group][panel of two vectors][chunk][kernel row][kernel column]
   [channel][lane], zero padded; the last panel is one vector wide where that is enough --------------------------- */

INLINE i64 conv_taps(const conv_job *j) { return j->h.kernel * j->w.kernel; }
INLINE i64 conv_depth(const conv_job *j) { return j->in * conv_taps(j); }
INLINE i64 conv_panels(const conv_job *j) { return CEIL_DIV(j->out, 2 * LANES); }
INLINE i64 conv_packed_width(const conv_job *j) { return CEIL_DIV(j->out, LANES) * LANES; }
INLINE i64 conv_tile_columns(const conv_job *j) {
  return j->groups * conv_panels(j);
}

/* One panel × one chunk of source channels, counted from the first of its group: result channels [t, t + lanes), padded
   to `width`; `offset` is where it starts in the packed weights. Units are ordered [group][chunk][panel]. */
typedef struct { i64 group, channel, channels, t, lanes, width, offset; } conv_unit;

INLINE i64 conv_units(const conv_job *j) { return j->groups * CEIL_DIV(j->in, CONV_CHUNK) * conv_panels(j); }

static conv_unit conv_make_unit(const conv_job *j, i64 index) {
  i64 panels = conv_panels(j), chunks = CEIL_DIV(j->in, CONV_CHUNK);
  conv_unit u = {.group = index / panels / chunks, .channel = index / panels % chunks * CONV_CHUNK,
                 .t = index % panels * 2 * LANES};
  u.channels = MIN(CONV_CHUNK, j->in - u.channel);
  u.lanes = MIN(2 * LANES, j->out - u.t);
  u.width = u.lanes > LANES ? 2 * LANES : LANES;
  u.offset = (u.group * conv_packed_width(j) + u.t) * conv_depth(j) + u.channel * conv_taps(j) * u.width;
  return u;
}

/* -- what fits in caches and in a thread's scratch ------------------------------------------------------------------ */
#define CONV_AREA 4096               /* pixels of a block, at most */
#define CONV_SEGMENTS 8192           /* runs of channels in a pass, at most */
#define CONV_STRIP_TARGET (256 << 10) /* bytes of a strip that leave room in a 1 MB second-level cache */
#define CONV_STRIP_LIMIT (1 << 20)
#define CONV_RESULT_LIMIT (512 << 10)

/* -- how the work is cut ------------------------------------------------------------------------------------------
   Into whole images while there are enough; else an image's rows and the result's panels (of all groups) are cut too. */
typedef struct { i64 images, pieces, splits, tasks; } conv_cut;

#define CONV_TASKS 64       /* enough to keep several threads evenly busy */
#define CONV_LEAST_COST 4e5 /* multiply-adds and their like that are worth a task: some 5 to 10 µs */

/* What one image costs: multiply-adds of whole vectors, plus what moving its bytes is worth. */
static double conv_image_cost(const conv_job *j) {
  double pixels = (double)(j->h.out * j->w.out), source = (double)(j->h.source * j->w.source);
  double depth = (double)(j->in * j->h.kernel * j->w.kernel), width = (double)(j->out * j->groups);
  return pixels * width * depth + 8 * (pixels * width + source * (double)(j->in * j->groups));
}

/* How many tasks the whole is worth; a multiple of 8 shares out evenly. */
static i64 conv_wanted_tasks(const conv_job *j) {
  i64 tasks = (i64)MIN(conv_image_cost(j) * (double)j->batch / CONV_LEAST_COST, (double)CONV_TASKS);
  return tasks < 4 ? 1 : tasks < 8 ? tasks : tasks / 8 * 8;
}

static conv_cut conv_make_cut(const conv_job *j) {
  i64 rows = j->h.out, units = conv_is_depthwise(j) ? 1 : j->groups * conv_panels(j);
  if (j->batch * rows * j->w.out * units == 0) return (conv_cut){1, 1, 1, 0};
  i64 want = conv_wanted_tasks(j);
  if (want == 1) return (conv_cut){j->batch, 1, 1, 1};
  if (j->batch >= want) {
    i64 images = j->batch / want;
    return (conv_cut){images, 1, 1, CEIL_DIV(j->batch, images)};
  }
  /* Weights too large for a second-level cache are shared out first, for a piece reads all the weights of its panels. */
  i64 parts = CEIL_DIV(want, j->batch), is_heavy = j->out * conv_depth(j) * 4 > CONV_STRIP_LIMIT / 2;
  i64 most = MIN(rows, MAX(1, rows * j->w.out / (is_heavy ? 56 : 28))), splits = is_heavy ? MIN(units, parts) : 1;
  i64 pieces = MIN(most, CEIL_DIV(parts, splits));
  splits = MIN(units, CEIL_DIV(parts, pieces));
  return (conv_cut){1, pieces, splits, j->batch * pieces * splits};
}

/* The images [n0, n1), of each the rows [r0, r1), of these the panels [u0, u1) of one task. `step` rows stay together. */
typedef struct { i64 n0, n1, r0, r1, u0, u1; } conv_share;

static conv_share conv_task_share(const conv_job *j, conv_cut cut, i64 task, i64 step) {
  i64 split = task % cut.splits, piece = task / cut.splits % cut.pieces;
  i64 n = task / cut.splits / cut.pieces * cut.images;
  i64 units = conv_is_depthwise(j) ? 1 : j->groups * conv_panels(j), rows = CEIL_DIV(j->h.out, step);
  return (conv_share){n, MIN(j->batch, n + cut.images), MIN(j->h.out, rows * piece / cut.pieces * step),
                      MIN(j->h.out, rows * (piece + 1) / cut.pieces * step), units * split / cut.splits,
                      units * (split + 1) / cut.splits};
}

/* -- blocks -------------------------------------------------------------------------------------------------------
   A block is a rectangle of result pixels, or several small images; a pass adds a range of taps and channels to it.
   One pass does it all unless even a single row's window is larger than the strip may be. */
typedef struct { i64 images, rows, columns, taps_h, taps_w, channels; } conv_block;

INLINE i64 conv_extent(const conv_axis *a, i64 outs, i64 taps) {
  return a->backward ? outs / a->stride + taps * a->dilation / a->stride + 3
                     : (outs - 1) * a->stride + (taps - 1) * a->dilation + 1;
}

static i64 conv_strip_bytes(const conv_job *j, const conv_block *b) {
  i64 is_padded = b->channels > CONV_CHUNK || conv_is_narrow(j);
  i64 width = is_padded ? CEIL_DIV(b->channels, CONV_CHUNK) * CONV_CHUNK : b->channels;
  i64 columns = conv_extent(&j->w, b->columns, b->taps_w) + conv_advance(&j->w); /* sorting them by residue rounds up */
  return conv_extent(&j->h, b->rows, b->taps_h) * columns * width * 4;
}

INLINE i64 conv_half(i64 n) { return (n + 1) / 2; }

/* The largest block of at most `images` × `rows`, reading `channels` and holding `out` channels of results, whose
   strip, tables and result fit this thread's scratch. */
static conv_block conv_choose_block(const conv_job *j, i64 images, i64 rows, i64 channels, i64 out) {
  conv_block b = {1, rows, j->w.out, j->h.kernel, j->w.kernel, channels};
  while (b.rows > 1 && (conv_strip_bytes(j, &b) > CONV_STRIP_TARGET || b.rows * b.columns > CONV_AREA / 2 ||
                        b.rows * b.columns * out * 4 > CONV_RESULT_LIMIT / 2))
    b.rows = conv_half(b.rows);
  while (b.columns > 1 && (b.columns > CONV_AREA || b.columns * out * 4 > CONV_RESULT_LIMIT ||
                           (b.columns > 32 && conv_strip_bytes(j, &b) > CONV_STRIP_LIMIT)))
    b.columns = conv_half(b.columns);
  while (conv_strip_bytes(j, &b) > CONV_STRIP_LIMIT ||
         b.taps_h * b.taps_w * CEIL_DIV(b.channels, LANES) > CONV_SEGMENTS) {
    if (b.channels > CONV_CHUNK) b.channels = CEIL_DIV(conv_half(b.channels), CONV_CHUNK) * CONV_CHUNK;
    else if (b.taps_h > 1) b.taps_h = conv_half(b.taps_h);
    else if (b.taps_w > 1) b.taps_w = conv_half(b.taps_w);
    else b.columns = conv_half(b.columns);
  }
  i64 is_one_pass = b.channels == channels && b.taps_h * b.taps_w == conv_taps(j);
  if (b.rows < j->h.out || b.columns < j->w.out || !is_one_pass) return b;
  i64 area = b.rows * b.columns, most = CONV_STRIP_TARGET / conv_strip_bytes(j, &b);
  b.images = MAX(1, MIN(MIN(images, most), MIN(CONV_AREA / 2 / area, CONV_RESULT_LIMIT / 2 / (area * out * 4))));
  return b;
}
