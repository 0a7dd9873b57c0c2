/* Winograd's minimal filtering: dense 3×3 and 5×5 convolutions of stride 1 in 16 and 49 multiplications for four results
   instead of 36 and 100. A filter's axis is cut into pieces of 3 and 2 taps, F(2, 3) and F(2, 2), whose transforms only
   add: the rounding error is below that of the plain sum. A tile is 2 × 2 results; knows nothing of tasks. */
#pragma once
#include "conv_narrow.h"

#define CONV_FREQUENCIES 7 /* of one axis, at most */

INLINE i64 conv_frequencies(const conv_job *j) { return j->h.kernel == 3 ? 4 : 7; }
INLINE i64 conv_spectrum_size(const conv_job *j) { return conv_frequencies(j) * conv_frequencies(j); }

/* What the loops cost, in multiply-adds of a vector, for each vector and frequency: transforming a source pixel's
   channels, transforming results back, transforming a weight. */
#define CONV_EXPAND_COST 4
#define CONV_CONTRACT_COST 5
#define CONV_FILTER_COST 60
#define CONV_SPECTRUM_CHANNELS 256 /* beyond, too few tiles fit the caches beside each other */

/* Whether fewer multiplications are worth the transforms. */
static i64 conv_is_winograd(const conv_job *j) {
  i64 taps = j->h.kernel, is_plain = j->h.stride == 1 && j->w.stride == 1 && j->h.dilation == 1 && j->w.dilation == 1;
  if (!is_plain || taps != j->w.kernel || (taps != 3 && taps != 5)) return 0;
  if (j->in < LANES || j->in > CONV_SPECTRUM_CHANNELS || j->out > 2 * CONV_SPECTRUM_CHANNELS || conv_is_narrow(j)) return 0;
  double tiles = (double)(CEIL_DIV(j->h.out, 2) * CEIL_DIV(j->w.out, 2)), size = (double)conv_spectrum_size(j);
  double in = (double)j->in, inputs = (double)(CEIL_DIV(j->in, CONV_CHUNK) * CONV_CHUNK / LANES);
  double outputs = (double)(conv_packed_width(j) / LANES), pixels = (double)(j->h.out * j->w.out);
  double each = in * outputs + CONV_EXPAND_COST * inputs + CONV_CONTRACT_COST * outputs;
  double spectral = size * (tiles * each + CONV_FILTER_COST * in * outputs / (double)MAX(j->batch, 1));
  return 1.1 * spectral < pixels * (double)conv_taps(j) * in * outputs;
}

/* -- the transforms of one axis --------------------------------------------------------------------------------------- */

/* Frequency i of a line of source values is x[first] + sign · x[second]. */
typedef struct { int8_t first, second, sign; } conv_mix;
static const conv_mix conv_mixes[CONV_FREQUENCIES] = {{0, 2, -1}, {1, 2, 1}, {2, 1, -1}, {3, 1, -1},
                                                      {3, 4, -1}, {4, 4, 0}, {5, 4, -1}};

INLINE void conv_expand(const int taps, const vf *x, vf *f) {
  f[0] = x[0] - x[2], f[1] = x[1] + x[2], f[2] = x[2] - x[1], f[3] = x[3] - x[1];
  if (taps == 5) f[4] = x[3] - x[4], f[5] = x[4], f[6] = x[5] - x[4];
}

INLINE void conv_expand_filter(i64 taps, const vf *w, i64 step, vf *f) {
  vf outer = (w[0] + w[2 * step]) * 0.5f, middle = w[step] * 0.5f;
  f[0] = w[0], f[1] = outer + middle, f[2] = outer - middle, f[3] = w[2 * step];
  if (taps == 5) f[4] = w[3 * step], f[5] = w[3 * step] + w[4 * step], f[6] = w[4 * step];
}

/* How frequency i counts in the first and in the second of two results. */
static const int8_t conv_first[CONV_FREQUENCIES] = {1, 1, 1, 0, 1, 1, 0};
static const int8_t conv_second[CONV_FREQUENCIES] = {0, 1, -1, 1, 0, 1, 1};

INLINE void conv_add_frequency(const int i, vf f, vf *first, vf *second) {
  if (conv_first[i]) *first += f;
  if (conv_second[i] > 0) *second += f;
  if (conv_second[i] < 0) *second -= f;
}

/* -- the layout: [frequency][chunk][tile][channel] for sources, [frequency][tile][lane] for results -------------------- */

