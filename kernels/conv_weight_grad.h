/* The weight gradient: dw[k][t] = Σ over result pixels x[pixel + tap][c] · dy[pixel][t], with k = (tap, c).
   Pixels are cut into a number of chunks given by the shape, their sums added in a fixed order in a second phase. */
#pragma once
#include "conv_depthwise_grad.h"
#include "conv_winograd_grad.h"

/* -- the cut: chunks of pixels × ranges of units; depthwise, a unit is one vector of channels --------------------- */

typedef struct { i64 chunks, splits, units, by_image; } conv_grad_cut;

#define CONV_PARTIAL_BYTES (2 << 20) /* all chunks' partial sums together, at most: more leaves the caches */

INLINE i64 conv_grad_floats(const conv_job *j) {
  return (conv_is_depthwise(j) ? conv_depthwise_width(j) : j->groups * conv_packed_width(j)) * conv_depth(j);
}

/* Every chunk writes and reads back its own partial sums: large ones want some 200 pixels to be worth that. */
static conv_grad_cut conv_make_grad_cut(const conv_job *j) {
  i64 rows = j->batch * j->h.out, bytes = MAX(1, conv_grad_floats(j) * 4);
  i64 units = conv_is_depthwise(j) ? conv_depthwise_width(j) / LANES : conv_units(j);
  i64 want = conv_wanted_tasks(j);
  i64 most = MIN(CONV_PARTIAL_BYTES / bytes, MAX(rows * j->w.out / 196, (512 << 10) / bytes));
  i64 chunks = j->w.out ? MIN(MIN(want, rows), MAX(1, most)) : 0;
  return (conv_grad_cut){chunks, chunks ? MIN(units, want / chunks) : 1, units, j->batch >= 2 * chunks};
}

/* What one task adds up: the units [u0, u1) of its partial sums, `started` once a block has been added. */
typedef struct { i64 u0, u1, is_whole, started; float *partial; conv_ahead x, dy; } conv_sums;

/* -- one block of pixels -------------------------------------------------------------------------------------------- */

/* dy of one panel: in place where whole vectors can be read, else copied and padded. */
static const float *conv_grad_dy(const float *dy, i64 ld, i64 lanes, i64 width, const conv_job *j, const conv_place *p,
                                 conv_walk *walk, float *copy) {
  walk->images = p->size.images;
  walk->rows = p->size.rows;
  walk->columns = p->size.columns;
  walk->dy_column = ld;
  walk->dy_row = j->w.out * ld;
  walk->dy_image = walk->rows * walk->dy_row;
  if (lanes == width) return dy;
  float *out = copy;
  for (i64 r = 0; r < p->size.images * p->size.rows; r++)
    for (i64 c = 0; c < p->size.columns; c++, out += width) {
      const float *in = dy + (r * j->w.out + c) * ld;
      conv_copy_run(out, in, lanes);
      for (i64 l = lanes; l < width; l++) out[l] = 0;
    }
  walk->dy_column = width;
  walk->dy_row = p->size.columns * width;
  walk->dy_image = walk->rows * walk->dy_row;
  return copy;
}

/* Gathers up to `limit` rows that follow one another in k, starting at row `*done` of *segment; returns how many. */
static i64 conv_take_rows(const conv_segment **segment, const conv_segment *end, i64 *done, i64 limit, int32_t *at) {
  i64 count = 0, next = (*segment)->k + *done;
  while (*segment < end && count < limit && (*segment)->k + *done == next) {
    for (; count < limit && *done < (*segment)->length; (*done)++, next++) at[count++] = (*segment)->x + (int32_t)*done;
    if (*done == (*segment)->length) { (*segment)++; *done = 0; }
  }
  for (i64 i = count; i < CONV_PIXELS; i++) at[i] = at[count - 1];
  return count;
}

