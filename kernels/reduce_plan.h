/* The plan of a reduction: its dims reordered, and how its results and the rows that each folds are cut into tasks. Every cut
   depends on the shape alone. Knows nothing of how lanes are folded. */
#pragma once
#include "block.h"

enum { REDUCE_SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ARGMAX, REDUCE_ARGMIN };

#define REDUCE_GRAIN (32 << 10) /* elements of one task */
#define MAX_PARTS 64

/* Rows of the plan are ordered [kept…, reduced…]; `inner_reduced` tells which kind the last dim is.
   units: independent results (or, with a kept last dim, strips of them); length: rows that one unit folds. */
typedef struct {
  int inner_reduced, integer;
  i64 op, kept, kept_dims, length, inner, columns; /* columns: of one block */
  i64 strips, unit_step, parts, part_rows, part_columns, tasks;
} reduction;

static inline const map_block *reduce_map(const reduce_args *g) { return (const map_block *)(g + 1); }

static void reduction_cut(reduction *r, const map_block *m) {
  i64 total = r->kept * r->length * r->inner, wanted = CEIL_DIV(total, MIN(map_grain(m), REDUCE_GRAIN));
  i64 units = r->inner_reduced ? r->kept : r->kept * r->strips;
  i64 rows = r->length, chunks = r->inner_reduced ? CEIL_DIV(r->inner, r->columns) : 1;
  r->unit_step = MAX(CEIL_DIV(units, MAX(wanted, 1)), 1);
  r->parts = 1, r->part_rows = rows, r->part_columns = r->inner_reduced ? r->inner : r->columns;
  i64 groups = CEIL_DIV(units, r->unit_step);
  if (groups < 16 && wanted > groups && r->op < REDUCE_ARGMAX) {
    i64 parts = MIN(CEIL_DIV(wanted, groups), MAX_PARTS);
    if (rows >= parts || rows >= chunks) r->part_rows = CEIL_DIV(rows, parts), r->parts = CEIL_DIV(rows, r->part_rows);
    else r->part_columns = CEIL_DIV(chunks, parts) * r->columns, r->parts = CEIL_DIV(r->inner, r->part_columns);
    if (r->parts > 1) r->unit_step = 1, groups = units;
  }
  r->tasks = groups * r->parts;
}

static void reduce_plan(plan *p, reduction *r, const reduce_args *g, uint8_t *registers) {
  const map_block *m = reduce_map(g);
  i64 dims[MAX_RANK], order[MAX_RANK], rank = plan_dims(m, dims), n = 0;
  i64 last = dims[rank - 1];
  r->op = g->op, r->inner_reduced = g->reduced >> last & 1;
  for (int want = 0; want < 2; want++)
    for (i64 k = 0; k < rank - 1; k++)
      if ((g->reduced >> dims[k] & 1) == want) order[n++] = dims[k];
  order[n++] = last;
  plan_make(p, m, order, rank, registers);
  r->integer = g->op < REDUCE_ARGMAX && p->access[p->inputs].dtype != DTYPE_float32;
  r->kept = r->length = 1, r->kept_dims = 0, r->inner = plan_inner(p);
  for (i64 k = 0; k < rank - 1; k++) {
    int is_kept = !(g->reduced >> order[k] & 1);
    *(is_kept ? &r->kept : &r->length) *= p->dims[k];
    r->kept_dims += is_kept;
  }
  i64 pieces = MAX(CEIL_DIV(r->inner, p->lanes), 1);
  r->columns = pieces == 1 ? MAX(r->inner, 1) : CEIL_DIV(CEIL_DIV(r->inner, pieces), 64) * 64;
  /* Strips of kept columns are narrow enough to give every thread some. */
  if (!r->inner_reduced && r->inner > 256 && r->kept < 16) r->columns = MIN(r->columns, 256);
  r->strips = r->inner_reduced ? 1 : CEIL_DIV(r->inner, r->columns);
  reduction_cut(r, m);
}
