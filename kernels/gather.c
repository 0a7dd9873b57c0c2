/* gather and its transpose scatter_add: rows picked by int32 indices, out-of-range ones clamped into the table. */
#include "kernel.h"
#include "vector.h"

#define GATHER_PIECE (64 << 10) /* bytes of one task */

static inline i64 clamp_index(int32_t index, i64 rows) { return index < 0 ? 0 : index >= rows ? rows - 1 : index; }

static i64 gather_rows(const gather_args *g) { return MAX(GATHER_PIECE / MAX(g->row_bytes, 1), 1); }

static i64 gather_tasks(const void *args, i64 phase) {
  (void)phase;
  const gather_args *g = args;
  return g->rows > 0 && g->row_bytes > 0 ? CEIL_DIV(g->count, gather_rows(g)) : 0;
}

static void gather_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const gather_args *g = args;
  const int32_t *indices = PTR(int32_t, g->indices);
  i64 first = task * gather_rows(g), last = MIN(first + gather_rows(g), g->count), width = g->row_bytes;
  if (width == 4) {
    const int32_t *table = PTR(int32_t, g->table);
    int32_t *out = PTR(int32_t, g->out);
    for (i64 i = first; i < last; i++) out[i] = table[clamp_index(indices[i], g->rows)];
    return;
  }
  const uint8_t *table = PTR(uint8_t, g->table);
  uint8_t *out = PTR(uint8_t, g->out);
  for (i64 i = first; i < last; i++) __builtin_memcpy(out + i * width, table + clamp_index(indices[i], g->rows) * width, width);
}

static const kernel gather_kernel = {.phases = 1, .tasks = gather_tasks, .run = gather_run};

/* A task owns a strip of columns or, where rows are narrow, a range of rows; it walks all indices in order,
   so every element is summed in ascending i whoever does it. */
static void scatter_cut(const scatter_args *g, i64 *row_step, i64 *column_step) {
  i64 work = (g->count + g->rows) * g->row;
  i64 tasks = MIN(CEIL_DIV(work, 64 << 10), 64);
  *row_step = MAX(g->rows, 1), *column_step = MAX(g->row, 1);
  if (tasks <= 1) return;
  if (g->row >= tasks * 64) *column_step = CEIL_DIV(CEIL_DIV(g->row, tasks), 16) * 16;
  else *row_step = MAX(CEIL_DIV(g->rows, tasks), 1);
}

static i64 scatter_add_tasks(const void *args, i64 phase) {
  (void)phase;
  const scatter_args *g = args;
  i64 row_step, column_step;
  scatter_cut(g, &row_step, &column_step);
  return CEIL_DIV(g->rows, row_step) * CEIL_DIV(g->row, column_step);
}

static void scatter_add_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const scatter_args *g = args;
  const int32_t *indices = PTR(int32_t, g->indices);
  i64 row_step, column_step;
  scatter_cut(g, &row_step, &column_step);
  i64 strips = CEIL_DIV(g->row, column_step);
  i64 top = task / strips * row_step, bottom = MIN(top + row_step, g->rows);
  i64 left = task % strips * column_step, width = MIN(column_step, g->row - left);
  for (i64 r = top; r < bottom; r++) __builtin_memset(PTR(float, g->out) + r * g->row + left, 0, width * 4);
  for (i64 i = 0; i < g->count; i++) {
    i64 r = clamp_index(indices[i], g->rows), k = 0;
    if (r < top || r >= bottom) continue;
    float *out = PTR(float, g->out) + r * g->row + left;
    const float *x = PTR(float, g->x) + i * g->row + left;
    for (; k + LANES <= width; k += LANES) store(out + k, load(out + k) + load(x + k));
    for (; k < width; k++) out[k] += x[k];
  }
}

static const kernel scatter_add_kernel = {.phases = 1, .tasks = scatter_add_tasks, .run = scatter_add_run};