/* The tiles of one block: `rows` × `columns` of each image. A pitch is from one frequency to the next, an odd number of
   cache lines, for even ones would compete for few places in the cache. */
typedef struct { i64 taps, frequencies, rows, columns, tiles, chunks, chunk_pitch, pitch; } conv_spectrum;

INLINE i64 conv_spectrum_pitch(i64 floats) { return (CEIL_DIV(floats, 16) | 1) * 16; }

static conv_spectrum conv_make_spectrum(const conv_job *j, const conv_block *b) {
  conv_spectrum s = {.taps = j->h.kernel, .frequencies = conv_frequencies(j), .rows = CEIL_DIV(b->rows, 2),
                     .columns = CEIL_DIV(b->columns, 2), .chunks = CEIL_DIV(j->in, CONV_CHUNK)};
  s.tiles = b->images * s.rows * s.columns;
  s.chunk_pitch = s.tiles * CONV_CHUNK;
  s.pitch = conv_spectrum_pitch(s.chunks * s.chunk_pitch + CONV_CHUNK); /* a tile of the product may read one more */
  return s;
}

/* The strip of whole tiles: one row and column more where the block's are odd. */
static conv_strip conv_make_tiled_strip(const conv_job *j, const conv_place *p, i64 channels, float *data) {
  conv_place whole = *p;
  whole.size.rows += p->size.rows & 1;
  whole.size.columns += p->size.columns & 1;
  return conv_make_strip(j, &whole, channels, CONV_CHUNK, data);
}

/* -- source to frequencies ------------------------------------------------------------------------------------------------ */

INLINE vf conv_mixed(const int sign, const float *a, const float *b) {
  if (sign == 0) return load(a);
  return sign > 0 ? load(a) + load(b) : load(a) - load(b);
}

/* A row of tiles, one chunk: two lines of the strip, mixed, then every frequency along them. */
INLINE void conv_expand_row(const int taps, const int sign, const float *first, const float *second, i64 tiles, float *out,
                            i64 pitch) {
  const int frequencies = taps == 3 ? 4 : 7;
  for (i64 c = 0; c < CONV_CHUNK; c += LANES) {
    const float *a = first + c, *b = second + c;
    float *to = out + c;
    vf x[6], f[CONV_FREQUENCIES];
#pragma GCC unroll 4
    for (int k = 0; k < taps - 1; k++) x[k + 2] = conv_mixed(sign, a + k * CONV_CHUNK, b + k * CONV_CHUNK);
    for (i64 t = 0; t < tiles; t++, a += 2 * CONV_CHUNK, b += 2 * CONV_CHUNK, to += CONV_CHUNK) {
#pragma GCC unroll 4
      for (int k = 0; k < taps - 1; k++) x[k] = x[k + 2];
      x[taps - 1] = conv_mixed(sign, a + (taps - 1) * CONV_CHUNK, b + (taps - 1) * CONV_CHUNK);
      x[taps] = conv_mixed(sign, a + taps * CONV_CHUNK, b + taps * CONV_CHUNK);
      conv_expand(taps, x, f);
#pragma GCC unroll 8
      for (int i = 0; i < frequencies; i++) store(to + i * pitch, f[i]);
    }
  }
}

typedef void conv_expand_kernel(const float *, const float *, i64, float *, i64);
#define CONV_EXPAND_KERNEL(name, taps, sign) \
  static void name(const float *first, const float *second, i64 tiles, float *out, i64 pitch) { \
    conv_expand_row(taps, sign, first, second, tiles, out, pitch); \
  }
CONV_EXPAND_KERNEL(conv_expand_3_minus, 3, -1)
CONV_EXPAND_KERNEL(conv_expand_3_plus, 3, 1)
CONV_EXPAND_KERNEL(conv_expand_5_minus, 5, -1)
CONV_EXPAND_KERNEL(conv_expand_5_alone, 5, 0)
CONV_EXPAND_KERNEL(conv_expand_5_plus, 5, 1)
/* [taps = 5][sign + 1] */
static conv_expand_kernel *const conv_expand_kernels[2][3] = {
    {conv_expand_3_minus, 0, conv_expand_3_plus}, {conv_expand_5_minus, conv_expand_5_alone, conv_expand_5_plus}};

