/* Images sampled at given places, channels last, and the adjoints by image and by place.
   −1 and 1 are the outer edges of the border pixels, as with PyTorch's align_corners = false. */
#include "kernel.h"
#include "math.h"

#define GRID_GRAIN (16 << 10)  /* elements of a task */
#define GRID_CHANNELS 64       /* of a task of the image's gradient */

/* One coordinate of LANES places: the pixel before it, the weight of the pixel after, and d(pixels)/d(grid). */
typedef struct {
  vi low;
  vf weight, slope;
} grid_axis;

INLINE grid_axis grid_locate(const grid_args *a, vf g, i64 size) {
  vf zero = {0}, at = ((g + 1) * (float)size - 1) * 0.5f, slope = splat((float)size * 0.5f), most = splat((float)(size - 1));
  if (a->border) {
    slope = pick((at > 0) & (at < most), slope, zero);
    at = pick(at > 0, pick(at < most, at, most), zero);
  }
  /* Places that are no number, or too far for an integer, lie outside. */
  vi is_near = (at > -1e9f) & (at < 1e9f);
  at = pick(is_near, at, splat(-100)), slope = pick(is_near, slope, zero);
  vf low = a->nearest ? round_(at) : floor_(at);
  vi is_linear = isplat(a->nearest ? 0 : -1);
  return (grid_axis){trunc_to_int(low), pick(is_linear, at - low, zero), pick(is_linear, slope, zero)};
}

/* The four pixels round each of LANES places: their numbers in an image, -1 outside it, and their weights. */
typedef struct {
  grid_axis x, y;
  vi pixel[4];
  vf weight[4];
} grid_strip;

/* Numbers `stride` apart; lanes past `count` are 0. */
INLINE vf grid_load(const float *from, i64 stride, i64 count) {
  if (stride == 1 && count == LANES) return load(from);
  float lanes[LANES] = {0};
  for (i64 i = 0; i < count; i++) lanes[i] = from[i * stride];
  return load(lanes);
}

/* The places from `first` on in a row of the result, at most LANES. */
INLINE grid_strip grid_find(const grid_args *a, i64 row, i64 first, i64 count) {
  const float *at = PTR(const float, a->grid) + row / a->out_h * a->grid_n + row % a->out_h * a->grid_h + first * a->grid_w;
  grid_strip s = {.x = grid_locate(a, grid_load(at, a->grid_w, count), a->width),
                  .y = grid_locate(a, grid_load(at + a->grid_xy, a->grid_w, count), a->height)};
  vf across[2] = {1 - s.x.weight, s.x.weight}, down[2] = {1 - s.y.weight, s.y.weight};
  for (int k = 0; k < 4; k++) {
    vi column = s.x.low + (k & 1), line = s.y.low + (k >> 1);
    vi is_inside = (column >= 0) & (column < (int32_t)a->width) & (line >= 0) & (line < (int32_t)a->height);
    s.weight[k] = across[k & 1] * down[k >> 1];
    s.pixel[k] = ipick(is_inside, line * (int32_t)a->width + column, isplat(-1));
  }
  return s;
}

/* The pixels round one place: their offsets in an image, -1 for one that does not count, and their weights. */
typedef struct {
  i64 offset[4];
  float weight[4];
} grid_place;

INLINE grid_place grid_lane(const grid_strip *s, i64 lane, i64 channels) {
  grid_place p;
  for (int k = 0; k < 4; k++) {
    i64 pixel = ((const int32_t *)&s->pixel[k])[lane];
    p.weight[k] = ((const float *)&s->weight[k])[lane];
    /* A pixel of no weight is left out: its value, NaN perhaps, does not count. */
    p.offset[k] = pixel >= 0 && p.weight[k] != 0 ? pixel * channels : -1;
  }
  return p;
}

/* Images of one channel: LANES places of a strip at once. */
INLINE vf grid_mix_plane(const float *image, const grid_strip *s) {
  vf value[4];
  for (int k = 0; k < 4; k++) {
    vi counts = (s->pixel[k] >= 0) & (s->weight[k] != 0), pixel = s->pixel[k] & counts;
#if defined(__AVX512F__)
    value[k] = (vf)_mm512_i32gather_ps((__m512i)pixel, image, 4);
#elif defined(__AVX2__)
    value[k] = (vf)_mm256_i32gather_ps(image, (__m256i)pixel, 4);
#else
    for (int i = 0; i < LANES; i++) value[k][i] = image[pixel[i]];
#endif
    value[k] = (vf)((vi)value[k] & counts);
  }
  vf above = fma_(value[1], s->weight[1], value[0] * s->weight[0]);
  return fma_(value[3], s->weight[3], fma_(value[2], s->weight[2], above));
}

/* to += weight · from */
INLINE void grid_add(float *to, const float *from, float weight, i64 n) {
  i64 i = 0;
  for (; i + LANES <= n; i += LANES) store(to + i, fma_(load(from + i), splat(weight), load(to + i)));
  for (; i < n; i++) to[i] += weight * from[i];
}

/* y = the pixels round a place in their proportions, n channels each; where all four count, in one pass. */
INLINE void grid_mix(float *y, const float *image, const grid_place *p, i64 n) {
  const float *w = p->weight;
  if (p->offset[0] >= 0 && w[0] == 1) { /* the others weigh nothing, or too little to count */
    for (i64 i = 0; i < n; i++) y[i] = image[p->offset[0] + i];
    return;
  }
  if ((p->offset[0] | p->offset[1] | p->offset[2] | p->offset[3]) < 0) {
    for (i64 i = 0; i < n; i++) y[i] = 0;
    for (i64 k = 0; k < 4; k++)
      if (p->offset[k] >= 0) grid_add(y, image + p->offset[k], w[k], n);
    return;
  }
  const float *a = image + p->offset[0], *b = image + p->offset[1], *c = image + p->offset[2], *d = image + p->offset[3];
  i64 i = 0;
  for (; i + LANES <= n; i += LANES) {
    vf above = fma_(load(b + i), splat(w[1]), load(a + i) * w[0]);
    store(y + i, fma_(load(d + i), splat(w[3]), fma_(load(c + i), splat(w[2]), above)));
  }
  for (; i < n; i++) y[i] = w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i];
}

