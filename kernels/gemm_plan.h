/* The plan of a product: which inner loop (`path`), how c is cut into tiles, how k is cut into blocks and slices, and how
   each operand is read. Every cut depends on the shape alone. Knows nothing of threads or of where tiles are computed. */
#pragma once
#include "kernel.h"
#include "gemm_micro.h"

/* Sizes in floats: a tile of c and a block of packed a fit the second-level cache together. */
#define GEMM_TILE_SIZE 73728
#define GEMM_BLOCK_SIZE 65536
/* Longest block of k, for each path. */
#define GEMM_PANEL_K 1024
#define GEMM_DOT_K 2048
#define GEMM_STREAM_K 64
/* A high tile packs its strips of b itself and uses each often. With many rows b is packed once, for all tiles, if it is
   not too large for that; tiles are then low and wide, so that each packs a part of a that few others need. */
#define GEMM_HIGH_ROWS 256
#define GEMM_LOW_ROWS 64
#define GEMM_SHARED_SIZE (16 << 20)
/* a with as few rows, or facing as few columns, is read where it lies rather than packed. */
#define GEMM_FEW_ROWS 64
#define GEMM_FEW_COLUMNS 256
/* No more rows than the first, and the second times as many columns, make it worth to compute the transpose where that
   spares packing b. */
#define GEMM_LOW_MOST 128
#define GEMM_LOW_SHARE 4
/* Rows of b no longer than this may be read where they lie by any number of tiles: longer ones take a page each, more
   than the processor remembers. Rows a multiple of GEMM_CLASH apart compete for few places in the first-level cache: 128 floats
   apart, 64 rows fill theirs in 32 KB. More than GEMM_CLASH_MOST are packed; both numbers were found by measuring. */
#define GEMM_SHORT_ROW 1024
#define GEMM_CLASH 64
#define GEMM_CLASH_MOST 64
/* `dots` is for no more rows (or columns), `stream` for no more rows, or steps of k: beyond, registers beat it. */
#define GEMM_DOT_MOST 12
#define GEMM_STREAM_MOST 4
/* Longest row of c that `stream` keeps in the first-level cache. */
#define GEMM_STREAM_COLUMNS 1024
/* So many times longer than n, k is cut first: the partial sums then are less to read than a again for each tile. */
#define GEMM_LONG 32
/* Work below the first forks no threads, and a task is about as long as the second, in microseconds. */
#define GEMM_FORK_TIME 15
#define GEMM_TASK_TIME 12

enum { GEMM_PANEL, GEMM_DOT, GEMM_STREAM };

/* A dimension cut into `units` of `unit` elements, the units dealt evenly over `parts`. */
typedef struct { i64 size, unit, units, parts; } gemm_cut;

typedef struct {
  gemm_args g;
  const map_block *map;
  int path;
  int is_transposed;            /* g describes cᵀ = bᵀ·aᵀ, so tiles are turned before they go to c */
  int is_direct_a, is_direct_b; /* read where it lies */
  int shares_a, shares_b;       /* packed once, in phase 0, for all tiles */
  gemm_cut m, n, k;             /* parts of m and n are tiles; units of k are blocks, its parts slices summed in phase 2 */
  i64 tiles, tiles_per_task;
} gemm_plan;

static gemm_cut gemm_cut_units(i64 size, i64 unit) {
  return (gemm_cut){size, unit, CEIL_DIV(size, unit), 1};
}
static i64 gemm_cut_at(const gemm_cut *c, i64 part) { return MIN(part * c->units / c->parts * c->unit, c->size); }

/* cᵀ = bᵀ·aᵀ; c itself stays where it is. */
static void gemm_transpose_problem(gemm_args *g) {
  gemm_args t = *g;
  t.a = g->b, t.a_batch = g->b_batch, t.a_row = g->b_col, t.a_col = g->b_row;
  t.b = g->a, t.b_batch = g->a_batch, t.b_row = g->a_col, t.b_col = g->a_row;
  t.m = g->n, t.n = g->m;
  *g = t;
}