/* Every row k of the listed segments × one panel. */
static void conv_grad_panel(const conv_strip *s, const conv_segment *segment, i64 segments, const float *dy,
                            const conv_walk *walk, i64 vectors, float *sums, i64 first) {
  int32_t at[CONV_PIXELS];
  const conv_segment *end = segment + segments;
  i64 total = 0, done = 0;
  for (const conv_segment *i = segment; i < end; i++) total += i->length;
  i64 size = conv_tile_size(total, CONV_PIXELS);
  while (segment < end) {
    float *out = sums + (segment->k + done) * vectors * LANES;
    i64 real = conv_take_rows(&segment, end, &done, size, at), near = 1;
    for (i64 i = 1; i < real; i++) near &= at[i] == at[0] + i;
    conv_outer_kernels[(real + 1) / 2 - 1][vectors - 1][near](s->data, at, real, dy, walk, out, first);
  }
}

/* One pass over one block: the task's units, those of one chunk of channels sharing a strip. */
static void conv_grad_pass(const conv_job *j, conv_place p, const float *image, const float *dy, conv_sums *sums,
                           conv_scratch *scratch) {
  i64 segments = 0, channel = -1;
  conv_strip s;
  for (i64 i = sums->u0; i < sums->u1; i++) {
    conv_unit u = conv_make_unit(j, i);
    if (u.group * j->in + u.channel != channel) {
      channel = u.group * j->in + u.channel;
      p.channel = u.channel;
      s = conv_make_strip(j, &p, u.channels, MIN(j->in, CONV_CHUNK), scratch->strip);
      s.channel = channel;
      conv_copy_strip(&s, j, p.size.images, image);
      segments = conv_list_segments(j, &p, &s, 0, 0, scratch->segments);
    }
    conv_walk walk = {.x_image = s.image_pitch, .x_row = conv_advance(&j->h) * s.row_pitch,
                      .x_column = conv_pixel_step(j, &s), .ahead_x = &sums->x, .ahead_dy = &sums->dy};
    const float *b = dy + u.group * j->out + u.t;
    b = conv_grad_dy(b, j->out * j->groups, u.lanes, u.width, j, &p, &walk, scratch->result);
    conv_grad_panel(&s, scratch->segments, segments, b, &walk, u.width / LANES,
                    sums->partial + (u.group * conv_packed_width(j) + u.t) * conv_depth(j), !sums->started);
  }
}

/* Looks ahead to the next block, if this task reads whole pixels of it; else it would fetch other tasks' channels. */
static void conv_grad_look_ahead(const conv_job *j, const conv_place *p, const float *dy, conv_sums *sums) {
  i64 width = j->w.source * j->in * j->groups, rows = p->size.images * p->size.rows, last = p->n + p->size.images - 1;
  i64 next = conv_origin(&j->h, p->o_h + p->size.rows) + conv_reach(&j->h, j->h.kernel - 1);
  i64 calls = (sums->u1 - sums->u0) * CEIL_DIV(MIN(j->in, CONV_CHUNK) * conv_taps(j), CONV_PIXELS) * rows;
  sums->x = sums->dy = (conv_ahead){0};
  if (!sums->is_whole) return;
  i64 source_rows = CEIL_DIV(rows * j->h.source, j->h.out), out = j->w.out * j->out * j->groups;
  sums->x = conv_make_ahead(j->source, j->batch, j->h.source, width, last, next, source_rows, calls);
  sums->dy = conv_make_ahead(dy, j->batch, j->h.out, out, last, p->o_h + p->size.rows, rows, calls);
}

/* All passes over one block. */
static void conv_grad_block(const conv_job *j, conv_place p, conv_block b, const float *dy, conv_sums *sums,
                            conv_scratch *scratch) {
  const float *image = j->source + p.n * j->h.source * j->w.source * j->in * j->groups;
  const float *corner = dy + ((p.n * j->h.out + p.o_h) * j->w.out + p.o_w) * j->out * j->groups;
  conv_grad_look_ahead(j, &p, dy, sums);
  for (p.tap_h = 0; p.tap_h < j->h.kernel; p.tap_h += b.taps_h)
    for (p.tap_w = 0; p.tap_w < j->w.kernel; p.tap_w += b.taps_w)
      for (p.channel = 0; p.channel < b.channels; p.channel += b.channels) {
        p.size.taps_h = MIN(b.taps_h, j->h.kernel - p.tap_h);
        p.size.taps_w = MIN(b.taps_w, j->w.kernel - p.tap_w);
        p.size.channels = b.channels;
        conv_grad_pass(j, p, image, corner, sums, scratch);
      }
  sums->started = 1;
}

