/* The map kernel: an index space cut into tasks and blocks, and the epilogue other kernels apply to their tiles.
   How a block is evaluated is block.h's business, or fused.h's where the program is one that is compiled whole. */
#include "block.h"
#include "fused.h"

#define TASK_COST (128 << 10) /* element operations a task is worth: some 10 µs */
#define FUSED_COST (64 << 10) /* the same in elements loaded or stored by a program that is compiled whole */
#define FUSED_LEAST 16        /* a shorter row is not worth a beginning of its own */

static int map_is_fused(const map_block *m) { return m->fused && map_dim(m, m->rank - 1) >= FUSED_LEAST; }

/* Elements per task where a map is interpreted: the more it does per element, the fewer. */
static i64 map_grain(const map_block *m) {
  i64 cost = m->inputs + m->outputs;
  const micro *code = map_micros(m);
  for (i64 i = 0; i < m->micros; i++) {
    i64 opcode = code[i].opcode;
    int heavy = opcode == OP_pow || opcode == OP_atan2 || (opcode >= OP_exp && opcode <= OP_erf) || opcode == OP_idiv || opcode == OP_imod;
    cost += heavy ? 6 : 1;
  }
  return MAX(TASK_COST / MAX(cost, 1), 2048);
}

/* The same for the map kernel, which runs programs that are compiled whole; folds interpret theirs. */
static i64 map_share(const map_block *m) {
  return map_is_fused(m) ? FUSED_COST / (m->inputs + m->outputs) : map_grain(m);
}

static i64 map_elements(const map_block *m) {
  i64 n = 1;
  for (i64 k = 0; k < m->rank; k++) n *= map_dim(m, k);
  return n;
}

/* An input that lies transposed makes the dim it is dense in the second innermost, so that a block covers a
   square of it. Returns whether there is one. */
static int turn_dims(const map_block *m, i64 *order, i64 rank) {
  const operand *operands = map_operands(m);
  for (i64 i = 0; i < m->inputs; i++) {
    const i64 *stride = &operands[i].stride0;
    i64 inner = stride[order[rank - 1]];
    if (inner == 0 || inner == 1) continue;
    for (i64 k = 0; k < rank - 1; k++) {
      if (stride[order[k]] != 1) continue;
      i64 dense = order[k];
      for (; k < rank - 2; k++) order[k] = order[k + 1];
      order[rank - 2] = dense;
      return 1;
    }
  }
  return 0;
}

/* Fewer rows, so that rows · columns is a multiple of 16 lanes and the block can be used in place. */
static i64 whole_rows(i64 rows, i64 columns) {
  i64 step = 16 / MIN(columns & -columns, 16);
  return rows >= step ? rows / step * step : rows;
}

/* How the index space is cut: blocks of rows × columns, tasks of task_rows × task_columns. */
typedef struct {
  i64 rows, columns, block_rows, block_columns, task_rows, task_columns, across;
} cut;

static cut map_cut(const map_block *m, const plan *p, int turned) {
  cut c;
  c.columns = plan_inner(p), c.rows = plan_rows(p);
  if (turned) {
    c.block_columns = MIN(c.columns, 32);
    c.block_rows = MAX(MIN(p->lanes / c.block_columns, p->dims[p->rank - 2]), 1);
  } else if (c.columns * 2 > p->lanes) {
    i64 pieces = CEIL_DIV(c.columns, p->lanes);
    c.block_columns = MIN(CEIL_DIV(CEIL_DIV(c.columns, pieces), 64) * 64, c.columns), c.block_rows = 1;
  } else c.block_columns = MAX(c.columns, 1), c.block_rows = whole_rows(p->lanes / c.block_columns, c.columns);
  i64 grain = map_share(m);
  if (c.rows * c.columns <= grain) c.task_rows = c.rows, c.task_columns = c.columns;
  else if (c.columns >= grain) {
    c.task_rows = 1;
    c.task_columns = CEIL_DIV(grain, c.block_columns) * c.block_columns;
  } else {
    c.task_rows = CEIL_DIV(CEIL_DIV(grain, c.columns), c.block_rows) * c.block_rows;
    c.task_columns = c.columns;
  }
  c.across = c.task_columns ? CEIL_DIV(c.columns, c.task_columns) : 1;
  return c;
}

static cut map_plan(plan *p, const map_block *m, uint8_t *registers) {
  i64 order[MAX_RANK], rank = plan_dims(m, order);
  int turned = turn_dims(m, order, rank);
  plan_make(p, m, order, rank, registers);
  return map_cut(m, p, turned);
}

static i64 map_tasks(const void *args, i64 phase) {
  (void)phase;
  const map_block *m = args;
  i64 elements = map_elements(m);
  if (elements == 0 || m->outputs == 0) return 0;
  if (elements <= map_share(m)) return 1; /* spares small maps the plan */
  plan p;
  cut c = map_plan(&p, m, 0);
  return c.across * CEIL_DIV(c.rows, c.task_rows);
}

static void map_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase;
  plan p;
  cut c = map_plan(&p, args, ws.local);
  i64 first = task / c.across * c.task_rows, last = MIN(first + c.task_rows, c.rows);
  i64 left = task % c.across * c.task_columns, right = MIN(left + c.task_columns, c.columns);
  if (map_is_fused(args)) {
    fused_run(args, 0, 0, first, last - first, left, right - left);
    return;
  }
  for (i64 row = first; row < last; row += c.block_rows)
    for (i64 column = left; column < right; column += c.block_columns) {
      i64 rows = MIN(c.block_rows, last - row), columns = MIN(c.block_columns, right - column);
      block_compute(&p, row, rows, column, columns);
      block_store(&p, row, rows, column, columns);
    }
}

static void epilogue(const map_block *m, const float *tile, i64 ld, i64 row, i64 rows, i64 column, i64 columns, workspace ws) {
  (void)ws; /* the caller's own buffers lie there */
  if (m->fused) {
    fused_run(m, tile, ld, row, rows, column, columns);
    return;
  }
  _Alignas(64) uint8_t registers[REGISTER_BYTES];
  i64 order[MAX_RANK] = {0, 1, 2, 3, 4, 5};
  plan p;
  plan_make(&p, m, order, MAX(m->rank, 1), registers);
  p.tile = tile, p.tile_ld = ld, p.tile_row = row, p.tile_column = column;
  /* Row by row, so that the other operands are walked as they lie; rows too long for a block in equal pieces. */
  i64 pieces = CEIL_DIV(columns, p.lanes), width = CEIL_DIV(CEIL_DIV(columns, pieces), 16) * 16;
  i64 height = pieces > 1 ? 1 : MAX(p.lanes / columns, 1);
  for (i64 i = row; i < row + rows; i += height)
    for (i64 j = column; j < column + columns; j += width) {
      i64 h = MIN(height, row + rows - i), w = MIN(width, column + columns - j);
      block_compute(&p, i, h, j, w);
      block_store(&p, i, h, j, w);
    }
}

static const kernel map_kernel = {.phases = 1, .tasks = map_tasks, .run = map_run};
