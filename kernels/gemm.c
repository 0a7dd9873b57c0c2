/* gemm: c[batch, m, n] = a[batch, m, k] · b[batch, k, n], any strides, an epilogue on each finished tile.
   This file packs what the plan wants packed, runs the inner loops on tiles and brings the results to c and the
   epilogue. The plan is gemm_plan.h's business, the loops themselves are in gemm_micro.h. */
#include "kernel.h"
#include "vector.h"
#include "gemm_plan.h"
#include "gemm_pack.h"

/* -- what lies in the shared buffer: packed a, packed b, partial sums, in floats ----------------------------------- */

static i64 gemm_strip(i64 width, i64 k) { return CEIL_DIV(width * k + GEMM_SLACK, 16) * 16; }
static i64 gemm_shared_b(const gemm_plan *p) {
  return p->shares_a ? p->k.units * p->m.units * gemm_strip(p->m.unit, p->k.unit) : 0;
}
static i64 gemm_shared_partial(const gemm_plan *p) {
  return gemm_shared_b(p) + (p->shares_b ? p->k.units * p->n.units * gemm_strip(p->n.unit, p->k.unit) : 0);
}
static i64 gemm_shared_bytes(const void *args) {
  gemm_plan p = gemm_make_plan(args);
  if (!p.tiles) return 0;
  return 4 * (gemm_shared_partial(&p) + (p.k.parts > 1 ? p.k.parts * p.g.batch * p.g.m * p.g.n : 0));
}

/* Packs `count` strips of block `block` of k, from strip `first` on. */
static void gemm_pack_a(const gemm_plan *p, const float *a, i64 block, i64 first, i64 count, float *to) {
  i64 p0 = block * p->k.unit, row = first * p->m.unit;
  gemm_pack(to, gemm_strip(p->m.unit, p->k.unit), p->m.unit, a + row * p->g.a_row + p0 * p->g.a_col,
            MIN(count * p->m.unit, p->m.size - row), p->g.a_row, p->g.a_col, MIN(p->k.unit, p->k.size - p0));
}
static void gemm_pack_b(const gemm_plan *p, const float *b, i64 block, i64 first, i64 count, float *to) {
  i64 p0 = block * p->k.unit, column = first * p->n.unit;
  gemm_pack(to, gemm_strip(p->n.unit, p->k.unit), p->n.unit, b + p0 * p->g.b_row + column * p->g.b_col,
            MIN(count * p->n.unit, p->n.size - column), p->g.b_col, p->g.b_row, MIN(p->k.unit, p->k.size - p0));
}

/* Strips packed by one task of phase 0: some ten microseconds' worth. */
static i64 gemm_pack_strips(const gemm_plan *p, i64 width) { return CEIL_DIV(32768, width * p->k.unit); }

static void gemm_pack_task(const gemm_plan *p, i64 task, float *shared) {
  i64 most_a = gemm_pack_strips(p, p->m.unit), most_b = gemm_pack_strips(p, p->n.unit);
  i64 groups_a = CEIL_DIV(p->m.units, most_a), groups_b = CEIL_DIV(p->n.units, most_b);
  i64 tasks_a = p->shares_a ? p->k.units * groups_a : 0;
  if (task < tasks_a) {
    i64 block = task / groups_a, first = task % groups_a * most_a;
    gemm_pack_a(p, PTR(const float, p->g.a), block, first, MIN(most_a, p->m.units - first),
                shared + (block * p->m.units + first) * gemm_strip(p->m.unit, p->k.unit));
  } else {
    i64 block = (task - tasks_a) / groups_b, first = (task - tasks_a) % groups_b * most_b;
    gemm_pack_b(p, PTR(const float, p->g.b), block, first, MIN(most_b, p->n.units - first),
                shared + gemm_shared_b(p) + (block * p->n.units + first) * gemm_strip(p->n.unit, p->k.unit));
  }
}

/* -- one tile ------------------------------------------------------------------------------------------------------ */

/* A tile: its rectangle of c, where its values go, and this thread's room for packing. */
typedef struct {
  const float *a, *b; /* of this batch element */
  i64 row, rows, column, columns;
  float *to;
  i64 ld;
  float *local, *shared;
} gemm_job;

