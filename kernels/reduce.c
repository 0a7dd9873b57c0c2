/* reduce: folds the lanes a map block computes along some of its dims. Floats within a block, double across blocks,
   in an order fixed by the shape; few long reductions are cut into parts whose results a second phase folds.
   How the work is cut is reduce_plan.h's business, evaluating blocks block.h's. */
#include "reduce_plan.h"

#define FLUSH_ROWS 32 /* rows summed in float before they join the double */

/* -- folding --------------------------------------------------------------------------------------- */

static inline double fold_identity(i64 op) {
  return op == REDUCE_SUM ? 0 : op == REDUCE_PROD ? 1 : op == REDUCE_MAX || op == REDUCE_ARGMAX ? -INF : INF;
}
static inline double fold(i64 op, double a, double b) {
  if (op == REDUCE_SUM) return a + b;
  if (op == REDUCE_PROD) return a * b;
  if (op == REDUCE_MAX || op == REDUCE_ARGMAX) return a > b || a != a ? a : b;
  return a < b || a != a ? a : b;
}

/* The last n < LANES lanes as a vector, filled up with `neutral`. Reads a whole vector where memory goes on up to `end`. */
INLINE vf tail_lanes(const float *x, i64 n, float neutral, const float *end) {
  if (end - x >= LANES) return pick((vi){EACH_LANE(LANE_NUMBER)} < isplat((int32_t)n), load(x), splat(neutral));
  float lanes[LANES];
  store(lanes, splat(neutral));
  for (i64 k = 0; k < n; k++) lanes[k] = x[k];
  return load(lanes);
}

INLINE double sum_lanes(const float *x, i64 n, const float *end) {
  vf s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  i64 i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    s0 += load(x + i), s1 += load(x + i + LANES);
    s2 += load(x + i + 2 * LANES), s3 += load(x + i + 3 * LANES);
  }
  for (; i + LANES <= n; i += LANES) s0 += load(x + i);
  if (i < n) s1 += tail_lanes(x + i, n - i, 0, end);
  return sum_of((s0 + s1) + (s2 + s3));
}

INLINE double max_lanes(const float *x, i64 n, const float *end) {
  vf v0 = splat(-INF), v1 = v0, v2 = v0, v3 = v0;
  i64 i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    v0 = max_(v0, load(x + i)), v1 = max_(v1, load(x + i + LANES));
    v2 = max_(v2, load(x + i + 2 * LANES)), v3 = max_(v3, load(x + i + 3 * LANES));
  }
  for (; i + LANES <= n; i += LANES) v0 = max_(v0, load(x + i));
  if (i < n) v1 = max_(v1, tail_lanes(x + i, n - i, -INF, end));
  return max_of(max_(max_(v0, v1), max_(v2, v3)));
}

INLINE double min_lanes(const float *x, i64 n, const float *end) {
  vf v0 = splat(INF), v1 = v0, v2 = v0, v3 = v0;
  i64 i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    v0 = min_(v0, load(x + i)), v1 = min_(v1, load(x + i + LANES));
    v2 = min_(v2, load(x + i + 2 * LANES)), v3 = min_(v3, load(x + i + 3 * LANES));
  }
  for (; i + LANES <= n; i += LANES) v0 = min_(v0, load(x + i));
  if (i < n) v1 = min_(v1, tail_lanes(x + i, n - i, INF, end));
  return min_of(min_(min_(v0, v1), min_(v2, v3)));
}

/* Folds n lanes; `end` is how far x may be read. */
static double fold_lanes(const reduction *r, const float *x, i64 n, const float *end) {
  if (!r->integer && r->op == REDUCE_SUM) return sum_lanes(x, n, end);
  if (!r->integer && r->op != REDUCE_PROD) return r->op == REDUCE_MAX || r->op == REDUCE_ARGMAX ? max_lanes(x, n, end) : min_lanes(x, n, end);
  double total = fold_identity(r->op);
  for (i64 i = 0; i < n; i++) total = fold(r->op, total, r->integer ? (double)((const int32_t *)x)[i] : (double)x[i]);
  return total;
}

/* Does `value` beat `best` in an argmax or argmin? The first NaN beats all. */
static inline int beats(i64 op, double value, double best) {
  if (best != best) return 0;
  return value != value || (op == REDUCE_ARGMAX ? value > best : value < best);
}

