/* 2-D convolution, its input gradient and its weight gradient, channels last, without im2col.
   Forward and input gradient are one routine over conv_geometry.h; knows nothing of the graph or of threads. */
#include "conv_geometry.h"
#include "conv_strip.h"
#include "conv_tile.h"
#include "conv_depthwise.h"
#include "conv_narrow.h"
#include "conv_winograd.h"
#include "conv_weight_grad.h"

/* -- packing the weights -------------------------------------------------------------------------------------------- */

INLINE i64 conv_pack_tasks(const conv_job *j) {
  return MIN(conv_units(j), CEIL_DIV(j->groups * conv_packed_width(j) * conv_depth(j), 16384));
}

/* Reads run along the lanes' rows of w, which stay in the first-level cache. */
static void conv_pack_unit(const conv_job *j, conv_unit u, float *out) {
  const float *w = j->weight + u.group * j->group + u.t * j->lane + u.channel * j->channel;
  for (i64 h = 0; h < j->h.kernel; h++)
    for (i64 v = 0; v < j->w.kernel; v++) {
      const float *in = w + conv_kernel_index(&j->h, h) * j->tap_h + conv_kernel_index(&j->w, v) * j->tap_w;
      for (i64 c = 0; c < u.channels; c++, in += j->channel, out += u.width) {
        for (i64 l = 0; l < u.lanes; l++) out[l] = in[l * j->lane];
        for (i64 l = u.lanes; l < u.width; l++) out[l] = 0;
      }
    }
}

static void conv_pack(const conv_job *j, i64 task, float *packed) {
  i64 units = conv_units(j), tasks = conv_pack_tasks(j);
  for (i64 i = units * task / tasks; i < units * (task + 1) / tasks; i++) {
    conv_unit u = conv_make_unit(j, i);
    if (conv_is_winograd(j)) conv_pack_spectrum(j, u, packed);
    else conv_pack_unit(j, u, packed + u.offset);
  }
}

/* -- one block ------------------------------------------------------------------------------------------------------ */

/* All pixels of one class × all channels of one group; a panel of weights stays in cache over the pixels. */
static void conv_class(const conv_job *j, const conv_place *p, const conv_strip *s, i64 group, i64 pixels, i64 segments,
                       const float *packed, conv_scratch *scratch) {
  float tile[CONV_PIXELS * 2 * LANES];
  i64 depth = conv_depth(j), step = conv_classes(&j->w);
  i64 panels = conv_panels(j), first = MAX(p->u0 - group * panels, 0), stop = MIN(p->u1 - group * panels, panels);
  for (i64 t = first * 2 * LANES; t < MIN(stop * 2 * LANES, j->out); t += 2 * LANES) {
    i64 lanes = MIN(j->out - t, 2 * LANES), vectors = lanes > LANES ? 2 : 1, size = conv_tile_size(pixels, CONV_PIXELS);
    const float *w = packed + (group * conv_packed_width(j) + t) * depth;
    float *out = p->out + group * j->out + t;
    for (i64 i = 0; i < pixels; i += size) {
      conv_look_ahead(&scratch->ahead);
      i64 real = MIN(size, pixels - i), count = real + (real & 1);
      const int32_t *at = scratch->at + i, *to = scratch->to + i;
      i64 is_row = at[real - 1] - at[0] == s->pixel * (real - 1);
      i64 where = is_row && s->pixel == CONV_CHUNK ? 1 : is_row && s->pixel == 1 ? 2 : 0;
      conv_tile_kernel *kernel = conv_tile_kernels[count / 2 - 1][vectors - 1][where];
      if (p->first_pass && real == count && lanes == vectors * LANES && conv_is_even(to, real, step)) {
        kernel(s->data, at, scratch->segments, segments, w, out + to[0] * p->ld, step * p->ld);
      } else {
        kernel(s->data, at, scratch->segments, segments, w, tile, vectors * LANES);
        conv_scatter(tile, vectors * LANES, p, to, real, lanes, out);
      }
    }
  }
}

