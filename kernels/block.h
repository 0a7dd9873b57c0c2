/* Evaluates a map block on blocks of its index space: fetches the inputs' lanes, runs the micro-operations, stores.
   A block is `rows` consecutive rows (flat indices of all dims but the last) by `columns` of the last dim, small
   enough that its registers stay in L1. Knows nothing of tasks; map, reduce and epilogues choose the blocks. */
#pragma once
#include "kernel.h"
#include "micro.h"

#define REGISTER_BYTES (16 << 10) /* all registers of a plan together: with what is read in place they fit in L1 */
#define MAX_BLOCK 1024            /* lanes */

/* One input or output. `direct`: its register may be its memory itself, where a block's lanes lie there in line. `flat`: its elements lie one after another in the order of the index space.
   `steady`: all rows alike, so a block with the same columns finds its lanes already there; `scalar`: one element. */
typedef struct {
  uint8_t *base;
  i64 dtype, reg, stride[MAX_RANK];
  int flat, steady, scalar, direct;
} access;

typedef struct {
  i64 rank, dims[MAX_RANK], axis[MAX_RANK]; /* axis: the dim of the map block that this one was */
  i64 inputs, outputs, micros, lanes, columns;
  const micro *code;
  access access[MAX_OPERANDS];
  float *home[MAX_REGISTERS], *reg[MAX_REGISTERS];
  uint8_t written[MAX_REGISTERS], shown[MAX_REGISTERS]; /* how often a micro-operation writes it; is it an output? */
  i64 steady_column, steady_columns, steady_rows;       /* what the steady registers hold */
  i64 constants;      /* how many micro-operations, the first ones, fill registers that nothing else writes */
  i64 constant_lanes; /* how far these registers, and scalars, are filled */
  const float *tile;                              /* an epilogue's register 0, or null */
  i64 tile_ld, tile_row, tile_column;
  uint8_t *registers;
} plan;

/* One place in the rows of a plan: coordinates of all dims but the last. */
typedef struct {
  i64 at[MAX_RANK];
} place;

static inline i64 plan_inner(const plan *p) { return p->dims[p->rank - 1]; }
static inline i64 plan_rows(const plan *p) {
  i64 rows = 1;
  for (i64 k = 0; k < p->rank - 1; k++) rows *= p->dims[k];
  return rows;
}
static inline i64 width_of(i64 dtype) { return dtype == DTYPE_float32 || dtype == DTYPE_int32 ? 4 : 1; }

static inline place place_of(const plan *p, i64 row) {
  place w = {0};
  for (i64 k = p->rank - 2; k > 0 && row; k--) {
    w.at[k] = row % p->dims[k];
    row /= p->dims[k];
  }
  if (p->rank > 1) w.at[0] = row;
  return w;
}
static inline i64 offset_of(const plan *p, const access *x, const place *w) {
  i64 offset = 0;
  for (i64 k = 0; k < p->rank - 1; k++) offset += w->at[k] * x->stride[k];
  return offset;
}

/* -- the plan ----------------------------------------------------------------------------------- */

/* An output's register may be its memory itself unless a store into it would be seen by a later read of an
   input at the same place, or the register is another operand's too. */
static int may_write_through(const plan *p, i64 output) {
  const access *o = &p->access[output];
  if (width_of(o->dtype) != 4 || !p->written[o->reg] || o->reg < p->inputs) return 0;
  for (i64 k = p->inputs; k < output; k++)
    if (p->access[k].reg == o->reg) return 0;
  for (i64 k = 0; k < p->inputs; k++) {
    if (p->access[k].base != o->base) continue;
    if (p->shown[k]) return 0;
    i64 stored = 0;
    for (i64 i = 0; i < p->micros; i++) {
      const micro *m = &p->code[i];
      if (stored && (m->a == k || m->b == k || m->c == k)) return 0;
      stored |= m->dst == o->reg;
    }
  }
  return 1;
}

/* An input's lanes may stay where they are unless its register is overwritten, or is stored after another output has
   overwritten that memory. */
static int may_read_through(const plan *p, i64 input) {
  if (p->written[input]) return 0;
  for (i64 k = p->inputs; k < p->inputs + p->outputs && p->shown[input]; k++)
    if (p->access[k].base == p->access[input].base) return 0;
  return 1;
}

static int is_constant(const plan *p, const micro *m) {
  return (m->opcode == OP_const || m->opcode == OP_iconst) && p->written[m->dst] == 1 && m->dst >= p->inputs && !p->shown[m->dst];
}