/* -- results --------------------------------------------------------------------------------------- */

static inline double scale_of(const reduce_args *g) {
  double scale;
  __builtin_memcpy(&scale, &g->scale, 8);
  return scale;
}

/* Where the results of kept row `unit` begin, in elements of the output. */
static i64 reduce_begin(const plan *p, const reduction *r, i64 unit) {
  place w = place_of(p, unit * r->length);
  return offset_of(p, &p->access[p->inputs], &w);
}

/* Writes the result of the kept row that begins at `begin` and of column `column` (0 where the last dim is reduced). */
static void reduce_put(const plan *p, const reduce_args *g, const reduction *r, i64 begin, i64 column, double value) {
  const access *o = &p->access[p->inputs];
  i64 at = begin + (r->inner_reduced ? 0 : column * o->stride[p->rank - 1]);
  if (r->op == REDUCE_SUM && !r->integer) value *= scale_of(g);
  if (o->dtype == DTYPE_float32) ((float *)o->base)[at] = (float)value;
  else {
    int32_t whole = value >= -9e15 && value <= 9e15 ? (int32_t)(i64)value : value > 0 ? INT32_MAX : INT32_MIN;
    if (o->dtype == DTYPE_int32) ((int32_t *)o->base)[at] = whole;
    else o->base[at] = (uint8_t)whole;
  }
}

/* Results of `count` columns from `column` on: a part's wait in `parts`, whole ones are written out. */
static void reduce_finish(const plan *p, const reduce_args *g, const reduction *r, double *parts, i64 part, i64 unit, i64 column,
                   const double *values, i64 count) {
  i64 width = r->inner_reduced ? 1 : r->inner, begin = r->parts > 1 ? 0 : reduce_begin(p, r, unit);
  for (i64 c = 0; c < count; c++)
    if (r->parts > 1) parts[(part * r->kept + unit) * width + column + c] = values[c];
    else reduce_put(p, g, r, begin, column + c, values[c]);
}

/* -- the last dim is reduced: a block's lanes belong to one result or to a run of them -------------- */

/* Sums, greatest or least of `count` rows of `size` floats, written `step` apart: the heart of a softmax. */
static void fold_short_rows(i64 op, const float *x, i64 count, i64 size, float *out, i64 step, double scale) {
  const float *end = x + count * size;
  for (i64 k = 0; k < count; k++, x += size) {
    double value = op == REDUCE_SUM ? sum_lanes(x, size, end) * scale : op == REDUCE_MAX ? max_lanes(x, size, end) : min_lanes(x, size, end);
    out[k * step] = (float)value;
  }
}

static void reduce_many_short(plan *p, const reduce_args *g, const reduction *r, i64 first, i64 last) {
  i64 size = r->length * r->inner, together = p->lanes / MAX(size, 1);
  int is_plain = !r->integer && r->op <= REDUCE_MIN && r->kept_dims <= 1;
  const access *o = &p->access[p->inputs];
  for (i64 unit = first; unit < last; unit += together) {
    i64 count = MIN(together, last - unit);
    block_compute(p, unit * r->length, count * r->length, 0, r->inner);
    const float *x = p->reg[o->reg], *end = x + count * size;
    if (is_plain) {
      i64 step = r->kept_dims ? o->stride[0] : 0;
      fold_short_rows(r->op, x, count, size, (float *)o->base + unit * step, step, scale_of(g));
      continue;
    }
    for (i64 k = 0; k < count; k++, x += size) {
      double value = fold_lanes(r, x, size, end);
      if (r->op >= REDUCE_ARGMAX) {
        i64 i = 0;
        while (i < size && !(x[i] == value || (x[i] != x[i] && value != value))) i++;
        value = (double)(i < size ? i : 0);
      }
      reduce_put(p, g, r, reduce_begin(p, r, unit + k), 0, value);
    }
  }
}