/* Where the tile's rows of a are read: `panel` floats from one unit of rows to the next. */
typedef struct { const float *at; i64 panel, row, step; } gemm_panels;
/* A strip of b, and the strip after it: its cache lines `next_step` apart, one set of k at a time, `next_set` apart. */
typedef struct { const float *at; i64 step; const float *next; i64 next_step, next_set; } gemm_columns;

/* Rows of the next panel of `left`: a short rest would keep too few sums going, so the last two panels share it where
   panels may start at any row. */
static i64 gemm_panel_rows(const gemm_plan *p, i64 left) {
  i64 unit = p->m.unit;
  return p->is_direct_a && left > unit && left < 2 * unit ? CEIL_DIV(left, 2) : MIN(unit, left);
}

/* One strip of b against all panels of a; the first panels fetch the next strip, the others the panel after them. */
static void gemm_strip_times_panels(const gemm_plan *p, const gemm_job *t, i64 column, i64 k, gemm_panels a,
                                    gemm_columns b, i64 add) {
  i64 columns = MIN(GEMM_COLUMNS, t->column + t->columns - column), vectors = CEIL_DIV(columns, LANES);
  float *to = t->to + (column - t->column);
  for (i64 r = 0, rows; r < t->rows; r += rows, b.next += b.next_set) {
    rows = gemm_panel_rows(p, t->rows - r);
    gemm_tile_function tile =
        a.row == 1 ? gemm_panel_tiles[rows - 1][vectors - 1] : gemm_row_tiles[rows - 1][vectors - 1];
    if (r >= p->m.unit * GEMM_COLUMNS / 16) b.next = a.at + a.panel, b.next_step = 16;
    if (columns == vectors * LANES) {
      tile(k, a.at, a.row, a.step, b.at, b.step, to + r * t->ld, t->ld, add, b.next, b.next_step);
    } else {
      float edge[GEMM_ROWS * GEMM_COLUMNS];
      tile(k, a.at, a.row, a.step, b.at, b.step, edge, GEMM_COLUMNS, 0, b.next, b.next_step);
      for (i64 i = 0; i < rows; i++)
        for (i64 j = 0; j < columns; j++) {
          float *at = to + (r + i) * t->ld + j;
          *at = edge[i * GEMM_COLUMNS + j] + (add ? *at : 0);
        }
    }
    a.at += p->is_direct_a ? rows * a.row : a.panel;
  }
}

static void gemm_panel_block(const gemm_plan *p, const gemm_job *t, i64 block, i64 add) {
  const gemm_args *g = &p->g;
  i64 p0 = block * p->k.unit, k = MIN(p->k.unit, g->k - p0);
  i64 strip_a = gemm_strip(p->m.unit, p->k.unit), strip_b = gemm_strip(GEMM_COLUMNS, p->k.unit);
  i64 panel = t->row / p->m.unit, panels = CEIL_DIV(t->rows, p->m.unit);
  gemm_panels a = {t->local, strip_a, 1, p->m.unit};
  float *packed_b = t->local;
  if (p->shares_a) a.at = t->shared + (block * p->m.units + panel) * strip_a;
  else if (p->is_direct_a)
    a = (gemm_panels){t->a + t->row * g->a_row + p0 * g->a_col, p->m.unit * g->a_row, g->a_row, g->a_col};
  else {
    gemm_pack_a(p, t->a, block, panel, panels, t->local);
    packed_b += panels * strip_a;
  }
  for (i64 column = t->column; column < t->column + t->columns; column += GEMM_COLUMNS) {
    i64 strip = column / GEMM_COLUMNS;
    gemm_columns b = {packed_b, GEMM_COLUMNS, packed_b, 16, 16 * k};
    if (p->shares_b) {
      b.at = t->shared + gemm_shared_b(p) + (block * p->n.units + strip) * strip_b;
      b.next = b.at + strip_b;
    } else if (p->is_direct_b && MIN(GEMM_COLUMNS, g->n - column) % LANES == 0) {
      const float *at = t->b + p0 * g->b_row + column;
      b = (gemm_columns){at, g->b_row, at + GEMM_COLUMNS, g->b_row, 16};
    } else {
      gemm_pack_b(p, t->b, block, strip, 1, packed_b);
      /* What the next strip will be packed from: of columns lying end to end the next stretch of memory. */
      if (g->b_row == 1 && g->b_col == k) b.next = t->b + (column + GEMM_COLUMNS) * k;
      else if (g->b_col == 1) {
        b.next = t->b + p0 * g->b_row + column + GEMM_COLUMNS;
        b.next_step = g->b_row, b.next_set = 16;
      }
    }
    gemm_strip_times_panels(p, t, column, k, a, b, add);
  }
}

