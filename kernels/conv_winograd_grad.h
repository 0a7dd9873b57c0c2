/* The weight gradient by Winograd's minimal filtering, the transpose of conv_winograd.h: dw is the filter's transform,
   backward, of Σ over tiles (source frequencies) ⊗ (dy frequencies). Sums stay frequencies until the task's end. */
#pragma once
#include "conv_outer.h"
#include "conv_winograd.h"

/* The frequencies of two results are four, whatever the taps: which one meets frequency i of a source. */
#define CONV_PAIR_FREQUENCIES 4
static const int8_t conv_pair_frequency[CONV_FREQUENCIES] = {0, 1, 2, 3, 0, 1, 3};

/* Bytes of a block's strip, of one vertical frequency of its sources and of its dy, and of a task's sums. */
#define CONV_GRAD_SPECTRUM_LIMIT (384 << 10)
#define CONV_GRAD_PAIRS_LIMIT (384 << 10)
#define CONV_GRAD_SUMS_LIMIT (800 << 10)

#define CONV_GRAD_TILES 128 /* of a block: one frequency of a chunk and of a panel stay in the first-level cache */

typedef struct {
  conv_ahead x, dy;
  _Alignas(64) float strip[CONV_TILED_LIMIT / 4], spectrum[CONV_GRAD_SPECTRUM_LIMIT / 4];
  _Alignas(64) float pairs[CONV_GRAD_PAIRS_LIMIT / 4], sums[CONV_GRAD_SUMS_LIMIT / 4];
} conv_winograd_grad_scratch;
_Static_assert(sizeof(conv_winograd_grad_scratch) <= LOCAL_BYTES, "all fits");

INLINE i64 conv_pairs_pitch(const conv_spectrum *f) { return conv_spectrum_pitch(f->tiles * 2 * LANES); }
INLINE i64 conv_pairs_panel(const conv_spectrum *f) { return CONV_PAIR_FREQUENCIES * conv_pairs_pitch(f); }

static i64 conv_fits_winograd_grad(const conv_job *j, const conv_block *b, i64 most) {
  conv_spectrum f = conv_make_spectrum(j, b);
  i64 spectrum = f.frequencies * f.pitch * 4, pairs = conv_panels(j) * conv_pairs_panel(&f) * 4;
  return spectrum + pairs <= most && (f.tiles <= CONV_GRAD_TILES || most > CONV_SPECTRUM_TARGET) && spectrum <= CONV_GRAD_SPECTRUM_LIMIT && pairs <= CONV_GRAD_PAIRS_LIMIT &&
         conv_tiled_bytes(j, b) <= CONV_TILED_LIMIT;
}

/* -- dy to frequencies ------------------------------------------------------------------------------------------------- */

/* Vertical frequency i of a pair of lines. */
INLINE vf conv_mix_pair(const int i, vf first, vf second) {
  if (i == 0) return first;
  if (i == 3) return second;
  return i == 1 ? first + second : first - second;
}

/* Vertical frequency i of one tile's dy, pixels `right` and `below` apart, and its horizontal ones. */
INLINE void conv_expand_pair(const int i, const float *dy, i64 below, i64 right, float *out, i64 pitch) {
  vf a = conv_mix_pair(i, load(dy), load(dy + below)), b = conv_mix_pair(i, load(dy + right), load(dy + below + right));
  store(out, a), store(out + pitch, a + b);
  store(out + 2 * pitch, a - b), store(out + 3 * pitch, b);
}

/* The same of a tile that lies partly outside, or is short of lanes. */
static void conv_copy_pair(const float *dy, i64 below, i64 right, i64 rows, i64 columns, i64 lanes, float *part) {
  for (i64 k = 0; k < 4 * LANES; k++) part[k] = 0;
  for (i64 r = 0; r < rows; r++)
    for (i64 k = 0; k < columns; k++) conv_copy_run(part + (r * 2 + k) * LANES, dy + r * below + k * right, lanes);
}

/* A row of tiles, one panel of up to `lanes`: `columns` pixels `ld` floats apart; below, where there is a row, `row` on. */
INLINE void conv_expand_pair_row(const int i, const float *dy, i64 row, i64 ld, i64 rows, i64 columns, i64 lanes, i64 width,
                                 float *out, i64 pitch) {
  for (; columns > 0; columns -= 2, dy += 2 * ld, out += width)
    for (i64 l = 0; l < width; l += LANES) {
      if (rows == 2 && columns >= 2 && lanes - l >= LANES) {
        conv_expand_pair(i, dy + l, row, ld, out + l, pitch);
        continue;
      }
      float part[4 * LANES];
      conv_copy_pair(dy + l, row, ld, rows, MIN(2, columns), MIN(LANES, lanes - l), part);
      conv_expand_pair(i, part, 2 * LANES, LANES, out + l, pitch);
    }
}

