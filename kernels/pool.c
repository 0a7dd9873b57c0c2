/* Max and average pooling and their gradients, channels last, lanes along channels.
   Each result is gathered, never scattered, so tasks are independent; knows nothing of the graph or of threads. */
#include "kernel.h"
#include "vector.h"

typedef uint8_t pool_bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

/* Rows of the image a task covers, over the whole batch: rows of y forward, of x backward. */
INLINE i64 pool_rows(const pool_args *a, i64 backward) { return a->batch * (backward ? a->height : a->out_h); }

static i64 pool_tasks(const pool_args *a, i64 backward) {
  i64 rows = pool_rows(a, backward), cells = a->batch * a->c * (a->height * a->width + a->out_h * a->out_w);
  return MIN(rows, cells < 65536 ? 1 : CEIL_DIV(cells, 65536));
}

/* The window of one output along one axis, clipped to the image: kernel positions [first, stop). */
typedef struct { i64 origin, first, stop; } pool_window;

INLINE pool_window pool_clip(i64 o, i64 stride, i64 pad, i64 kernel, i64 size) {
  i64 origin = o * stride - pad;
  return (pool_window){origin, MAX(0, -origin), MIN(kernel, size - origin)};
}

/* The outputs [first, stop) along one axis whose windows hold the image position i. */
typedef struct { i64 first, stop; } pool_covers;

INLINE pool_covers pool_cover(i64 i, i64 stride, i64 pad, i64 kernel, i64 outs) {
  i64 at = i + pad;
  return (pool_covers){at < kernel ? 0 : (at - kernel) / stride + 1, MIN(outs, at / stride + 1)};
}

/* -- vectors of channels: the last one overlaps its neighbour; fewer channels than lanes are one short vector -------- */

INLINE i64 pool_lanes(const pool_args *a) { return MIN(a->c, LANES); }
/* Where the next vector of channels starts after `c`, or a->c when there is none. */
INLINE i64 pool_next(const pool_args *a, i64 c) {
  return c + LANES >= a->c ? a->c : MIN(c + LANES, a->c - LANES);
}

/* A short vector may be read whole, neighbours included, unless that would pass the tensor's `end`. */
INLINE vf pool_load(const float *p, i64 lanes, const float *end) {
  if (lanes == LANES || p + LANES <= end) return load(p);
  float part[LANES] = {0};
  for (i64 l = 0; l < lanes; l++) part[l] = p[l];
  return load(part);
}

INLINE void pool_store(float *p, vf v, i64 lanes) {
  if (lanes == LANES) { store(p, v); return; }
  float part[LANES];
  store(part, v);
  for (i64 l = 0; l < lanes; l++) p[l] = part[l];
}

INLINE vi pool_load_index(const uint8_t *p, i64 lanes, const uint8_t *end) {
  if (lanes == LANES || p + LANES <= end) return __builtin_convertvector(*(const pool_bytes *)p, vi);
  vi index = {0};
  for (i64 l = 0; l < lanes; l++) index[l] = p[l];
  return index;
}

INLINE void pool_store_index(uint8_t *p, vi index, i64 lanes) {
  if (lanes == LANES) { *(pool_bytes *)p = __builtin_convertvector(index, pool_bytes); return; }
  for (i64 l = 0; l < lanes; l++) p[l] = (uint8_t)index[l];
}

INLINE vf pool_select(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }

/* -- forward --------------------------------------------------------------------------------------------------------- */

/* One output pixel: x is image n's first value. A NaN enters and then stays, since no comparison with it holds. */
INLINE void pool_max_pixel(const pool_args *a, const float *x, const float *end, pool_window h, pool_window w, float *y,
                           uint8_t *index) {
  i64 lanes = pool_lanes(a), row = a->width * a->c;
  for (i64 c = 0; c < a->c; c = pool_next(a, c)) {
    vf best = splat(-__builtin_inff());
    vi where = (vi){0} + (int32_t)(h.first * a->kernel_w + w.first);
    for (i64 i = h.first; i < h.stop; i++)
      for (i64 k = w.first; k < w.stop; k++) {
        vf v = pool_load(x + (h.origin + i) * row + (w.origin + k) * a->c + c, lanes, end);
        vi wins = (v > best) | ((v != v) & (best == best));
        best = pool_select(wins, v, best);
        where = (where & ~wins) | ((int32_t)(i * a->kernel_w + k) & wins);
      }
    pool_store(y + c, best, lanes);
    if (index) pool_store_index(index + c, where, lanes);
  }
}

INLINE float pool_scale(const pool_args *a, pool_window h, pool_window w) {
  i64 cells = MAX(0, h.stop - h.first) * MAX(0, w.stop - w.first);
  return 1 / (float)(a->count_pad ? a->kernel_h * a->kernel_w : MAX(1, cells));
}