/* Vertical frequency i of the chunks [c0, c1) of a strip; `out` is where its first horizontal one starts. */
static void conv_expand_strip(const conv_spectrum *f, const conv_strip *s, i64 images, i64 i, i64 c0, i64 c1, float *out) {
  conv_mix mix = conv_mixes[i];
  conv_expand_kernel *kernel = conv_expand_kernels[f->taps == 5][mix.sign + 1];
  for (i64 c = c0; c < c1; c++, out += f->chunk_pitch) {
    float *to = out;
    for (i64 n = 0; n < images; n++)
      for (i64 r = 0; r < f->rows; r++, to += f->columns * CONV_CHUNK) {
        const float *top = s->data + n * s->image_pitch + 2 * r * s->row_pitch + (c - c0) * s->chunk_pitch;
        kernel(top + mix.first * s->row_pitch, top + mix.second * s->row_pitch, f->columns, to, f->pitch);
      }
  }
}

/* -- weights to frequencies: [group][panel][frequency][source channel][lane] ---------------------------------------------- */

/* One source channel × one panel: `w` [tap][lane] becomes frequencies, `step` floats apart. */
static void conv_expand_weight(i64 taps, i64 frequencies, const float *w, i64 width, float *out, i64 step) {
  for (i64 l = 0; l < width; l += LANES) {
    vf line[5 * 5], half[5 * CONV_FREQUENCIES], f[CONV_FREQUENCIES];
    for (i64 k = 0; k < taps * taps; k++) line[k] = load(w + k * width + l);
    for (i64 h = 0; h < taps; h++) conv_expand_filter(taps, line + h * taps, 1, half + h * frequencies);
    for (i64 k = 0; k < frequencies; k++) {
      conv_expand_filter(taps, half + k, frequencies, f);
      for (i64 i = 0; i < frequencies; i++) store(out + (i * frequencies + k) * step + l, f[i]);
    }
  }
}

static void conv_pack_spectrum(const conv_job *j, conv_unit u, float *packed) {
  const float *w = j->weight + u.group * j->group + u.t * j->lane + u.channel * j->channel;
  float line[5 * 5 * 2 * LANES], *out = packed + (u.group * conv_packed_width(j) + u.t) * j->in * conv_spectrum_size(j);
  for (i64 c = u.channel; c < u.channel + u.channels; c++, w += j->channel) {
    float *to = line;
    for (i64 h = 0; h < j->h.kernel; h++)
      for (i64 v = 0; v < j->w.kernel; v++, to += u.width) {
        const float *in = w + conv_kernel_index(&j->h, h) * j->tap_h + conv_kernel_index(&j->w, v) * j->tap_w;
        for (i64 l = 0; l < u.width; l++) to[l] = l < u.lanes ? in[l * j->lane] : 0;
      }
    conv_expand_weight(j->h.kernel, conv_frequencies(j), line, u.width, out + c * u.width, j->in * u.width);
  }
}

/* -- products, and frequencies back to results ------------------------------------------------------------------------- */

/* Products lie [tile][frequency][lane], tiles an odd number of cache lines apart. */
INLINE i64 conv_product_pitch(i64 frequencies, i64 width) { return conv_spectrum_pitch(frequencies * frequencies * width); }

/* One tile, one vector of lanes: y[row · 2 + column] from the products at m. */
INLINE void conv_contract(const int taps, const int width, const float *m, vf *y) {
  const int frequencies = taps == 3 ? 4 : 7;
  y[0] = y[1] = y[2] = y[3] = (vf){0};
#pragma GCC unroll 8
  for (int k = 0; k < frequencies; k++) {
    vf top = {0}, bottom = {0};
#pragma GCC unroll 8
    for (int i = 0; i < frequencies; i++) conv_add_frequency(i, load(m + (i * frequencies + k) * width), &top, &bottom);
    conv_add_frequency(k, top, &y[0], &y[1]);
    conv_add_frequency(k, bottom, &y[2], &y[3]);
  }
}

/* What of a tile lies outside the result is dropped: rows, columns, lanes. */
static void conv_store_part(const vf *y, i64 rows, i64 columns, i64 lanes, float *out, i64 row, i64 column) {
  for (i64 i = 0; i < rows; i++)
    for (i64 k = 0; k < columns; k++)
      for (i64 l = 0; l < lanes; l++) out[i * row + k * column + l] = y[i * 2 + k][l];
}