typedef void conv_expand_pair_kernel(const float *, i64, i64, i64, i64, i64, i64, float *, i64);
#define CONV_EXPAND_PAIR_KERNEL(i) \
  static void conv_expand_pair_##i(const float *dy, i64 row, i64 ld, i64 rows, i64 columns, i64 lanes, i64 width, \
                                   float *out, i64 pitch) { \
    conv_expand_pair_row(i, dy, row, ld, rows, columns, lanes, width, out, pitch); \
  }
CONV_EXPAND_PAIR_KERNEL(0)
CONV_EXPAND_PAIR_KERNEL(1)
CONV_EXPAND_PAIR_KERNEL(2)
CONV_EXPAND_PAIR_KERNEL(3)
static conv_expand_pair_kernel *const conv_expand_pair_kernels[] = {conv_expand_pair_0, conv_expand_pair_1,
                                                                    conv_expand_pair_2, conv_expand_pair_3};

/* Vertical frequency i of one panel over the block at dy. */
static void conv_expand_pairs(const conv_job *j, const conv_spectrum *f, const conv_block *b, i64 i, const float *dy, i64 lanes,
                              i64 width, float *out) {
  i64 ld = j->out * j->groups, row = j->w.out * ld;
  for (i64 n = 0; n < b->images; n++, dy += j->h.out * row)
    for (i64 r = 0; r < b->rows; r += 2, out += f->columns * width)
      conv_expand_pair_kernels[i](dy + r * row, row, ld, MIN(2, b->rows - r), b->columns, lanes, width, out,
                                  conv_pairs_pitch(f));
}

/* -- one block ------------------------------------------------------------------------------------------------------------ */

/* The units [u0, u1), all of one group, whose sums one walk over the pixels adds up: [unit][frequency][channel][lane]. */
typedef struct { i64 u0, u1, group, started; } conv_spectral_sums;

INLINE i64 conv_unit_floats(const conv_job *j) { return conv_spectrum_size(j) * CONV_CHUNK * 2 * LANES; }

/* Every channel of one unit × its panel, one frequency. */
static void conv_add_outer(const conv_spectrum *f, conv_unit u, const float *spectrum, const float *pairs,
                           conv_winograd_grad_scratch *scratch, float *sums, i64 first) {
  conv_walk walk = {.images = 1, .rows = 1, .columns = f->tiles, .x_column = CONV_CHUNK, .dy_column = u.width,
                    .ahead_x = &scratch->x, .ahead_dy = &scratch->dy};
  i64 size = conv_tile_size(u.channels, CONV_PIXELS), vectors = u.width / LANES;
  for (i64 c = 0; c < u.channels; c += size) {
    i64 real = MIN(size, u.channels - c);
    int32_t at = (int32_t)c;
    conv_outer_kernels[(real + 1) / 2 - 1][vectors - 1][1](spectrum, &at, real, pairs, &walk, sums + c * u.width, first);
  }
}

/* Vertical frequency i of the sources, whose dy is at hand, into every unit's sums. */
static void conv_add_frequencies(const conv_job *j, const conv_spectrum *f, const conv_spectral_sums *sums, i64 i,
                                 conv_winograd_grad_scratch *scratch) {
  i64 panels = conv_panels(j), first_chunk = sums->u0 / panels;
  for (i64 u = sums->u0; u < sums->u1; u++) {
    conv_unit unit = conv_make_unit(j, sums->group * panels * f->chunks + u);
    for (i64 k = 0; k < f->frequencies; k++)
      conv_add_outer(f, unit, scratch->spectrum + k * f->pitch + (u / panels - first_chunk) * f->chunk_pitch,
                     scratch->pairs + u % panels * conv_pairs_panel(f) + conv_pair_frequency[k] * conv_pairs_pitch(f), scratch,
                     scratch->sums + (u - sums->u0) * conv_unit_floats(j) +
                         (i * f->frequencies + k) * CONV_CHUNK * unit.width,
                     !sums->started);
  }
}

/* Looks ahead to the next block in the batch. */
static void conv_look_ahead_of_tiles(const conv_job *j, const conv_place *p, const float *dy, const conv_spectral_sums *sums,
                                     conv_winograd_grad_scratch *scratch) {
  i64 calls = conv_spectrum_size(j) * (sums->u1 - sums->u0) * CEIL_DIV(CONV_CHUNK, CONV_PIXELS);
  i64 rows = p->size.images * p->size.rows, last = p->n + p->size.images - 1, below = p->o_h + p->size.rows;
  scratch->x = conv_make_ahead(j->source, j->batch, j->h.source, j->w.source * j->in * j->groups, last,
                               conv_origin(&j->h, below) + j->h.kernel - 1, rows, calls);
  scratch->dy = conv_make_ahead(dy, j->batch, j->h.out, j->w.out * j->out * j->groups, last, below, rows, calls);
}

