/* Max and average pooling and their gradients, channels last, lanes along channels.
   Each result is gathered, never scattered, so tasks are independent; knows nothing of the graph or of threads. */
#include "kernel.h"
#include "vector.h"

typedef uint8_t pool_bytes __attribute__((vector_size(LANES), aligned(1), may_alias));
typedef uint16_t pool_shorts __attribute__((vector_size(LANES * 2)));

/* In two steps, since gcc takes a wider leap lane by lane; but AVX-512 narrows in one instruction. */
INLINE vi pool_widen(pool_bytes v) { return __builtin_convertvector(__builtin_convertvector(v, pool_shorts), vi); }
INLINE pool_bytes pool_narrow(vi v) {
#if LANES == 16
  return __builtin_convertvector(v, pool_bytes);
#else
  return __builtin_convertvector(__builtin_convertvector(v, pool_shorts), pool_bytes);
#endif
}

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

/* -- vectors of channels; the last may be short. `is_whole` is 1 in the copy of the code where none is ---------------- */

INLINE i64 pool_lanes(const pool_args *a, const int is_whole, i64 c) { return is_whole ? LANES : MIN(LANES, a->c - c); }

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
  if (lanes == LANES || p + LANES <= end) return pool_widen(*(const pool_bytes *)p);
  vi index = {0};
  for (i64 l = 0; l < lanes; l++) index[l] = p[l];
  return index;
}

INLINE void pool_store_index(uint8_t *p, vi index, i64 lanes) {
  if (lanes == LANES) { *(pool_bytes *)p = pool_narrow(index); return; }
  for (i64 l = 0; l < lanes; l++) p[l] = (uint8_t)index[l];
}

INLINE vf pool_select(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }

/* Asks for the lines of [p, p + bytes) early: rows of an image are too short for the hardware to foresee the next. */
INLINE void pool_expect(const void *p, i64 bytes, const int will_write) {
  for (i64 i = 0; i < bytes; i += 64)
    if (will_write) __builtin_prefetch((const char *)p + i, 1);
    else __builtin_prefetch((const char *)p + i, 0);
}

/* -- forward --------------------------------------------------------------------------------------------------------- */

/* One output pixel: x is image n's first value. A NaN enters since it is not ≤ best, and stays since best ≠ best. */
INLINE void pool_max_pixel(const pool_args *a, const int is_whole, const float *x, const float *end, pool_window h,
                           pool_window w, float *y, uint8_t *index) {
  i64 row = a->width * a->c;
  x += (h.origin + h.first) * row + (w.origin + w.first) * a->c;
  for (i64 c = 0; c < a->c; c += LANES) {
    i64 lanes = pool_lanes(a, is_whole, c);
    vf best = splat(-__builtin_inff());
    vi where = (vi){0} + (int32_t)(h.first * a->kernel_w + w.first);
    const float *line = x + c;
    for (i64 i = h.first; i < h.stop; i++, line += row) {
      const float *cell = line;
      for (i64 k = w.first; k < w.stop; k++, cell += a->c) {
        vf v = pool_load(cell, lanes, end);
        vi stays = (v <= best) | (best != best);
        best = pool_select(stays, best, v);
        where = (where & stays) | ((int32_t)(i * a->kernel_w + k) & ~stays);
      }
    }
    if (y) pool_store(y + c, best, lanes);
    if (index) pool_store_index(index + c, where, lanes);
  }
}

INLINE float pool_scale(const pool_args *a, pool_window h, pool_window w) {
  i64 cells = MAX(0, h.stop - h.first) * MAX(0, w.stop - w.first);
  return 1 / (float)(a->count_pad ? a->kernel_h * a->kernel_w : MAX(1, cells));
}

INLINE void pool_mean_pixel(const pool_args *a, const int is_whole, const float *x, const float *end, pool_window h,
                            pool_window w, float *y) {
  i64 row = a->width * a->c;
  vf scale = splat(pool_scale(a, h, w));
  x += (h.origin + h.first) * row + (w.origin + w.first) * a->c;
  for (i64 c = 0; c < a->c; c += LANES) {
    i64 lanes = pool_lanes(a, is_whole, c);
    vf sum = {0};
    const float *line = x + c;
    for (i64 i = h.first; i < h.stop; i++, line += row) {
      const float *cell = line;
      for (i64 k = w.first; k < w.stop; k++, cell += a->c) sum += pool_load(cell, lanes, end);
    }
    pool_store(y + c, sum * scale, lanes);
  }
}

INLINE void pool_forward(const pool_args *a, i64 task, const int is_max, const int is_whole) {
  i64 rows = pool_rows(a, 0), tasks = pool_tasks(a, 0), row = a->width * a->c, image = a->height * row;
  const float *x = PTR(const float, a->x), *end = x + a->batch * image;
  for (i64 r = rows * task / tasks; r < rows * (task + 1) / tasks; r++) {
    i64 n = r / a->out_h, at = r * a->out_w * a->c;
    pool_window h = pool_clip(r % a->out_h, a->stride_h, a->pad_top, a->kernel_h, a->height);
    const float *next = x + n * image + (h.origin + a->kernel_h) * row;
    for (i64 o = 0; o < a->out_w; o++, at += a->c) {
      pool_window w = pool_clip(o, a->stride_w, a->pad_left, a->kernel_w, a->width);
      for (i64 i = 0; i < a->stride_h; i++)
        pool_expect(next + i * row + o * a->stride_w * a->c, a->stride_w * a->c * 4, 0);
      float *y = a->y ? PTR(float, a->y) + at : 0;
      if (y) pool_expect(y + a->out_w * a->c, a->c * 4, 1);
      if (is_max) pool_max_pixel(a, is_whole, x + n * image, end, h, w, y, a->index ? PTR(uint8_t, a->index) + at : 0);
      else pool_mean_pixel(a, is_whole, x + n * image, end, h, w, y);
    }
  }
}