/* A row of tiles, one panel. Results are `row` and `column` floats apart. */
INLINE void conv_contract_row(const int taps, const int vectors, const float *m, i64 rows, i64 columns, i64 lanes, float *out,
                              i64 row, i64 column) {
  const i64 pitch = conv_product_pitch(taps == 3 ? 4 : 7, vectors * LANES);
  vf y[4];
  for (; columns > 0; columns -= 2, m += pitch, out += 2 * column)
    for (int v = 0; v < vectors; v++) {
      float *to = out + v * LANES;
      conv_contract(taps, vectors * LANES, m + v * LANES, y);
      if (rows < 2 || columns < 2 || lanes < vectors * LANES) {
        conv_store_part(y, rows, MIN(2, columns), MIN(LANES, lanes - v * LANES), to, row, column);
        continue;
      }
      store(to, y[0]), store(to + column, y[1]);
      store(to + row, y[2]), store(to + row + column, y[3]);
    }
}

typedef void conv_contract_kernel(const float *, i64, i64, i64, float *, i64, i64);
#define CONV_CONTRACT_KERNEL(taps, vectors) \
  static void conv_contract_##taps##_##vectors(const float *m, i64 rows, i64 columns, i64 lanes, float *out, i64 row, \
                                               i64 column) { \
    conv_contract_row(taps, vectors, m, rows, columns, lanes, out, row, column); \
  }
CONV_CONTRACT_KERNEL(3, 1)
CONV_CONTRACT_KERNEL(3, 2)
CONV_CONTRACT_KERNEL(5, 1)
CONV_CONTRACT_KERNEL(5, 2)
/* [taps = 5][vectors − 1] */
static conv_contract_kernel *const conv_contract_kernels[2][2] = {{conv_contract_3_1, conv_contract_3_2},
                                                                  {conv_contract_5_1, conv_contract_5_2}};

/* -- one block ------------------------------------------------------------------------------------------------------------ */

#define CONV_SPECTRUM_LIMIT (640 << 10) /* bytes of a block's sources as frequencies */
#define CONV_PRODUCT_LIMIT (384 << 10)  /* and of one panel's products */
#define CONV_TILED_LIMIT (256 << 10)    /* and of its strip */
#define CONV_SPECTRUM_TARGET (256 << 10) /* of sources and products together, to stay in the second-level cache */
#define CONV_LEAST_TILES 50 /* but a block of fewer is not worth reading all the weights for */

typedef struct {
  conv_ahead ahead;
  _Alignas(64) float strip[CONV_TILED_LIMIT / 4], spectrum[CONV_SPECTRUM_LIMIT / 4], product[CONV_PRODUCT_LIMIT / 4];
  _Alignas(64) float result[CONV_RESULT_LIMIT / 4];
} conv_winograd_scratch;
_Static_assert(sizeof(conv_winograd_scratch) <= LOCAL_BYTES - (128 << 10), "the epilogue keeps some scratch");

static i64 conv_tiled_bytes(const conv_job *j, const conv_block *b) {
  i64 rows = b->rows + 1 + j->h.kernel, columns = b->columns + 1 + j->w.kernel;
  return b->images * rows * columns * CEIL_DIV(j->in, CONV_CHUNK) * CONV_CHUNK * 4;
}

/* Whether a block's sources and products take no more than `most` bytes, and all else fits its scratch. */
static i64 conv_fits_winograd(const conv_job *j, const conv_block *b, i64 most) {
  conv_spectrum f = conv_make_spectrum(j, b);
  i64 size = conv_spectrum_size(j), spectrum = size * f.pitch * 4;
  i64 product = (f.tiles + 1) * conv_product_pitch(f.frequencies, 2 * LANES) * 4;
  return (f.tiles <= CONV_LEAST_TILES || spectrum + product <= most) && spectrum <= CONV_SPECTRUM_LIMIT &&
         product <= CONV_PRODUCT_LIMIT && conv_tiled_bytes(j, b) <= CONV_TILED_LIMIT &&
         b->images * b->rows * b->columns * j->out * j->groups * 4 <= CONV_RESULT_LIMIT;
}