static void conv_pass(const conv_job *j, const conv_place *p, const float *image, const float *packed,
                      conv_scratch *scratch) {
  i64 is_narrow = conv_is_narrow(j), pixel = is_narrow ? LANES : MIN(j->in, CONV_CHUNK);
  for (i64 group = p->u0 / conv_panels(j); group * conv_panels(j) < p->u1; group++) {
    conv_strip s = conv_make_strip(j, p, p->size.channels, pixel, scratch->strip);
    s.channel = group * j->in + p->channel;
    s.is_lanewise = is_narrow;
    conv_copy_strip(&s, j, p->size.images, image);
    for (i64 h = 0; h < conv_classes(&j->h); h++)
      for (i64 w = 0; w < conv_classes(&j->w); w++) {
        const conv_listed *l = conv_list(j, p, &s, h, w, scratch);
        if (l->pixels == 0) continue;
        if (is_narrow) conv_narrow_class(j, p, &s, group, l->pixels, l->segments, packed, scratch);
        else conv_class(j, p, &s, group, l->pixels, l->segments, packed, scratch);
      }
  }
}

/* Where panel `unit`, counted over all groups, starts among the result's channels. */
INLINE i64 conv_unit_column(const conv_job *j, i64 unit) {
  i64 panels = conv_panels(j);
  return unit / panels * j->out + MIN(unit % panels * 2 * LANES, j->out);
}

static void conv_apply_epilogue(const conv_job *j, const conv_place *p, const map_block *m, i64 first, workspace ws) {
  i64 from = 0, to = p->ld, pixels = p->size.images * p->size.rows * p->size.columns;
  if (!conv_is_depthwise(j)) from = conv_unit_column(j, p->u0), to = conv_unit_column(j, p->u1);
  workspace rest = {ws.shared, ws.local + sizeof(conv_scratch)};
  if (p->size.columns == j->w.out) {
    epilogue(m, p->out + from, p->ld, first, pixels, from, to - from, rest);
    return;
  }
  for (i64 r = 0; r < p->size.rows; r++) {
    const float *row = p->out + r * p->pitch * p->ld;
    epilogue(m, row + from, p->ld, first + r * j->w.out, p->size.columns, from, to - from, rest);
  }
}

/* Says where the block's results go, without a result address into `scratch`; returns the index of its first pixel. */
static i64 conv_place_result(const conv_job *j, conv_place *p, float *scratch) {
  i64 first = (p->n * j->h.out + p->o_h) * j->w.out + p->o_w;
  p->ld = j->out * j->groups;
  p->out = j->result ? j->result + first * p->ld : scratch;
  p->pitch = j->result ? j->w.out : p->size.columns;
  return first;
}

/* What the block after this one will read, in about `calls` calls. */
static conv_ahead conv_next_block(const conv_job *j, const conv_place *p, i64 calls) {
  i64 next = conv_origin(&j->h, p->o_h + p->size.rows) + conv_reach(&j->h, j->h.kernel - 1);
  return conv_make_ahead(j->source, j->batch, j->h.source, j->w.source * j->in * j->groups, p->n + p->size.images - 1, next,
                         CEIL_DIV(p->size.images * p->size.rows * j->h.source, j->h.out), calls);
}

static const float *conv_source_image(const conv_job *j, i64 n) {
  return j->source + n * j->h.source * j->w.source * j->in * j->groups;
}

/* Every pass over one block. */
static void conv_run_passes(const conv_job *j, conv_place p, conv_block b, const float *packed, conv_scratch *scratch) {
  i64 calls = CEIL_DIV(p.size.images * p.size.rows * p.size.columns, CONV_PIXELS) * conv_tile_columns(j);
  scratch->ahead = conv_next_block(j, &p, calls);
  const float *image = conv_source_image(j, p.n);
  for (p.tap_h = 0; p.tap_h < j->h.kernel; p.tap_h += b.taps_h)
    for (p.tap_w = 0; p.tap_w < j->w.kernel; p.tap_w += b.taps_w)
      for (p.channel = 0; p.channel < j->in; p.channel += b.channels) {
        p.size.taps_h = MIN(b.taps_h, j->h.kernel - p.tap_h);
        p.size.taps_w = MIN(b.taps_w, j->w.kernel - p.tap_w);
        p.size.channels = MIN(b.channels, j->in - p.channel);
        p.first_pass = p.tap_h == 0 && p.tap_w == 0 && p.channel == 0;
        conv_pass(j, &p, image, packed, scratch);
      }
}