/* -- backward: one row of dx gathers from the rows of windows that hold it -------------------------------------------- */

/* One output's share of a row of dx: `at` is its place in dy and index, h the kernel row that meets the row of dx. */
INLINE void pool_max_grad_window(const pool_args *a, const int is_whole, i64 at, i64 h, pool_window w, float *row) {
  i64 size = a->batch * a->out_h * a->out_w * a->c;
  const float *dy = PTR(const float, a->y), *end = PTR(const float, a->x) + a->batch * a->height * a->width * a->c;
  const uint8_t *index = PTR(const uint8_t, a->index);
  for (i64 c = 0; c < a->c; c += LANES) {
    i64 lanes = pool_lanes(a, is_whole, c);
    vi winner = pool_load_index(index + at + c, lanes, index + size);
    vi value = (vi)pool_load(dy + at + c, lanes, dy + size);
    float *dx = row + (w.origin + w.first) * a->c + c;
    for (i64 k = w.first; k < w.stop; k++, dx += a->c) {
      vi is_here = winner == (int32_t)(h * a->kernel_w + k);
      pool_store(dx, pool_load(dx, lanes, end) + (vf)(value & is_here), lanes);
    }
  }
}

INLINE void pool_mean_grad_window(const pool_args *a, const int is_whole, i64 at, float scale, pool_window w, float *row) {
  const float *dy = PTR(const float, a->y), *end = PTR(const float, a->x) + a->batch * a->height * a->width * a->c;
  for (i64 c = 0; c < a->c; c += LANES) {
    i64 lanes = pool_lanes(a, is_whole, c);
    vf value = pool_load(dy + at + c, lanes, dy + a->batch * a->out_h * a->out_w * a->c) * scale;
    float *dx = row + (w.origin + w.first) * a->c + c;
    for (i64 k = w.first; k < w.stop; k++, dx += a->c) pool_store(dx, pool_load(dx, lanes, end) + value, lanes);
  }
}

INLINE void pool_backward(const pool_args *a, i64 task, const int is_max, const int is_whole) {
  i64 rows = pool_rows(a, 1), tasks = pool_tasks(a, 1), size = a->width * a->c;
  for (i64 r = rows * task / tasks; r < rows * (task + 1) / tasks; r++) {
    i64 i = r % a->height;
    float *row = PTR(float, a->x) + r * size;
    pool_covers covers = pool_cover(i, a->stride_h, a->pad_top, a->kernel_h, a->out_h);
    for (i64 k = 0; k < size; k += LANES) pool_store(row + k, (vf){0}, MIN(LANES, size - k));
    pool_expect(row + size, size * 4, 1);
    for (i64 o = covers.first; o < covers.stop; o++) {
      pool_window h = pool_clip(o, a->stride_h, a->pad_top, a->kernel_h, a->height);
      i64 at = ((r / a->height * a->out_h + o) * a->out_w) * a->c;
      for (i64 q = 0; q < a->out_w; q++, at += a->c) {
        pool_window w = pool_clip(q, a->stride_w, a->pad_left, a->kernel_w, a->width);
        if (is_max) pool_max_grad_window(a, is_whole, at, i - h.origin, w, row);
        else pool_mean_grad_window(a, is_whole, at, pool_scale(a, h, w), w, row);
      }
    }
  }
}

/* -- the cells that the indices name ------------------------------------------------------------------------------------ */

static i64 max_pool2d_pick_tasks(const void *args, i64 phase) { return (void)phase, pool_tasks(args, 0); }

/* An index that names no cell of the image gives 0, as max_pool2d_grad lets it add to none. */
static void max_pool2d_pick_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const pool_args *a = args;
  i64 rows = pool_rows(a, 0), tasks = pool_tasks(a, 0);
  for (i64 r = rows * task / tasks; r < rows * (task + 1) / tasks; r++) {
    i64 top = r % a->out_h * a->stride_h - a->pad_top, at = r * a->out_w * a->c;
    const float *x = PTR(const float, a->x) + r / a->out_h * a->height * a->width * a->c;
    for (i64 o = 0; o < a->out_w; o++, at += a->c) {
      i64 left = o * a->stride_w - a->pad_left;
      for (i64 c = 0; c < a->c; c++) {
        i64 cell = PTR(const uint8_t, a->index)[at + c], i = top + cell / a->kernel_w, k = left + cell % a->kernel_w;
        int is_inside = cell < a->kernel_h * a->kernel_w && i >= 0 && i < a->height && k >= 0 && k < a->width;
        PTR(float, a->y)[at + c] = is_inside ? x[(i * a->width + k) * a->c + c] : 0;
      }
    }
  }
}
static const kernel max_pool2d_pick_kernel = {1, max_pool2d_pick_tasks, max_pool2d_pick_run, 0};

#define POOL_KERNEL(name, direction, backward, is_max) \
  static i64 name##_tasks(const void *args, i64 phase) { return (void)phase, pool_tasks(args, backward); } \
  static void name##_run(const void *args, i64 phase, i64 task, workspace ws) { \
    (void)phase, (void)ws; \
    if (((const pool_args *)args)->c % LANES == 0) direction(args, task, is_max, 1); \
    else direction(args, task, is_max, 0); \
  } \
  static const kernel name##_kernel = {1, name##_tasks, name##_run, 0};

POOL_KERNEL(max_pool2d, pool_forward, 0, 1)
POOL_KERNEL(max_pool2d_grad, pool_backward, 1, 1)
POOL_KERNEL(avg_pool2d, pool_forward, 0, 0)
POOL_KERNEL(avg_pool2d_grad, pool_backward, 1, 0)