/* The largest of at most `images` × `rows` that fits: whole rows of tiles if these fit at all. */
static conv_block conv_choose_tiles(const conv_job *j, i64 images, i64 rows, i64 (*fits)(const conv_job *, const conv_block *, i64)) {
  conv_block b = {1, 2, j->w.out, j->h.kernel, j->w.kernel, j->in};
  while (b.columns > 2 && !fits(j, &b, INT64_MAX)) b.columns = CEIL_DIV(b.columns, 4) * 2;
  i64 tiles = MAX(1, CEIL_DIV(rows, 2)), most = 1;
  for (; most < tiles; most++) {
    b.rows = 2 * (most + 1);
    if (!fits(j, &b, CONV_SPECTRUM_TARGET)) break;
  }
  b.rows = MIN(rows, 2 * CEIL_DIV(tiles, CEIL_DIV(tiles, most)));
  if (b.rows < j->h.out || b.columns < j->w.out) return b;
  while (b.images < images && (b.images++, fits(j, &b, CONV_SPECTRUM_TARGET))) continue;
  if (!fits(j, &b, CONV_SPECTRUM_TARGET)) b.images = MAX(1, b.images - 1);
  return b;
}

/* All tiles × one panel; asks early for the cache lines its results go to. */
static void conv_multiply(const conv_job *j, const conv_spectrum *f, const conv_place *p, const float *out, const float *w,
                          i64 width, conv_winograd_scratch *scratch) {
  conv_segment segments[CONV_SPECTRUM_CHANNELS / CONV_CHUNK];
  for (i64 c = 0; c < f->chunks; c++)
    segments[c] = (conv_segment){(int32_t)(c * f->chunk_pitch), (int32_t)(c * CONV_CHUNK),
                                 (int32_t)MIN(CONV_CHUNK, j->in - c * CONV_CHUNK)};
  i64 most = conv_tile_size(f->tiles, CONV_PIXELS), vectors = width / LANES, size = conv_spectrum_size(j);
  i64 pitch = conv_product_pitch(f->frequencies, width), results = p->size.images * p->size.rows * p->pitch;
  for (i64 k = 0; k < size; k++, w += j->in * width) {
    conv_look_ahead(&scratch->ahead);
    for (i64 i = results * k / size; i < results * (k + 1) / size; i++) __builtin_prefetch(out + i * p->ld, 1);
    for (i64 t = 0; t < f->tiles; t += most) {
      int32_t at = (int32_t)(t * CONV_CHUNK);
      i64 count = MIN(most, f->tiles - t);
      conv_tile_kernels[(count + 1) / 2 - 1][vectors - 1][1](scratch->spectrum + k * f->pitch, &at, segments, f->chunks, w,
                                                             scratch->product + t * pitch + k * width, pitch);
    }
  }
}

/* One panel of one block: `u` counts within the group. */
static void conv_winograd_panel(const conv_job *j, const conv_spectrum *f, const conv_place *p, i64 group, i64 u,
                                const float *packed, conv_winograd_scratch *scratch) {
  i64 t = u * 2 * LANES, lanes = MIN(j->out - t, 2 * LANES), width = lanes > LANES ? 2 * LANES : LANES, row = p->pitch * p->ld;
  float *out = p->out + group * j->out + t;
  const float *w = packed + (group * conv_packed_width(j) + t) * j->in * conv_spectrum_size(j), *m = scratch->product;
  conv_contract_kernel *contract = conv_contract_kernels[f->taps == 5][width / LANES - 1];
  conv_multiply(j, f, p, out, w, width, scratch);
  for (i64 n = 0; n < p->size.images; n++, out += p->size.rows * row)
    for (i64 r = 0; r < p->size.rows; r += 2, m += f->columns * conv_product_pitch(f->frequencies, width))
      contract(m, MIN(2, p->size.rows - r), p->size.columns, lanes, out + r * row, row, p->ld);
}

/* The task's panels of one block. */
static void conv_winograd_pass(const conv_job *j, const conv_place *p, const float *image, const float *packed,
                               conv_winograd_scratch *scratch) {
  conv_spectrum f = conv_make_spectrum(j, &p->size);
  i64 panels = conv_panels(j);
  for (i64 group = p->u0 / panels; group * panels < p->u1; group++) {
    conv_strip s = conv_make_tiled_strip(j, p, j->in, scratch->strip);
    s.channel = group * j->in;
    conv_copy_strip(&s, j, p->size.images, image);
    for (i64 i = 0; i < f.frequencies; i++)
      conv_expand_strip(&f, &s, p->size.images, i, 0, f.chunks, scratch->spectrum + i * f.frequencies * f.pitch);
    for (i64 u = MAX(p->u0 - group * panels, 0); u < MIN(p->u1 - group * panels, panels); u++)
      conv_winograd_panel(j, &f, p, group, u, packed, scratch);
  }
}
