/* Images sampled at given places, channels last, and the adjoints by image and by place.
   −1 and 1 are the outer edges of the border pixels, as with PyTorch's align_corners = false. */
#include "kernel.h"
#include "vector.h"

#define GRID_GRAIN (16 << 10)  /* elements of a task */
#define GRID_CHANNELS 64       /* of a task of the image's gradient */

/* One coordinate: the pixel before it, the weight of the pixel after, and d(pixels)/d(grid). */
typedef struct {
  i64 low;
  float weight, slope;
} grid_axis;

INLINE grid_axis grid_locate(const grid_args *a, float g, i64 size) {
  float at = ((g + 1) * (float)size - 1) * 0.5f, slope = (float)size * 0.5f, most = (float)(size - 1);
  if (a->border) {
    if (!(at > 0)) at = 0, slope = 0;
    else if (at >= most) at = most, slope = 0;
  }
  /* Places that are no number, or too far for an integer, lie outside. */
  if (!(at > -1e9f && at < 1e9f)) at = -100, slope = 0;
  float low = a->nearest ? __builtin_rintf(at) : __builtin_floorf(at);
  return (grid_axis){(i64)low, a->nearest ? 0 : at - low, a->nearest ? 0 : slope};
}

/* The four pixels round a place: their offsets in an image, -1 outside it, and their weights. */
typedef struct {
  grid_axis x, y;
  i64 offset[4];
  float weight[4];
} grid_place;

INLINE grid_place grid_find(const grid_args *a, const float *grid) {
  grid_place p = {.x = grid_locate(a, grid[0], a->width), .y = grid_locate(a, grid[1], a->height)};
  for (i64 k = 0; k < 4; k++) {
    i64 column = p.x.low + (k & 1), row = p.y.low + (k >> 1);
    int is_inside = column >= 0 && column < a->width && row >= 0 && row < a->height;
    p.weight[k] = (k & 1 ? p.x.weight : 1 - p.x.weight) * (k >> 1 ? p.y.weight : 1 - p.y.weight);
    /* A pixel of no weight is left out: its value, NaN perhaps, does not count. */
    p.offset[k] = is_inside && p.weight[k] != 0 ? (row * a->width + column) * a->c : -1;
  }
  return p;
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
    __builtin_memcpy(y, image + p->offset[0], n * 4);
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
  i64 step = grid_step(a), last = MIN((task + 1) * step, a->batch * a->out_h);
  for (i64 row = task * step; row < last; row++) {
    const float *image = PTR(const float, a->x) + row / a->out_h * a->height * a->width * a->c;
    for (i64 i = row * a->out_w; i < (row + 1) * a->out_w; i++) {
      grid_place p = grid_find(a, PTR(const float, a->grid) + i * 2);
      grid_mix(PTR(float, a->y) + i * a->c, image, &p, a->c);
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
  i64 n = task / strips, places = a->out_h * a->out_w, pixels = a->height * a->width;
  float *image = PTR(float, a->x) + n * pixels * a->c + left;
  for (i64 i = 0; i < pixels; i++) __builtin_memset(image + i * a->c, 0, width * 4);
  for (i64 i = n * places; i < (n + 1) * places; i++) {
    grid_place p = grid_find(a, PTR(const float, a->grid) + i * 2);
    for (i64 k = 0; k < 4; k++)
      if (p.offset[k] >= 0) grid_add(image + p.offset[k], PTR(const float, a->y) + i * a->c + left, p.weight[k], width);
  }
}

static const kernel grid_sample_input_grad_kernel = {
    .phases = 1, .tasks = grid_sample_input_grad_tasks, .run = grid_sample_input_grad_run};

static void grid_sample_grid_grad_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const grid_args *a = args;
  i64 step = grid_step(a), last = MIN((task + 1) * step, a->batch * a->out_h);
  i64 places = a->out_h * a->out_w;
  for (i64 i = task * step * a->out_w; i < last * a->out_w; i++) {
    const float *image = PTR(const float, a->x) + i / places * a->height * a->width * a->c;
    const float *dy = PTR(const float, a->y) + i * a->c;
    float *out = PTR(float, a->grid_grad) + i * 2, dot[4];
    grid_axis x = grid_locate(a, PTR(const float, a->grid)[i * 2], a->width);
    grid_axis y = grid_locate(a, PTR(const float, a->grid)[i * 2 + 1], a->height);
    for (i64 k = 0; k < 4; k++) {
      i64 column = x.low + (k & 1), row = y.low + (k >> 1);
      int is_inside = column >= 0 && column < a->width && row >= 0 && row < a->height;
      dot[k] = is_inside && !a->nearest ? grid_dot(dy, image + (row * a->width + column) * a->c, a->c) : 0;
    }
    out[0] = x.slope * ((dot[1] - dot[0]) * (1 - y.weight) + (dot[3] - dot[2]) * y.weight);
    out[1] = y.slope * ((dot[2] - dot[0]) * (1 - x.weight) + (dot[3] - dot[1]) * x.weight);
  }
}

static const kernel grid_sample_grid_grad_kernel = {
    .phases = 1, .tasks = grid_sample_tasks, .run = grid_sample_grid_grad_run};