/* `order` lists the dims of the map block, slowest first. The registers live in `registers`, 64-byte aligned; null for
   a plan that only tells shapes. */
static void plan_make(plan *p, const map_block *m, const i64 *order, i64 rank, uint8_t *registers) {
  const operand *operands = map_operands(m);
  p->rank = rank, p->inputs = m->inputs, p->outputs = m->outputs, p->micros = m->micros, p->code = map_micros(m);
  p->registers = registers, p->tile = 0, p->steady_rows = p->constant_lanes = 0;
  for (i64 k = 0; k < rank; k++) p->axis[k] = order[k], p->dims[k] = map_dim(m, order[k]);
  i64 share = REGISTER_BYTES / 4 / MAX(m->registers, 1);
  p->lanes = MIN(MAX_BLOCK, share & ~(i64)63);
  for (i64 r = 0; r < m->registers; r++) {
    p->home[r] = p->reg[r] = registers ? (float *)registers + r * p->lanes : 0;
    p->written[r] = p->shown[r] = 0;
  }
  for (i64 i = 0; i < p->micros; i++) p->written[p->code[i].dst] += p->written[p->code[i].dst] < 2;
  for (i64 i = 0; i < p->outputs; i++) p->shown[operands[p->inputs + i].reg] = 1;
  for (p->constants = 0; p->constants < p->micros && is_constant(p, &p->code[p->constants]);) p->constants++;
  for (i64 i = 0; i < p->inputs + p->outputs; i++) {
    access *x = &p->access[i];
    x->base = PTR(uint8_t, operands[i].address), x->dtype = operands[i].dtype;
    x->reg = i < p->inputs ? i : operands[i].reg;
    x->flat = x->steady = x->scalar = 1;
    i64 expected = 1;
    for (i64 k = rank - 1; k >= 0; k--) {
      x->stride[k] = p->dims[k] == 1 ? 0 : (&operands[i].stride0)[order[k]];
      if (p->dims[k] == 1) continue;
      if (x->stride[k] != expected) x->flat = 0;
      if (x->stride[k] != 0) x->scalar = 0;
      if (x->stride[k] != 0 && k < rank - 1) x->steady = 0;
      expected *= p->dims[k];
    }
    if (p->dims[rank - 1] == 1) x->stride[rank - 1] = 1;
    if (i < p->inputs && p->written[x->reg]) x->steady = x->scalar = 0;
  }
  for (i64 i = 0; i < p->inputs; i++) p->access[i].direct = may_read_through(p, i);
  for (i64 i = p->inputs; i < p->inputs + p->outputs; i++) p->access[i].direct = may_write_through(p, i);
}

/* Keeps the dims of `m` that are longer than 1, in order; at least one. Returns how many. */
static i64 plan_dims(const map_block *m, i64 *order) {
  i64 rank = 0;
  for (i64 k = 0; k < m->rank; k++)
    if (map_dim(m, k) != 1) order[rank++] = k;
  if (rank == 0) order[rank++] = 0; /* an absent dim0 reads as 1 */
  return rank;
}

/* -- fetching and storing ------------------------------------------------------------------------ */

/* Copies 4-byte lanes of a short row without a call. */
INLINE void copy_row(float *to, const float *from, i64 n) {
  i64 i = 0;
  for (; i + LANES <= n; i += LANES) store(to + i, load(from + i));
  for (; i < n; i++) to[i] = from[i];
}

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t quad_index __attribute__((vector_size(16)));
#if defined(__clang__)
#define QUAD(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define QUAD(a, b, i, j, k, l) __builtin_shuffle(a, b, (quad_index){i, j, k, l})
#endif

/* Turns a square of 4 × 4: reads four lines of the source, writes four rows. */
INLINE void turn_square(float *to, i64 columns, const float *from, i64 column_stride) {
  quad a = *(const quad *)from, b = *(const quad *)(from + column_stride);
  quad c = *(const quad *)(from + 2 * column_stride), d = *(const quad *)(from + 3 * column_stride);
  quad ab = QUAD(a, b, 0, 4, 1, 5), AB = QUAD(a, b, 2, 6, 3, 7), cd = QUAD(c, d, 0, 4, 1, 5), CD = QUAD(c, d, 2, 6, 3, 7);
  *(quad *)to = QUAD(ab, cd, 0, 1, 4, 5), *(quad *)(to + columns) = QUAD(ab, cd, 2, 3, 6, 7);
  *(quad *)(to + 2 * columns) = QUAD(AB, CD, 0, 1, 4, 5), *(quad *)(to + 3 * columns) = QUAD(AB, CD, 2, 3, 6, 7);
}

