/* Work along one axis of [outer, length, inner]: picking and adding up elements by index, and running sums.
   A task owns whole lines, so each is walked in order whoever does it; knows nothing of the graph. */
#include "kernel.h"
#include "vector.h"

#define ALONG_GRAIN (32 << 10) /* elements of a task */
#define ALONG_STRIP 64         /* neighbouring lines that are walked together */

/* Strips of neighbouring lines, and how many of them make a task. */
static i64 along_strips(i64 outer, i64 inner) { return outer * CEIL_DIV(inner, ALONG_STRIP); }
static i64 along_step(i64 length, i64 inner) { return MAX(ALONG_GRAIN / MAX(length * MIN(inner, ALONG_STRIP), 1), 1); }

/* Rows of the result, of `inner` elements each, that make a task of gather_along. */
static i64 gather_along_step(const along_args *a) { return MAX(ALONG_GRAIN / MAX(a->inner, 1), 1); }

static i64 gather_along_tasks(const void *args, i64 phase) {
  (void)phase;
  const along_args *a = args;
  return a->size > 0 && a->inner > 0 ? CEIL_DIV(a->outer * a->count, gather_along_step(a)) : 0;
}

static void gather_along_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const along_args *a = args;
  i64 step = gather_along_step(a), last = MIN((task + 1) * step, a->outer * a->count);
  for (i64 row = task * step; row < last; row++) {
    const int32_t *indices = PTR(const int32_t, a->indices) + row * a->inner;
    i64 base = row / a->count * a->size * a->inner;
    if (a->bytes == 4) {
      const int32_t *x = PTR(const int32_t, a->x) + base;
      int32_t *out = PTR(int32_t, a->out) + row * a->inner;
      for (i64 i = 0; i < a->inner; i++) out[i] = x[clamp_index(indices[i], a->size) * a->inner + i];
    } else {
      const uint8_t *x = PTR(const uint8_t, a->x) + base;
      uint8_t *out = PTR(uint8_t, a->out) + row * a->inner;
      for (i64 i = 0; i < a->inner; i++) out[i] = x[clamp_index(indices[i], a->size) * a->inner + i];
    }
  }
}

static const kernel gather_along_kernel = {.phases = 1, .tasks = gather_along_tasks, .run = gather_along_run};

static i64 scatter_along_tasks(const void *args, i64 phase) {
  (void)phase;
  const along_args *a = args;
  return a->size > 0 ? CEIL_DIV(along_strips(a->outer, a->inner), along_step(a->size + a->count, a->inner)) : 0;
}

static void scatter_along_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const along_args *a = args;
  i64 across = CEIL_DIV(a->inner, ALONG_STRIP), step = along_step(a->size + a->count, a->inner);
  i64 last = MIN((task + 1) * step, along_strips(a->outer, a->inner));
  for (i64 strip = task * step; strip < last; strip++) {
    i64 o = strip / across, left = strip % across * ALONG_STRIP, right = MIN(left + ALONG_STRIP, a->inner);
    float *out = PTR(float, a->out) + o * a->size * a->inner;
    const float *x = PTR(const float, a->x) + o * a->count * a->inner;
    const int32_t *indices = PTR(const int32_t, a->indices) + o * a->count * a->inner;
    for (i64 r = 0; r < a->size; r++) __builtin_memset(out + r * a->inner + left, 0, (right - left) * 4);
    for (i64 j = 0; j < a->count; j++)
      for (i64 i = left; i < right; i++)
        out[clamp_index(indices[j * a->inner + i], a->size) * a->inner + i] += x[j * a->inner + i];
  }
}

static const kernel scatter_along_kernel = {.phases = 1, .tasks = scatter_along_tasks, .run = scatter_along_run};

static i64 cumsum_tasks(const void *args, i64 phase) {
  (void)phase;
  const scan_args *a = args;
  return a->length > 0 ? CEIL_DIV(along_strips(a->outer, a->inner), along_step(a->length, a->inner)) : 0;
}

static void cumsum_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const scan_args *a = args;
  i64 across = CEIL_DIV(a->inner, ALONG_STRIP), step = along_step(a->length, a->inner);
  i64 last = MIN((task + 1) * step, along_strips(a->outer, a->inner));
  for (i64 strip = task * step; strip < last; strip++) {
    i64 left = strip % across * ALONG_STRIP, width = MIN(ALONG_STRIP, a->inner - left);
    i64 base = strip / across * a->length * a->inner + left;
    double total[ALONG_STRIP] = {0};
    for (i64 j = 0; j < a->length; j++) {
      i64 at = base + (a->reverse ? a->length - 1 - j : j) * a->inner;
      const float *x = PTR(const float, a->x) + at;
      float *out = PTR(float, a->out) + at;
      for (i64 i = 0; i < width; i++) out[i] = (float)(total[i] += x[i]);
    }
  }
}

static const kernel cumsum_kernel = {.phases = 1, .tasks = cumsum_tasks, .run = cumsum_run};