/* `count` rows of k elements, made contiguous along k if they are not; `stride` becomes their distance. */
static const float *gemm_along_k(const float *from, i64 count, i64 *stride, i64 step, i64 k, float *to) {
  if (step == 1) return from;
  for (i64 i = 0; i < count; i++)
    for (i64 p = 0; p < k; p++) to[i * GEMM_DOT_K + p] = from[i * *stride + p * step];
  *stride = GEMM_DOT_K;
  return to;
}

static void gemm_dot_tile_block(const gemm_plan *p, const gemm_job *t, i64 block, i64 add) {
  const gemm_args *g = &p->g;
  i64 p0 = block * p->k.unit, k = MIN(p->k.unit, g->k - p0), a_row = g->a_row, b_col = g->b_col;
  const float *a = gemm_along_k(t->a + t->row * a_row + p0 * g->a_col, t->rows, &a_row, g->a_col, k, t->local);
  const float *b = gemm_along_k(t->b + p0 * g->b_row + t->column * b_col, t->columns, &b_col, g->b_row, k, t->local);
  gemm_dot_block(t->rows, t->columns, k, a, a_row, b, b_col, t->to, t->ld, add);
}

static void gemm_stream_tile_block(const gemm_plan *p, const gemm_job *t, i64 block, i64 add) {
  const gemm_args *g = &p->g;
  i64 p0 = block * p->k.unit, k = MIN(p->k.unit, g->k - p0);
  gemm_stream_block(t->rows, t->columns, k, t->a + t->row * g->a_row + p0 * g->a_col, g->a_row, g->a_col,
                    t->b + p0 * g->b_row + t->column, g->b_row, t->to, t->ld, add);
}

/* The tile turned, its columns for rows, t->rows floats apart; a copy in `room` unless it is a single row. */
static const float *gemm_turn(const gemm_job *t, float *room) {
  if (t->rows == 1) return t->to;
  gemm_pack_transposed(room, t->rows, t->to, t->rows, t->ld, t->columns);
  return room;
}

/* Hands a finished tile, `scratch` bytes of this thread's room if it lies there, to c and the epilogue. */
static void gemm_finish(const gemm_plan *p, i64 batch, const gemm_job *t, i64 scratch, workspace ws) {
  ws.local += CEIL_DIV(scratch, 64) * 64;
  if (!p->is_transposed) {
    if (p->map->outputs) epilogue(p->map, t->to, t->ld, batch * p->g.m + t->row, t->rows, t->column, t->columns, ws);
    return;
  }
  const float *turned = gemm_turn(t, (float *)ws.local);
  float *c = PTR(float, p->g.c) + batch * p->g.c_batch + t->column * p->g.c_row + t->row;
  for (i64 j = 0; j < t->columns && p->g.c; j++)
    __builtin_memcpy(c + j * p->g.c_row, turned + j * t->rows, 4 * t->rows);
  ws.local += CEIL_DIV(4 * (t->rows * t->columns + GEMM_SLACK), 64) * 64;
  if (p->map->outputs) epilogue(p->map, turned, t->rows, batch * p->g.n + t->column, t->columns, t->row, t->rows, ws);
}

/* Where a tile of c lies: in c itself or, if only the epilogue's outputs are wanted or it is to be turned, in this
   thread's room. Returns the bytes taken of it. */
static i64 gemm_place(const gemm_plan *p, i64 batch, gemm_job *t) {
  if (p->g.c && !p->is_transposed) {
    t->ld = p->g.c_row;
    t->to = PTR(float, p->g.c) + batch * p->g.c_batch + t->row * t->ld + t->column;
    return 0;
  }
  t->to = t->local;
  t->ld = CEIL_DIV(t->columns, 16) * 16;
  t->local += t->rows * t->ld;
  return 4 * t->rows * t->ld;
}