INLINE void pool_mean_pixel(const pool_args *a, const float *x, const float *end, pool_window h, pool_window w, float *y) {
  i64 lanes = pool_lanes(a), row = a->width * a->c;
  vf scale = splat(pool_scale(a, h, w));
  for (i64 c = 0; c < a->c; c = pool_next(a, c)) {
    vf sum = {0};
    for (i64 i = h.first; i < h.stop; i++)
      for (i64 k = w.first; k < w.stop; k++)
        sum += pool_load(x + (h.origin + i) * row + (w.origin + k) * a->c + c, lanes, end);
    pool_store(y + c, sum * scale, lanes);
  }
}

INLINE void pool_forward(const pool_args *a, i64 task, const int is_max) {
  i64 rows = pool_rows(a, 0), tasks = pool_tasks(a, 0), image = a->height * a->width * a->c;
  const float *x = PTR(const float, a->x), *end = x + a->batch * image;
  for (i64 r = rows * task / tasks; r < rows * (task + 1) / tasks; r++) {
    i64 n = r / a->out_h, at = r * a->out_w * a->c;
    pool_window h = pool_clip(r % a->out_h, a->stride_h, a->pad_top, a->kernel_h, a->height);
    for (i64 o = 0; o < a->out_w; o++, at += a->c) {
      pool_window w = pool_clip(o, a->stride_w, a->pad_left, a->kernel_w, a->width);
      float *y = PTR(float, a->y) + at;
      if (is_max) pool_max_pixel(a, x + n * image, end, h, w, y, a->index ? PTR(uint8_t, a->index) + at : 0);
      else pool_mean_pixel(a, x + n * image, end, h, w, y);
    }
  }
}

/* -- backward: one pixel of dx gathers from the windows that hold it ------------------------------------------------- */

INLINE void pool_max_grad_pixel(const pool_args *a, i64 first, i64 i, i64 k, pool_covers h, pool_covers w, float *dx) {
  i64 lanes = pool_lanes(a), size = a->batch * a->out_h * a->out_w * a->c;
  const float *dy = PTR(const float, a->y);
  const uint8_t *index = PTR(const uint8_t, a->index);
  for (i64 c = 0; c < a->c; c = pool_next(a, c)) {
    vf sum = {0};
    for (i64 o = h.first; o < h.stop; o++)
      for (i64 q = w.first; q < w.stop; q++) {
        i64 at = first + (o * a->out_w + q) * a->c + c;
        int32_t cell = (int32_t)((i + a->pad_top - o * a->stride_h) * a->kernel_w + k + a->pad_left - q * a->stride_w);
        vi is_here = pool_load_index(index + at, lanes, index + size) == cell;
        sum += (vf)((vi)pool_load(dy + at, lanes, dy + size) & is_here);
      }
    pool_store(dx + c, sum, lanes);
  }
}

INLINE void pool_mean_grad_pixel(const pool_args *a, i64 first, pool_covers h, pool_covers w, float *dx) {
  i64 lanes = pool_lanes(a), size = a->batch * a->out_h * a->out_w * a->c;
  const float *dy = PTR(const float, a->y);
  for (i64 c = 0; c < a->c; c = pool_next(a, c)) {
    vf sum = {0};
    for (i64 o = h.first; o < h.stop; o++) {
      pool_window wh = pool_clip(o, a->stride_h, a->pad_top, a->kernel_h, a->height);
      for (i64 q = w.first; q < w.stop; q++) {
        pool_window ww = pool_clip(q, a->stride_w, a->pad_left, a->kernel_w, a->width);
        sum += pool_load(dy + first + (o * a->out_w + q) * a->c + c, lanes, dy + size) * pool_scale(a, wh, ww);
      }
    }
    pool_store(dx + c, sum, lanes);
  }
}

INLINE void pool_backward(const pool_args *a, i64 task, const int is_max) {
  i64 rows = pool_rows(a, 1), tasks = pool_tasks(a, 1);
  for (i64 r = rows * task / tasks; r < rows * (task + 1) / tasks; r++) {
    i64 first = r / a->height * a->out_h * a->out_w * a->c, i = r % a->height;
    float *dx = PTR(float, a->x) + r * a->width * a->c;
    pool_covers h = pool_cover(i, a->stride_h, a->pad_top, a->kernel_h, a->out_h);
    for (i64 k = 0; k < a->width; k++, dx += a->c) {
      pool_covers w = pool_cover(k, a->stride_w, a->pad_left, a->kernel_w, a->out_w);
      if (is_max) pool_max_grad_pixel(a, first, i, k, h, w, dx);
      else pool_mean_grad_pixel(a, first, h, w, dx);
    }
  }
}

#define POOL_KERNEL(name, direction, backward, is_max) \
  static i64 name##_tasks(const void *args, i64 phase) { return pool_tasks(args, backward); } \
  static void name##_run(const void *args, i64 phase, i64 task, workspace ws) { direction(args, task, is_max); } \
  static const kernel name##_kernel = {1, name##_tasks, name##_run, 0};

POOL_KERNEL(max_pool2d, pool_forward, 0, 1)
POOL_KERNEL(max_pool2d_grad, pool_backward, 1, 1)
POOL_KERNEL(avg_pool2d, pool_forward, 0, 0)
POOL_KERNEL(avg_pool2d_grad, pool_backward, 1, 0)