/* Rewrites the problem as an equal one that is easier: a batch of rows times one matrix is one matrix product, a
   column aᵀ·x is the row xᵀ·a, and few rows times the transpose of a long matrix are its rows times few columns, which
   spares packing it. */
static void gemm_normalise(gemm_plan *plan) {
  gemm_args *g = &plan->g;
  if (g->batch > 1 && g->b_batch == 0 && g->a_batch == g->m * g->a_row &&
      (!g->c || g->c_batch == g->m * g->c_row)) {
    g->m *= g->batch;
    g->batch = 1;
  }
  int is_column = g->n == 1 && g->m > 1 && g->a_row == 1 && g->a_col != 1 && g->c_row == 1;
  int is_low = g->m > GEMM_DOT_MOST && g->m <= GEMM_LOW_MOST && g->n >= GEMM_LOW_SHARE * g->m;
  int is_along_k = g->a_col == 1 && g->b_row == 1 && g->b_col != 1;
  plan->is_transposed = is_column || (is_low && is_along_k && g->batch == 1);
  if (plan->is_transposed) gemm_transpose_problem(g);
}

static int gemm_choose_path(const gemm_args *g) {
  i64 least = MIN(g->m, g->n);
  int a_along_k = g->a_col == 1, b_along_k = g->b_row == 1;
  if (g->k >= 2 * LANES) {
    if (a_along_k && b_along_k && least <= GEMM_DOT_MOST) return GEMM_DOT;
    /* The small operand is then copied to be contiguous along k. */
    if (b_along_k && g->m <= GEMM_DOT_ROWS) return GEMM_DOT;
    if (a_along_k && g->n <= GEMM_DOT_COLUMNS) return GEMM_DOT;
  }
  int is_thin = g->k > 0 && MIN(g->m, g->k) <= GEMM_STREAM_MOST;
  return is_thin && g->b_col == 1 && g->n >= 2 * LANES ? GEMM_STREAM : GEMM_PANEL;
}

/* One thread's time for the whole, in microseconds: arithmetic near the peak, plus memory traffic. */
static i64 gemm_microseconds(const gemm_args *g) {
  double flops = 2.0 * g->m * g->n * g->k, floats = (double)g->m * g->k + (double)g->k * g->n + (double)g->m * g->n;
  return (i64)(g->batch * (flops / (LANES * 12.5e3) + floats / 15e3));
}

/* Do the steps of k, `step` floats apart, clash in the cache if they are read where they lie? */
static int gemm_clashes(i64 step, i64 k) { return step && step % GEMM_CLASH == 0 && k > GEMM_CLASH_MOST; }

/* Rows, columns and steps of k of the tiles of GEMM_PANEL, and how each reads its operands. */
static void gemm_cut_panel(gemm_plan *plan, i64 wanted) {
  const gemm_args *g = &plan->g;
  int is_high = wanted == 1 || g->batch > 1 || g->n * g->k > GEMM_SHARED_SIZE ||
                (g->m <= 2 * GEMM_HIGH_ROWS && !plan->is_transposed);
  int is_few = g->m <= GEMM_FEW_ROWS || g->n <= GEMM_FEW_COLUMNS;
  plan->is_direct_a = is_few && (g->a_col == 1 || (g->a_row == 1 && !gemm_clashes(g->a_col, g->k)));
  int is_short = g->n <= GEMM_SHORT_ROW && !gemm_clashes(g->b_row, g->k);
  plan->is_direct_b = g->b_col == 1 && (is_short || (is_high && g->m <= GEMM_FEW_ROWS));
  plan->n = gemm_cut_units(g->n, GEMM_COLUMNS);
  i64 parts = CEIL_DIV(g->m, is_high ? GEMM_HIGH_ROWS : GEMM_LOW_ROWS), rows = CEIL_DIV(g->m, parts);
  /* Strips of b too few to go round evenly are halved, where that is free. */
  int halves = plan->is_direct_b && rows >= 64 && parts * plan->n.units * g->batch < 2 * wanted;
  if (halves) parts *= 2, rows = CEIL_DIV(rows, 2);
  /* Panels of equal height rather than full ones and a rest: 128 rows are 9 × 13 + 11. */
  i64 panels = CEIL_DIV(rows, plan->is_direct_a && g->a_row != 1 ? GEMM_DIRECT_ROWS : GEMM_ROWS);
  plan->m = gemm_cut_units(g->m, CEIL_DIV(rows, panels));
  plan->m.parts = MIN(parts, plan->m.units);
  rows = CEIL_DIV(plan->m.units, plan->m.parts) * plan->m.unit;
  /* A long k is better cut itself: then every part of a and b is read by one tile only. */
  i64 across = g->k >= GEMM_LONG * g->n ? 1 : halves ? plan->n.units : CEIL_DIV(wanted, plan->m.parts * g->batch);
  plan->n.parts = MIN(plan->n.units, MAX(CEIL_DIV(g->n * rows, GEMM_TILE_SIZE), across));
  i64 blocks = MAX(1, CEIL_DIV(g->k, MIN(GEMM_PANEL_K, GEMM_BLOCK_SIZE / rows)));
  plan->k = gemm_cut_units(g->k, MAX(1, CEIL_DIV(g->k, blocks)));
  plan->shares_b = !is_high && !plan->is_direct_b;
  /* What only two tiles would pack is not worth a phase of its own. */
  int has_use = wanted > 1 && g->batch == 1 && plan->n.parts > 2;
  plan->shares_a = has_use && !plan->is_direct_a && g->m * g->k <= GEMM_SHARED_SIZE;
}