static void reduce_one_long(plan *p, const reduce_args *g, const reduction *r, double *parts, i64 part, i64 unit) {
  int in_rows = r->part_rows < r->length;
  i64 top = in_rows ? part * r->part_rows : 0, bottom = MIN(top + r->part_rows, r->length);
  i64 left = in_rows ? 0 : part * r->part_columns, right = MIN(left + r->part_columns, r->inner);
  i64 height = r->columns < r->inner ? 1 : p->lanes / r->columns, index = 0;
  double total = fold_identity(r->op);
  for (i64 row = top; row < bottom; row += height)
    for (i64 column = left; column < right; column += r->columns) {
      i64 rows = MIN(height, bottom - row), columns = MIN(r->columns, right - column);
      block_compute(p, unit * r->length + row, rows, column, columns);
      const float *x = p->reg[p->access[p->inputs].reg];
      double value = fold_lanes(r, x, rows * columns, x + rows * columns);
      if (r->op < REDUCE_ARGMAX) total = fold(r->op, total, value);
      else if (beats(r->op, value, total)) {
        i64 i = 0;
        while (!(x[i] == value || x[i] != x[i])) i++;
        total = value, index = column + i; /* one reduced dim, and it is the last */
      }
    }
  if (r->op >= REDUCE_ARGMAX) total = (double)index;
  reduce_finish(p, g, r, parts, part, unit, 0, &total, 1);
}

/* -- the last dim is kept: each column of the rows is its own result ------------------------------- */

/* Adds rows `ld` floats apart to `sums`: strips of four vectors, two rows at a time, so that additions overlap and a cache
   line is used up at once. A vector may reach past its row into the next one, whose sums are dropped, but never past the last
   row's end. */
static void sum_rows(float *sums, const float *x, i64 ld, i64 rows, i64 columns) {
  i64 c = 0;
  for (; c + 4 * LANES <= columns; c += 4 * LANES) {
    vf even[4], odd[4];
    for (i64 v = 0; v < 4; v++) even[v] = load(sums + c + v * LANES), odd[v] = splat(0);
    const float *at = x + c;
    i64 r = 0;
    for (; r + 2 <= rows; r += 2, at += 2 * ld)
      for (i64 v = 0; v < 4; v++) even[v] += load(at + v * LANES), odd[v] += load(at + ld + v * LANES);
    if (r < rows)
      for (i64 v = 0; v < 4; v++) even[v] += load(at + v * LANES);
    for (i64 v = 0; v < 4; v++) store(sums + c + v * LANES, even[v] + odd[v]);
  }
  for (; c < columns; c += LANES) {
    vf s0 = load(sums + c), s1 = splat(0), s2 = s1, s3 = s1;
    i64 room = (rows - 1) * ld + columns - c - LANES, whole = room < 0 ? 0 : room / ld + 1, r = 0;
    const float *at = x + c;
    for (; r + 4 <= whole; r += 4, at += 4 * ld) {
      s0 += load(at), s1 += load(at + ld);
      s2 += load(at + 2 * ld), s3 += load(at + 3 * ld);
    }
    for (; r < whole; r++, at += ld) s0 += load(at);
    store(sums + c, (s0 + s1) + (s2 + s3));
    for (; r < rows; r++, at += ld)
      for (i64 k = 0; k < MIN(LANES, columns - c); k++) sums[c + k] += at[k];
  }
}

typedef struct {
  double total[MAX_BLOCK];
  float sums[MAX_BLOCK + LANES];
  int32_t index[MAX_BLOCK];
} columns_state;

static void fold_rows(const reduction *r, columns_state *s, const float *x, i64 row, i64 rows, i64 columns) {
  for (i64 k = 0; k < rows; k++, x += columns)
    for (i64 c = 0; c < columns; c++) {
      double value = r->integer ? (double)((const int32_t *)x)[c] : (double)x[c];
      if (r->op < REDUCE_ARGMAX) s->total[c] = fold(r->op, s->total[c], value);
      else if (beats(r->op, value, s->total[c])) s->total[c] = value, s->index[c] = (int32_t)(row + k);
    }
}

static void flush_sums(columns_state *s, i64 columns) {
  for (i64 c = 0; c < columns; c++) s->total[c] += (double)s->sums[c], s->sums[c] = 0;
}

/* Are the rows plain float32 numbers, nothing being computed from them? They are then read as they lie. */
static int is_plain_rows(const plan *p) {
  const access *x = &p->access[0];
  int is_plain = p->inputs == 1 && (p->micros == 0 || (p->micros == 1 && p->code[0].opcode == OP_move));
  return is_plain && p->rank == 2 && x->dtype == DTYPE_float32 && x->stride[1] == 1 && x->stride[0] >= p->dims[1];
}