static void conv_winograd_grad_block(const conv_job *j, const conv_place *p, const float *dy, conv_spectral_sums *sums,
                                     conv_winograd_grad_scratch *scratch) {
  conv_spectrum f = conv_make_spectrum(j, &p->size);
  i64 panels = conv_panels(j), c0 = sums->u0 / panels, c1 = CEIL_DIV(sums->u1, panels);
  i64 t0 = c1 - c0 > 1 ? 0 : sums->u0 % panels, t1 = c1 - c0 > 1 ? panels : (sums->u1 - 1) % panels + 1;
  conv_look_ahead_of_tiles(j, p, dy, sums, scratch);
  conv_strip s = conv_make_tiled_strip(j, p, MIN(j->in, c1 * CONV_CHUNK) - c0 * CONV_CHUNK, scratch->strip);
  s.channel = sums->group * j->in + c0 * CONV_CHUNK;
  conv_copy_strip(&s, j, p->size.images, j->source + p->n * j->h.source * j->w.source * j->in * j->groups);
  dy += ((p->n * j->h.out + p->o_h) * j->w.out + p->o_w) * j->out * j->groups + sums->group * j->out;
  for (i64 pair = 0; pair < CONV_PAIR_FREQUENCIES; pair++) {
    for (i64 t = t0; t < t1; t++) {
      i64 lanes = MIN(2 * LANES, j->out - t * 2 * LANES);
      conv_expand_pairs(j, &f, &p->size, pair, dy + t * 2 * LANES, lanes, lanes > LANES ? 2 * LANES : LANES,
                        scratch->pairs + t * conv_pairs_panel(&f));
    }
    for (i64 i = 0; i < f.frequencies; i++) {
      if (conv_pair_frequency[i] != pair) continue;
      conv_expand_strip(&f, &s, p->size.images, i, c0, c1, scratch->spectrum);
      conv_add_frequencies(j, &f, sums, i, scratch);
    }
  }
  sums->started = 1;
}

/* -- sums back to taps ----------------------------------------------------------------------------------------------------- */

/* The transpose of conv_expand_filter: five taps' or three's share of the frequencies, `step` apart on both sides. */
INLINE void conv_contract_filter(i64 taps, const vf *f, i64 step, vf *w) {
  vf sum = (f[step] + f[2 * step]) * 0.5f;
  w[0] = f[0] + sum, w[step] = (f[step] - f[2 * step]) * 0.5f, w[2 * step] = sum + f[3 * step];
  if (taps == 5) w[3 * step] = f[4 * step] + f[5 * step], w[4 * step] = f[5 * step] + f[6 * step];
}

/* One unit's sums into its partial weight gradient, [tap][channel][lane]. */
static void conv_contract_sums(const conv_job *j, conv_unit u, const float *sums, float *partial) {
  i64 taps = j->h.kernel, frequencies = conv_frequencies(j);
  vf f[CONV_FREQUENCIES * CONV_FREQUENCIES], half[CONV_FREQUENCIES * CONV_FREQUENCIES], w[CONV_FREQUENCIES * CONV_FREQUENCIES];
  for (i64 at = 0; at < u.channels * u.width; at += LANES) {
    for (i64 k = 0; k < frequencies * frequencies; k++) f[k] = load(sums + k * CONV_CHUNK * u.width + at);
    for (i64 k = 0; k < frequencies; k++) conv_contract_filter(taps, f + k, frequencies, half + k);
    for (i64 h = 0; h < taps; h++) {
      conv_contract_filter(taps, half + h * frequencies, 1, w);
      for (i64 k = 0; k < taps; k++) store(partial + (h * taps + k) * u.channels * u.width + at, w[k]);
    }
  }
}

/* -- one task ---------------------------------------------------------------------------------------------------------------- */

/* The rows [r0, r1) of the images [n, n + images). */
static void conv_winograd_grad_images(const conv_job *j, const float *dy, i64 n, i64 images, i64 r0, i64 r1,
                                      conv_spectral_sums *sums, conv_winograd_grad_scratch *scratch) {
  conv_block b = conv_choose_tiles(j, images, r1 - r0, conv_fits_winograd_grad);
  for (i64 end = n + images; n < end; n += b.images)
    for (i64 r = r0; r < r1; r += b.rows)
      for (i64 c = 0; c < j->w.out; c += b.columns) {
        conv_place p = {.n = n, .o_h = r, .o_w = c, .size = b};
        p.size.images = MIN(b.images, end - n);
        p.size.rows = MIN(b.rows, r1 - r);
        p.size.columns = MIN(b.columns, j->w.out - c);
        conv_winograd_grad_block(j, &p, dy, sums, scratch);
      }
}