static void gemm_run_tile(const gemm_plan *p, i64 index, workspace ws) {
  i64 i = index % p->m.parts, j = index / p->m.parts % p->n.parts, rest = index / p->m.parts / p->n.parts;
  i64 slice = rest % p->k.parts, batch = rest / p->k.parts;
  gemm_job t = {.a = PTR(const float, p->g.a) + batch * p->g.a_batch,
                .b = PTR(const float, p->g.b) + batch * p->g.b_batch,
                .row = gemm_cut_at(&p->m, i), .column = gemm_cut_at(&p->n, j),
                .local = (float *)ws.local, .shared = (float *)ws.shared};
  t.rows = gemm_cut_at(&p->m, i + 1) - t.row;
  t.columns = gemm_cut_at(&p->n, j + 1) - t.column;
  i64 scratch = 0;
  if (p->k.parts > 1) {
    t.ld = p->g.n;
    t.to = t.shared + gemm_shared_partial(p) + ((batch * p->k.parts + slice) * p->g.m + t.row) * t.ld + t.column;
  } else scratch = gemm_place(p, batch, &t);
  i64 block = slice * p->k.units / p->k.parts, end = MAX((slice + 1) * p->k.units / p->k.parts, block + 1), add = 0;
  for (; block < end; block++, add = 1) {
    if (p->path == GEMM_DOT) gemm_dot_tile_block(p, &t, block, add);
    else if (p->path == GEMM_STREAM) gemm_stream_tile_block(p, &t, block, add);
    else gemm_panel_block(p, &t, block, add);
  }
  if (p->k.parts == 1) gemm_finish(p, batch, &t, scratch, ws);
}

/* -- the sum of the slices of k ------------------------------------------------------------------------------------ */

/* Rows of c summed by one task. */
static i64 gemm_sum_rows(const gemm_plan *p) { return MAX(1, MIN(p->g.m, 16384 / p->g.n)); }

/* c = slice 0 + slice 1 + …, in that order, whoever computed them. */
static void gemm_sum_task(const gemm_plan *p, i64 task, workspace ws) {
  const gemm_args *g = &p->g;
  i64 step = gemm_sum_rows(p), tasks = CEIL_DIV(g->m, step), batch = task / tasks;
  gemm_job t = {.row = task % tasks * step, .columns = g->n, .local = (float *)ws.local, .shared = (float *)ws.shared};
  t.rows = MIN(step, g->m - t.row);
  i64 scratch = gemm_place(p, batch, &t);
  for (i64 i = 0; i < t.rows; i++) {
    const float *from = t.shared + gemm_shared_partial(p) + (batch * p->k.parts * g->m + t.row + i) * g->n;
    float *to = t.to + i * t.ld;
    for (i64 j = 0; j < g->n; j++) to[j] = from[j];
    for (i64 slice = 1; slice < p->k.parts; slice++)
      for (i64 j = 0; j < g->n; j++) to[j] += from[slice * g->m * g->n + j];
  }
  gemm_finish(p, batch, &t, scratch, ws);
}

/* -- the kernel ---------------------------------------------------------------------------------------------------- */

static i64 gemm_tasks(const void *args, i64 phase) {
  gemm_plan p = gemm_make_plan(args);
  if (!p.tiles) return 0;
  if (phase == 0)
    return (p.shares_a ? p.k.units * CEIL_DIV(p.m.units, gemm_pack_strips(&p, p.m.unit)) : 0) +
           (p.shares_b ? p.k.units * CEIL_DIV(p.n.units, gemm_pack_strips(&p, p.n.unit)) : 0);
  if (phase == 1) return CEIL_DIV(p.tiles, p.tiles_per_task);
  return p.k.parts > 1 ? p.g.batch * CEIL_DIV(p.g.m, gemm_sum_rows(&p)) : 0;
}

static void gemm_run(const void *args, i64 phase, i64 task, workspace ws) {
  gemm_plan p = gemm_make_plan(args);
  if (phase == 0) gemm_pack_task(&p, task, (float *)ws.shared);
  else if (phase == 1) {
    i64 end = MIN((task + 1) * p.tiles_per_task, p.tiles);
    for (i64 tile = task * p.tiles_per_task; tile < end; tile++) gemm_run_tile(&p, tile, ws);
  } else gemm_sum_task(&p, task, ws);
}

/* Phase 0 packs what several tiles read, 1 computes tiles (or slices of them), 2 adds up the slices. */
static const kernel gemm_kernel = {.phases = 3, .tasks = gemm_tasks, .run = gemm_run, .shared_bytes = gemm_shared_bytes};