/* The source runs along rows: squares of it are read in lines and turned; 16 rows use up a cache line. */
static void fetch_turned(float *to, const float *from, i64 rows, i64 columns, i64 column_stride) {
  for (i64 top = 0; top < rows; top += 16) {
    i64 bottom = MIN(top + 16, rows), c = 0;
    for (; c + 4 <= columns; c += 4) {
      i64 r = top;
      for (; r + 4 <= bottom; r += 4) turn_square(to + r * columns + c, columns, from + r + c * column_stride, column_stride);
      for (; r < bottom; r++)
        for (i64 k = c; k < c + 4; k++) to[r * columns + k] = from[r + k * column_stride];
    }
    for (; c < columns; c++)
      for (i64 r = top; r < bottom; r++) to[r * columns + c] = from[r + c * column_stride];
  }
}

static void fetch_words(float *to, const float *from, i64 rows, i64 row_stride, i64 columns, i64 column_stride) {
  if (row_stride == 1 && column_stride != 1 && column_stride != 0 && rows >= 4) {
    fetch_turned(to, from, rows, columns, column_stride);
    return;
  }
  for (i64 r = 0; r < rows; r++, to += columns, from += row_stride) {
    if (column_stride == 1) copy_row(to, from, columns);
    else if (column_stride == 0)
      for (i64 c = 0; c < columns; c++) to[c] = *from;
    else
      for (i64 c = 0; c < columns; c++) to[c] = from[c * column_stride];
  }
}

static void fetch_bytes(int32_t *to, const uint8_t *from, i64 rows, i64 row_stride, i64 columns, i64 column_stride) {
  for (i64 r = 0; r < rows; r++, to += columns, from += row_stride) {
    if (column_stride == 1)
      for (i64 c = 0; c < columns; c++) to[c] = from[c];
    else
      for (i64 c = 0; c < columns; c++) to[c] = from[c * column_stride];
  }
}

static void store_words(float *to, const float *from, i64 rows, i64 row_stride, i64 columns, i64 column_stride) {
  for (i64 r = 0; r < rows; r++, from += columns, to += row_stride) {
    if (column_stride == 1) copy_row(to, from, columns);
    else
      for (i64 c = 0; c < columns; c++) to[c * column_stride] = from[c];
  }
}

static void store_bytes(uint8_t *to, const int32_t *from, i64 rows, i64 row_stride, i64 columns, i64 column_stride) {
  for (i64 r = 0; r < rows; r++, from += columns, to += row_stride) {
    if (column_stride == 1)
      for (i64 c = 0; c < columns; c++) to[c] = (uint8_t)from[c];
    else
      for (i64 c = 0; c < columns; c++) to[c * column_stride] = (uint8_t)from[c];
  }
}

/* Moves a block between memory and `lanes`, one run of rows along the second innermost dim at a time. */
static void transfer(const plan *p, const access *x, place w, i64 rows, i64 column, i64 columns, float *lanes, int storing) {
  i64 k = p->rank - 2, inner = x->stride[p->rank - 1];
  int is_run = x->flat && columns == plan_inner(p);
  while (rows > 0) {
    i64 run = k < 0 ? 1 : MIN(rows, p->dims[k] - w.at[k]), step = k < 0 ? 0 : x->stride[k];
    if (is_run) columns *= rows, run = rows = 1; /* whole rows that follow each other are one long row */
    i64 offset = offset_of(p, x, &w) + column * inner;
    if (width_of(x->dtype) == 4) {
      float *memory = (float *)x->base + offset;
      if (storing) store_words(memory, lanes, run, step, columns, inner);
      else fetch_words(lanes, memory, run, step, columns, inner);
    } else {
      uint8_t *memory = x->base + offset;
      if (storing) store_bytes(memory, (int32_t *)lanes, run, step, columns, inner);
      else fetch_bytes((int32_t *)lanes, memory, run, step, columns, inner);
    }
    rows -= run, lanes += run * columns;
    if (k >= 0) w.at[k] += run;
    for (i64 d = k; d > 0 && w.at[d] == p->dims[d]; d--) w.at[d] = 0, w.at[d - 1]++;
  }
}

/* -- evaluation ---------------------------------------------------------------------------------- */

