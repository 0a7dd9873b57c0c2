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

INLINE i64 conv_is_depthwise(const conv_job *j) { return j->in == 1 && j->out == 1 && j->groups > 1; }

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

/* -- packed weights and partial weight gradients: [group][panel of two vectors][kernel row][chunk][kernel column]
   [channel][lane], zero padded; the last panel is one vector wide where that is enough --------------------------- */
INLINE i64 conv_depth(const conv_job *j) { return j->in * j->h.kernel * j->w.kernel; }
INLINE i64 conv_panels(const conv_job *j) { return CEIL_DIV(j->out, 2 * LANES); }
INLINE i64 conv_tile_columns(const conv_job *j) {
  return conv_is_depthwise(j) ? CEIL_DIV(j->groups, LANES) : j->groups * conv_panels(j);
}
INLINE i64 conv_packed_width(const conv_job *j) { return CEIL_DIV(j->out, LANES) * LANES; }

/* -- how the work is cut ------------------------------------------------------------------------------------------
   Whole images while they are small, rows of one image where it is large. */
typedef struct { i64 images, pieces, tasks; } conv_cut;

/* `cost` is that of one image, in multiply-adds and their like; some 10^5 of them take a microsecond or two. */
static conv_cut conv_make_cut(i64 batch, i64 rows, double cost) {
  double total = cost * (double)batch, piece = total / 64;
  if (batch <= 0 || rows <= 0) return (conv_cut){1, 1, 0};
  if (total < 1.5e6) return (conv_cut){batch, 1, 1};
  piece = piece < 4e5 ? 4e5 : piece > 4e6 ? 4e6 : piece;
  if (cost < piece) {
    i64 images = MIN(batch, (i64)(piece / cost));
    return (conv_cut){images, 1, CEIL_DIV(batch, images)};
  }
  i64 pieces = MIN(rows, (i64)(cost / piece));
  return (conv_cut){1, pieces, batch * pieces};
}

/* The images [n0, n1) and, of each, the rows [r0, r1) of one task. */
typedef struct { i64 n0, n1, r0, r1; } conv_share;

static conv_share conv_task_share(conv_cut cut, i64 batch, i64 rows, i64 task) {
  if (cut.pieces == 1) return (conv_share){task * cut.images, MIN(batch, (task + 1) * cut.images), 0, rows};
  i64 n = task / cut.pieces, p = task % cut.pieces;
  return (conv_share){n, n + 1, rows * p / cut.pieces, rows * (p + 1) / cut.pieces};
}

/* What one image costs: multiply-adds of whole vectors, plus what moving its bytes is worth. */
static double conv_image_cost(const conv_job *j) {
  double pixels = (double)(j->h.out * j->w.out), source = (double)(j->h.source * j->w.source);
  double depth = (double)(j->in * j->h.kernel * j->w.kernel), width = (double)(j->out * j->groups);
  return pixels * width * depth + 8 * (pixels * width + source * (double)(j->in * j->groups));
}

/* -- blocks -------------------------------------------------------------------------------------------------------
   A block is a rectangle of result pixels; a pass adds a range of taps and source channels to it.
   One pass does it all unless even a single row's window is larger than the strip may be. */
typedef struct { i64 rows, columns, taps_h, taps_w, channels; } conv_block;

#define CONV_AREA 4096               /* pixels of a block, at most */
#define CONV_SEGMENTS 8192           /* runs of channels in a pass, at most */
#define CONV_STRIP_TARGET (256 << 10) /* bytes of a strip that leave room in a 1 MB second-level cache */
#define CONV_STRIP_LIMIT (1 << 20)
#define CONV_RESULT_LIMIT (512 << 10)

INLINE i64 conv_extent(const conv_axis *a, i64 outs, i64 taps) {
  return a->backward ? outs / a->stride + taps * a->dilation / a->stride + 3
                     : (outs - 1) * a->stride + (taps - 1) * a->dilation + 1 + a->stride;
}

static i64 conv_strip_bytes(const conv_job *j, const conv_block *b) {
  i64 is_padded = b->channels > CONV_CHUNK || conv_is_depthwise(j);
  i64 width = is_padded ? CEIL_DIV(b->channels, CONV_CHUNK) * CONV_CHUNK : b->channels;
  return conv_extent(&j->h, b->rows, b->taps_h) * conv_extent(&j->w, b->columns, b->taps_w) * width * 4;
}

INLINE i64 conv_half(i64 n) { return (n + 1) / 2; }

/* The largest block whose strip, tables and result fit this thread's scratch; rows give way first. */
static conv_block conv_choose_block(const conv_job *j, i64 rows, i64 channels) {
  conv_block b = {rows, j->w.out, j->h.kernel, j->w.kernel, channels};
  i64 out = j->out * j->groups;
  while (b.rows > 1 && (conv_strip_bytes(j, &b) > CONV_STRIP_TARGET || b.rows * b.columns > CONV_AREA / 2 ||
                        b.rows * b.columns * out * 4 > CONV_RESULT_LIMIT / 2))
    b.rows = conv_half(b.rows);
  while (b.columns > 1 && (b.columns > CONV_AREA || b.columns * out * 4 > CONV_RESULT_LIMIT ||
                           (b.columns > 32 && conv_strip_bytes(j, &b) > CONV_STRIP_LIMIT)))
    b.columns = conv_half(b.columns);
  while (conv_strip_bytes(j, &b) > CONV_STRIP_LIMIT ||
         b.taps_h * b.taps_w * CEIL_DIV(b.channels, CONV_CHUNK) > CONV_SEGMENTS) {
    if (b.channels > CONV_CHUNK) b.channels = CEIL_DIV(conv_half(b.channels), CONV_CHUNK) * CONV_CHUNK;
    else if (b.taps_h > 1) b.taps_h = conv_half(b.taps_h);
    else if (b.taps_w > 1) b.taps_w = conv_half(b.taps_w);
    else b.columns = conv_half(b.columns);
  }
  return b;
}