/* The rows [r0, r1) of the images [n, n + images). */
static void conv_grad_images(const conv_job *j, const float *dy, i64 n, i64 images, i64 r0, i64 r1, conv_sums *sums,
                             conv_scratch *scratch) {
  conv_block b = conv_choose_block(j, images, r1 - r0, MIN(j->in, CONV_CHUNK), 2 * LANES);
  for (i64 end = n + images; n < end; n += b.images)
    for (i64 r = r0; r < r1; r += b.rows)
      for (i64 c = 0; c < j->w.out; c += b.columns) {
        conv_place p = {.n = n, .o_h = r, .o_w = c};
        p.size.images = MIN(b.images, end - n);
        p.size.rows = MIN(b.rows, r1 - r);
        p.size.columns = MIN(b.columns, j->w.out - c);
        conv_grad_block(j, p, b, dy, sums, scratch);
      }
}

/* Rows of images, counted through the batch: the next ones of [*from, to) that are whole images or part of one. */
typedef struct { i64 n, images, r0, r1; } conv_rows;

static conv_rows conv_take_images(const conv_job *j, i64 *from, i64 to) {
  i64 rows = j->h.out, n = *from / rows, first = *from % rows, whole = first ? 0 : (to - *from) / rows;
  i64 stop = MIN(to, (n + MAX(whole, 1)) * rows);
  *from = stop;
  return (conv_rows){n, MAX(whole, 1), first, whole ? rows : stop - n * rows};
}

/* The same sums by way of frequencies, as many units at a time as there is room for. */
static void conv_grad_add_spectral(const conv_job *j, const float *dy, i64 from, i64 to, const conv_sums *sums,
                                   conv_winograd_grad_scratch *scratch) {
  i64 most = CONV_GRAD_SUMS_LIMIT / 4 / conv_unit_floats(j), in_group = conv_units(j) / j->groups;
  for (i64 u = sums->u0, next; u < sums->u1; u = next) {
    i64 group = u / in_group, start = group * in_group;
    next = MIN(MIN(sums->u1, start + in_group), u + most);
    conv_spectral_sums part = {u - start, next - start, group, 0};
    for (i64 row = from; row < to;) {
      conv_rows r = conv_take_images(j, &row, to);
      conv_winograd_grad_images(j, dy, r.n, r.images, r.r0, r.r1, &part, scratch);
    }
    for (i64 i = u; i < next; i++) {
      conv_unit unit = conv_make_unit(j, i);
      conv_contract_sums(j, unit, scratch->sums + (i - u) * conv_unit_floats(j), sums->partial + unit.offset);
    }
  }
}

static void conv_grad_add_depthwise(const conv_job *j, const float *dy, i64 from, i64 to, const conv_sums *sums) {
  i64 unit = conv_taps(j) * LANES;
  conv_fill(sums->partial + sums->u0 * unit, (sums->u1 - sums->u0) * unit);
  while (from < to) {
    conv_rows r = conv_take_images(j, &from, to);
    for (i64 n = r.n; n < r.n + r.images; n++)
      conv_depthwise_grad_image(j, dy, n, r.r0, r.r1, sums->u0, sums->u1, sums->partial);
  }
}

/* Phase 0: one chunk of pixels into one range of its partial sums. */
static void conv_grad_add(const conv_job *j, const float *dy, i64 task, workspace ws) {
  conv_grad_cut cut = conv_make_grad_cut(j);
  i64 chunk = task / cut.splits, split = task % cut.splits, rows = j->h.out;
  conv_sums sums = {.u0 = cut.units * split / cut.splits, .u1 = cut.units * (split + 1) / cut.splits,
                    .is_whole = cut.splits == 1,
                    .partial = (float *)ws.shared + chunk * conv_grad_floats(j)};
  i64 unit = cut.by_image ? rows : 1, count = j->batch * rows / unit;
  i64 from = count * chunk / cut.chunks * unit, to = count * (chunk + 1) / cut.chunks * unit;
  if (conv_is_depthwise(j)) {
    conv_grad_add_depthwise(j, dy, from, to, &sums);
    return;
  }
  if (conv_is_winograd(j)) {
    conv_grad_add_spectral(j, dy, from, to, &sums, (conv_winograd_grad_scratch *)ws.local);
    return;
  }
  ((conv_scratch *)ws.local)->listed.pixels = -1;
  while (from < to) {
    conv_rows r = conv_take_images(j, &from, to);
    conv_grad_images(j, dy, r.n, r.images, r.r0, r.r1, &sums, (conv_scratch *)ws.local);
  }
}