/* The same for GEMM_DOT and GEMM_STREAM. */
static void gemm_cut_skinny(gemm_plan *plan, i64 wanted) {
  const gemm_args *g = &plan->g;
  int is_dot = plan->path == GEMM_DOT;
  plan->m = gemm_cut_units(g->m, is_dot ? GEMM_DOT_ROWS : 4);
  plan->n = gemm_cut_units(g->n, is_dot ? GEMM_DOT_COLUMNS : LANES);
  plan->k = gemm_cut_units(g->k, is_dot ? GEMM_DOT_K : GEMM_STREAM_K);
  /* `stream` with many rows has few steps of k: there c is the traffic, and a tile of it fits the first-level cache. */
  plan->m.parts = g->m <= GEMM_DOT_MOST ? 1 : CEIL_DIV(g->m, is_dot ? 64 : 8);
  plan->n.parts = CEIL_DIV(g->n, GEMM_STREAM_COLUMNS);
  i64 others = CEIL_DIV(wanted, plan->m.parts * plan->n.parts * g->batch);
  if (!is_dot) return;
  /* Cut the long side: the short operand is the one that is worth keeping in the cache. */
  if (g->m > g->n) plan->m.parts = MIN(plan->m.units, plan->m.parts * others);
  else plan->n.parts = MIN(plan->n.units, plan->n.parts * others);
}

static gemm_plan gemm_make_plan(const void *args) {
  gemm_plan plan = {.g = *(const gemm_args *)args, .map = (const map_block *)((const gemm_args *)args + 1)};
  gemm_args *g = &plan.g;
  if (g->batch <= 0 || g->m <= 0 || g->n <= 0) return plan;
  gemm_normalise(&plan);
  plan.path = gemm_choose_path(g);
  i64 microseconds = gemm_microseconds(g);
  int forks = microseconds >= GEMM_FORK_TIME;
  /* As many tasks as are long enough; fours go round evenly most often. */
  i64 tasks = forks ? CEIL_DIV(microseconds, 4 * GEMM_TASK_TIME) * 4 : 1, wanted = MIN(tasks, 16);
  if (plan.path == GEMM_PANEL) gemm_cut_panel(&plan, wanted);
  else gemm_cut_skinny(&plan, wanted);
  plan.tiles = g->batch * plan.m.parts * plan.n.parts;
  if (wanted > plan.tiles) plan.k.parts = MAX(1, MIN(CEIL_DIV(wanted, plan.tiles), plan.k.units));
  plan.tiles *= plan.k.parts;
  plan.tiles_per_task = MAX(1, plan.tiles / tasks);
  return plan;
}