INLINE float grid_dot(const float *a, const float *b, i64 n) {
  vf sum = {0};
  i64 i = 0;
  for (; i + LANES <= n; i += LANES) sum = fma_(load(a + i), load(b + i), sum);
  float total = n < LANES ? 0 : sum_of(sum);
  for (; i < n; i++) total += a[i] * b[i];
  return total;
}

/* Rows of the result that make a task. */
static i64 grid_step(const grid_args *a) { return MAX(GRID_GRAIN / MAX(a->out_w * (a->c + 8), 1), 1); }

static i64 grid_sample_tasks(const void *args, i64 phase) {
  (void)phase;
  const grid_args *a = args;
  return CEIL_DIV(a->batch * a->out_h, grid_step(a));
}

static void grid_sample_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const grid_args *a = args;
  i64 step = grid_step(a), last = MIN((task + 1) * step, a->batch * a->out_h), c = a->c;
  for (i64 row = task * step; row < last; row++) {
    const float *image = PTR(const float, a->x) + row / a->out_h * a->height * a->width * c;
    float *y = PTR(float, a->y) + row * a->out_w * c;
    for (i64 first = 0; first < a->out_w; first += LANES) {
      i64 count = MIN(LANES, a->out_w - first);
      grid_strip s = grid_find(a, row, first, count);
      if (c == 1) {
        vf mixed = grid_mix_plane(image, &s);
        if (count == LANES) store(y + first, mixed);
        else __builtin_memcpy(y + first, &mixed, count * 4);
        continue;
      }
      for (i64 i = 0; i < count; i++) {
        grid_place p = grid_lane(&s, i, c);
        grid_mix(y + (first + i) * c, image, &p, c);
      }
    }
  }
}

static const kernel grid_sample_kernel = {.phases = 1, .tasks = grid_sample_tasks, .run = grid_sample_run};

/* A task owns some channels of one image, to which it adds place after place. */
static i64 grid_sample_input_grad_tasks(const void *args, i64 phase) {
  (void)phase;
  const grid_args *a = args;
  return a->batch * CEIL_DIV(a->c, GRID_CHANNELS);
}

static void grid_sample_input_grad_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const grid_args *a = args;
  i64 strips = CEIL_DIV(a->c, GRID_CHANNELS), left = task % strips * GRID_CHANNELS, width = MIN(GRID_CHANNELS, a->c - left);
  i64 n = task / strips, pixels = a->height * a->width;
  float *image = PTR(float, a->x) + n * pixels * a->c + left;
  for (i64 i = 0; i < pixels; i++) __builtin_memset(image + i * a->c, 0, width * 4);
  for (i64 row = n * a->out_h; row < (n + 1) * a->out_h; row++)
    for (i64 first = 0; first < a->out_w; first += LANES) {
      i64 count = MIN(LANES, a->out_w - first);
      grid_strip s = grid_find(a, row, first, count);
      const float *dy = PTR(const float, a->y) + (row * a->out_w + first) * a->c + left;
      for (i64 i = 0; i < count; i++) {
        grid_place p = grid_lane(&s, i, a->c);
        for (int k = 0; k < 4; k++)
          if (p.offset[k] >= 0) grid_add(image + p.offset[k], dy + i * a->c, p.weight[k], width);
      }
    }
}

static const kernel grid_sample_input_grad_kernel = {
    .phases = 1, .tasks = grid_sample_input_grad_tasks, .run = grid_sample_input_grad_run};

static void grid_sample_grid_grad_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const grid_args *a = args;
  i64 step = grid_step(a), last = MIN((task + 1) * step, a->batch * a->out_h);
  for (i64 row = task * step; row < last; row++) {
    const float *image = PTR(const float, a->x) + row / a->out_h * a->height * a->width * a->c;
    for (i64 first = 0; first < a->out_w; first += LANES) {
      i64 count = MIN(LANES, a->out_w - first), at = row * a->out_w + first;
      grid_strip s = grid_find(a, row, first, count);
      const float *dy = PTR(const float, a->y) + at * a->c;
      vf dot[4];
      for (int k = 0; k < 4; k++)
        for (i64 i = 0; i < LANES; i++) {
          i64 pixel = ((const int32_t *)&s.pixel[k])[i];
          int counts = i < count && pixel >= 0 && !a->nearest;
          ((float *)&dot[k])[i] = counts ? grid_dot(dy + i * a->c, image + pixel * a->c, a->c) : 0;
        }
      vf across = s.x.slope * ((dot[1] - dot[0]) * (1 - s.y.weight) + (dot[3] - dot[2]) * s.y.weight);
      vf down = s.y.slope * ((dot[2] - dot[0]) * (1 - s.x.weight) + (dot[3] - dot[1]) * s.x.weight);
      float *out = PTR(float, a->grid_grad) + at * 2;
      for (i64 i = 0; i < count; i++) out[2 * i] = ((float *)&across)[i], out[2 * i + 1] = ((float *)&down)[i];
    }
  }
}

static const kernel grid_sample_grid_grad_kernel = {
    .phases = 1, .tasks = grid_sample_tasks, .run = grid_sample_grid_grad_run};