static void reduce_columns(plan *p, const reduce_args *g, const reduction *r, double *parts, i64 part, i64 unit, columns_state *s) {
  i64 kept = unit / r->strips, column = unit % r->strips * r->columns, columns = MIN(r->columns, r->inner - column);
  i64 top = part * r->part_rows, bottom = MIN(top + r->part_rows, r->length);
  int floats = r->op == REDUCE_SUM && !r->integer, plain = floats && is_plain_rows(p);
  i64 height = plain ? FLUSH_ROWS : MAX(p->lanes / columns, 1), waiting = 0;
  for (i64 c = 0; c < columns; c++) s->total[c] = fold_identity(r->op), s->index[c] = 0;
  for (i64 c = 0; c < columns + LANES; c++) s->sums[c] = 0;
  for (i64 row = top; row < bottom; row += height) {
    i64 rows = MIN(height, bottom - row), ld = plain ? p->access[0].stride[0] : columns, first = kept * r->length + row;
    if (!plain) block_compute(p, first, rows, column, columns);
    const float *x = plain ? (const float *)p->access[0].base + first * ld + column : p->reg[p->access[p->inputs].reg];
    if (!floats) {
      fold_rows(r, s, x, row, rows, columns);
      continue;
    }
    sum_rows(s->sums, x, ld, rows, columns);
    waiting += rows;
    if (waiting >= FLUSH_ROWS) flush_sums(s, columns), waiting = 0;
  }
  if (floats) flush_sums(s, columns);
  for (i64 c = 0; c < columns && r->op >= REDUCE_ARGMAX; c++) s->total[c] = (double)s->index[c];
  reduce_finish(p, g, r, parts, part, kept, column, s->total, columns);
}

/* -- the kernel ------------------------------------------------------------------------------------ */

static i64 reduce_outputs(const reduction *r) { return r->kept * (r->inner_reduced ? 1 : r->inner); }

static i64 reduce_tasks(const void *args, i64 phase) {
  plan p;
  reduction r;
  reduce_plan(&p, &r, args, 0);
  i64 outputs = reduce_outputs(&r);
  if (outputs == 0) return 0;
  if (phase == 0) return r.tasks;
  return r.parts > 1 ? CEIL_DIV(outputs, 4096) : 0;
}

static void reduce_run(const void *args, i64 phase, i64 task, workspace ws) {
  const reduce_args *g = args;
  plan p;
  reduction r;
  reduce_plan(&p, &r, g, ws.local);
  double *parts = (double *)ws.shared;
  i64 outputs = reduce_outputs(&r), width = r.inner_reduced ? 1 : r.inner;
  if (phase == 1) {
    for (i64 i = task * 4096; i < MIN((task + 1) * 4096, outputs); i++) {
      double total = fold_identity(r.op);
      for (i64 part = 0; part < r.parts; part++) total = fold(r.op, total, parts[part * outputs + i]);
      reduce_put(&p, g, &r, reduce_begin(&p, &r, i / width), i % width, total);
    }
    return;
  }
  i64 part = task % r.parts, units = r.inner_reduced ? r.kept : r.kept * r.strips;
  i64 first = task / r.parts * r.unit_step, last = MIN(first + r.unit_step, units);
  if (r.inner_reduced && r.parts == 1 && r.length * r.inner > 0 && r.length * r.inner * 2 <= p.lanes) {
    reduce_many_short(&p, g, &r, first, last);
    return;
  }
  columns_state *s = (columns_state *)(ws.local + REGISTER_BYTES);
  for (i64 unit = first; unit < last; unit++) {
    if (r.inner_reduced) reduce_one_long(&p, g, &r, parts, part, unit);
    else reduce_columns(&p, g, &r, parts, part, unit, s);
  }
}

static i64 reduce_shared_bytes(const void *args) {
  plan p;
  reduction r;
  reduce_plan(&p, &r, args, 0);
  return r.parts > 1 ? r.parts * reduce_outputs(&r) * 8 : 0;
}

static const kernel reduce_kernel = {.phases = 2, .tasks = reduce_tasks, .run = reduce_run, .shared_bytes = reduce_shared_bytes};