/* The block's elements in memory if they are 4-byte lanes one after another there, else null. */
static inline float *in_place(const plan *p, const access *x, const place *w, i64 rows, i64 column, i64 columns) {
  if (rows * columns % LANES || width_of(x->dtype) != 4 || x->stride[p->rank - 1] != 1) return 0;
  if (rows > 1 && !(x->flat && columns == plan_inner(p))) return 0;
  return (float *)x->base + offset_of(p, x, w) + column;
}

static void fill_index(const plan *p, int32_t *to, i64 dim, place w, i64 rows, i64 column, i64 columns) {
  i64 k = p->rank - 1;
  while (k >= 0 && p->axis[k] != dim) k--;
  for (i64 r = 0; r < rows; r++, to += columns) {
    if (k == p->rank - 1)
      for (i64 c = 0; c < columns; c++) to[c] = (int32_t)(column + c);
    else
      for (i64 c = 0; c < columns; c++) to[c] = k < 0 ? 0 : (int32_t)w.at[k]; /* k < 0: a dim of length 1 */
    i64 d = p->rank - 2;
    if (d >= 0) w.at[d]++;
    for (; d > 0 && w.at[d] == p->dims[d]; d--) w.at[d] = 0, w.at[d - 1]++;
  }
}

static void load_tile(plan *p, i64 row, i64 rows, i64 column, i64 columns) {
  const float *from = p->tile + (row - p->tile_row) * p->tile_ld + (column - p->tile_column);
  int packed = (rows == 1 || p->tile_ld == columns) && rows * columns % LANES == 0;
  p->reg[0] = packed && !p->written[0] ? (float *)from : p->home[0];
  if (p->reg[0] == p->home[0]) fetch_words(p->home[0], from, rows, p->tile_ld, columns, 1);
}

static void run_micros(plan *p, const place *w, i64 rows, i64 column, i64 columns) {
  i64 n = CEIL_DIV(rows * columns, LANES) * LANES;
  for (i64 i = n <= p->constant_lanes ? p->constants : 0; i < p->micros; i++) {
    const micro *m = &p->code[i];
    float *d = p->reg[m->dst];
    if (m->opcode == OP_const) {
      float value = (float)m->immediate;
      for (i64 k = 0; k < n; k += LANES) store(d + k, splat(value));
    } else if (m->opcode == OP_iconst) {
      int32_t value = (int32_t)m->immediate;
      for (i64 k = 0; k < n; k += LANES) *(vi *)(d + k) = isplat(value);
    } else if (m->opcode == OP_index) fill_index(p, (int32_t *)d, m->a, *w, rows, column, columns);
    else micro_loops[m->opcode](d, p->reg[m->a], p->reg[m->b], p->reg[m->c], n);
  }
}

/* Leaves the block's lanes in the registers, packed row after row; direct outputs are then already in memory. */
static void block_compute(plan *p, i64 row, i64 rows, i64 column, i64 columns) {
  place w = place_of(p, row);
  int held = p->steady_column == column && p->steady_columns == columns && rows <= p->steady_rows;
  int filled = rows * columns <= p->constant_lanes;
  for (i64 i = 0; i < p->inputs; i++) {
    const access *x = &p->access[i];
    if (i == 0 && p->tile) {
      load_tile(p, row, rows, column, columns);
      continue;
    }
    float *memory = !x->direct || x->scalar ? 0 : in_place(p, x, &w, rows, column, columns);
    p->reg[i] = memory ? memory : p->home[i];
    if (memory || (held && x->steady) || (filled && x->scalar)) continue;
    transfer(p, x, w, rows, column, columns, p->home[i], 0);
  }
  if (!held) p->steady_column = column, p->steady_columns = columns, p->steady_rows = rows;
  for (i64 i = p->inputs; i < p->inputs + p->outputs; i++) {
    const access *x = &p->access[i];
    float *memory = x->direct ? in_place(p, x, &w, rows, column, columns) : 0;
    if (x->reg >= p->inputs) p->reg[x->reg] = memory ? memory : p->home[x->reg];
  }
  run_micros(p, &w, rows, column, columns);
  p->constant_lanes = MAX(p->constant_lanes, CEIL_DIV(rows * columns, LANES) * LANES);
}

static void block_store(const plan *p, i64 row, i64 rows, i64 column, i64 columns) {
  place w = place_of(p, row);
  for (i64 i = p->inputs; i < p->inputs + p->outputs; i++) {
    const access *x = &p->access[i];
    if (x->direct && in_place(p, x, &w, rows, column, columns)) continue;
    transfer(p, x, w, rows, column, columns, p->reg[x->reg], 1);
  }
}