/* -- phase 1: the chunks' sums, in order, put where the weights' strides say ---------------------------------------- */

INLINE i64 conv_grad_reduce_tasks(const conv_job *j, const conv_grad_cut *cut) {
  return MIN(cut->units, CEIL_DIV(conv_grad_floats(j) * MAX(cut->chunks, 1), 65536));
}

/* `count` rows of one or two vectors each, summed over the chunks; row i goes to dw + i · step, its lanes from `first` on
   `lane` apart. */
static void conv_grad_reduce(const float *partial, i64 pitch, i64 chunks, i64 count, i64 first, i64 lanes, float *dw,
                             i64 step, i64 lane) {
  i64 width = lanes > LANES ? 2 * LANES : LANES;
  float sum[2 * LANES];
  for (i64 i = 0; i < count; i++, partial += width, dw += step) {
    for (i64 v = 0; v < width; v += LANES) {
      vf total = {0};
      for (i64 c = 0; c < chunks; c++) total += load(partial + c * pitch + v);
      store(sum + v, total);
    }
    for (i64 l = first; l < lanes; l++) dw[l * lane] = sum[l];
  }
}

static void conv_grad_reduce_unit(const conv_job *j, float *dw, i64 chunks, i64 unit, const float *partial) {
  i64 pitch = conv_grad_floats(j), depth = conv_depth(j);
  if (conv_is_depthwise(j)) {
    i64 start = conv_chunk_start(j, unit);
    for (i64 h = 0; h < j->h.kernel; h++)
      conv_grad_reduce(partial + unit * LANES * depth + h * j->w.kernel * LANES, pitch, chunks, j->w.kernel,
                       unit * LANES - start, LANES, dw + start * j->group + h * j->tap_h, j->tap_w, j->group);
    return;
  }
  conv_unit u = conv_make_unit(j, unit);
  partial += u.offset;
  dw += u.group * j->group + u.t * j->lane + u.channel * j->channel;
  for (i64 h = 0; h < j->h.kernel; h++)
    for (i64 w = 0; w < j->w.kernel; w++, partial += u.channels * u.width)
      conv_grad_reduce(partial, pitch, chunks, u.channels, 0, u.lanes, dw + h * j->tap_h + w * j->tap_w, j->channel,
                       j->lane);
}

static i64 conv2d_weight_grad_tasks(const void *args, i64 phase) {
  conv_job j = conv_make_job(args, 0);
  conv_grad_cut cut = conv_make_grad_cut(&j);
  return phase == 0 ? cut.chunks * cut.splits : conv_grad_reduce_tasks(&j, &cut);
}

static void conv2d_weight_grad_run(const void *args, i64 phase, i64 task, workspace ws) {
  conv_job j = conv_make_job(args, 0);
  if (phase == 0) { conv_grad_add(&j, j.result, task, ws); return; }
  conv_grad_cut cut = conv_make_grad_cut(&j);
  i64 tasks = conv_grad_reduce_tasks(&j, &cut);
  float *dw = PTR(float, ((const conv_args *)args)->w);
  for (i64 u = cut.units * task / tasks; u < cut.units * (task + 1) / tasks; u++)
    conv_grad_reduce_unit(&j, dw, cut.chunks, u, (const float *)ws.shared);
}

static i64 conv2d_weight_grad_shared(const void *args) {
  conv_job j = conv_make_job(args, 0);
  return conv_make_grad_cut(&j).chunks * conv_grad_floats(&j) * (i64)sizeof(float);
}

static const kernel conv2d_weight_grad_kernel = {2, conv2d_weight_grad_tasks, conv2d_weight_grad_run,
                                                 conv2d_weight_grad_shared};