/* One block, then its epilogue. */
static void conv_run_block(const conv_job *j, conv_place p, conv_block b, const map_block *m, const float *packed,
                           workspace ws) {
  conv_scratch *scratch = (conv_scratch *)ws.local;
  conv_winograd_scratch *spectral = (conv_winograd_scratch *)ws.local;
  i64 is_winograd = conv_is_winograd(j), first = conv_place_result(j, &p, is_winograd ? spectral->result : scratch->result);
  p.size.taps_h = j->h.kernel, p.size.taps_w = j->w.kernel;
  if (conv_is_depthwise(j)) conv_depthwise_block(j, &p, packed);
  else if (is_winograd) {
    spectral->ahead = conv_next_block(j, &p, conv_spectrum_size(j) * conv_tile_columns(j));
    conv_winograd_pass(j, &p, conv_source_image(j, p.n), packed, spectral);
  } else conv_run_passes(j, p, b, packed, scratch);
  if (m->outputs > 0) conv_apply_epilogue(j, &p, m, first, ws);
}

static void conv_run(const conv_job *j, const map_block *m, i64 task, workspace ws) {
  i64 is_winograd = conv_is_winograd(j);
  conv_share share = conv_task_share(j, conv_make_cut(j), task, is_winograd ? 2 : 1);
  i64 images = share.n1 - share.n0, rows = share.r1 - share.r0;
  conv_block b = is_winograd            ? conv_choose_tiles(j, images, rows, conv_fits_winograd)
                 : conv_is_depthwise(j) ? conv_choose_depthwise_block(j, rows)
                                        : conv_choose_block(j, images, rows, j->in, j->out * j->groups);
  if (!is_winograd) ((conv_scratch *)ws.local)->listed.pixels = -1;
  for (i64 n = share.n0; n < share.n1; n += b.images)
    for (i64 r = share.r0; r < share.r1; r += b.rows)
      for (i64 c = 0; c < j->w.out; c += b.columns) {
        conv_place p = {.n = n, .o_h = r, .o_w = c, .u0 = share.u0, .u1 = share.u1};
        p.size.images = MIN(b.images, share.n1 - n);
        p.size.rows = MIN(b.rows, share.r1 - r);
        p.size.columns = MIN(b.columns, j->w.out - c);
        conv_run_block(j, p, b, m, (const float *)ws.shared, ws);
      }
}

/* -- the kernels: phase 0 packs the weights, phase 1 computes ------------------------------------------------------- */

static i64 conv_tasks(const conv_job *j, i64 phase) {
  i64 tasks = conv_make_cut(j).tasks;
  if (phase == 1 || tasks == 0) return tasks;
  return conv_is_depthwise(j) || conv_is_narrow(j) ? 1 : conv_pack_tasks(j);
}

static i64 conv_shared(const conv_job *j) {
  i64 floats = conv_is_depthwise(j)  ? conv_depthwise_width(j) * conv_taps(j)
               : conv_is_narrow(j)   ? j->groups * j->out * conv_narrow_depth(j)
               : conv_is_winograd(j) ? j->groups * conv_packed_width(j) * j->in * conv_spectrum_size(j)
                                     : j->groups * conv_packed_width(j) * conv_depth(j);
  return floats * (i64)sizeof(float);
}

static void conv_phase(const conv_job *j, const map_block *m, i64 phase, i64 task, workspace ws) {
  if (phase == 1) conv_run(j, m, task, ws);
  else if (conv_is_depthwise(j)) conv_pack_depthwise(j, (float *)ws.shared);
  else if (conv_is_narrow(j)) conv_pack_narrow(j, (float *)ws.shared);
  else conv_pack(j, task, (float *)ws.shared);
}

#define CONV_KERNEL(name, backward) \
  static i64 name##_tasks(const void *args, i64 phase) { \
    conv_job j = conv_make_job(args, backward); \
    return conv_tasks(&j, phase); \
  } \
  static void name##_run(const void *args, i64 phase, i64 task, workspace ws) { \
    conv_job j = conv_make_job(args, backward); \
    conv_phase(&j, (const map_block *)((const conv_args *)args + 1), phase, task, ws); \
  } \
  static i64 name##_shared(const void *args) { \
    conv_job j = conv_make_job(args, backward); \
    return conv_shared(&j); \
  } \
  static const kernel name##_kernel = {2, name##_tasks, name##_run, name##_shared};

CONV_KERNEL(conv2d, 0)
CONV_KERNEL(conv2d_input_grad, 1)
