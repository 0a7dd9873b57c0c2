/* Depthwise convolution (one channel per group on both sides): the lanes are channels, so each multiply-add loads
   a vector of the strip. Forward, input gradient and the inner loop of the weight gradient. */
#pragma once
#include "conv_tile.h"

INLINE i64 conv_depthwise_width(const conv_job *j) { return CEIL_DIV(j->groups, LANES) * LANES; }

/* Packed weights: [chunk of LANES channels][tap][lane], zero padded. */
static void conv_pack_depthwise(const conv_job *j, float *out) {
  for (i64 c = 0; c < j->groups; c += LANES)
    for (i64 h = 0; h < j->h.kernel; h++)
      for (i64 w = 0; w < j->w.kernel; w++, out += LANES) {
        const float *in = j->weight + conv_kernel_index(&j->h, h) * j->tap_h + conv_kernel_index(&j->w, w) * j->tap_w;
        for (i64 l = 0; l < LANES; l++) out[l] = c + l < j->groups ? in[(c + l) * j->group] : 0;
      }
}

/* out[p][lane] = Σ over taps strip[at[p] + tap.x + lane] · w[tap.k][lane]. */
INLINE void conv_depthwise_tile(const int pixels, const int near, const float *strip, const int32_t *at,
                                const conv_segment *tap, i64 taps, const float *w, float *out, i64 ld) {
  vf sum[CONV_PIXELS];
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++) sum[p] = (vf){0};
  if (near) strip += at[0];
  for (const conv_segment *end = tap + taps; tap < end; tap++) {
    const float *x = strip + tap->x;
    vf weight = load(w + (i64)tap->k * LANES);
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++) sum[p] = fma_(load(near ? x + p * LANES : x + at[p]), weight, sum[p]);
  }
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++) store(out + p * ld, sum[p]);
}

#define CONV_DEPTHWISE_KERNEL(name, P, NEAR) \
  static void name(const float *strip, const int32_t *at, const conv_segment *tap, i64 taps, const float *w, float *out, \
                   i64 ld) { \
    conv_depthwise_tile(P, NEAR, strip, at, tap, taps, w, out, ld); \
  }
#define CONV_DEPTHWISE_KERNELS(P) \
  CONV_DEPTHWISE_KERNEL(conv_depthwise_##P, P, 0) CONV_DEPTHWISE_KERNEL(conv_depthwise_##P##_near, P, 1)
CONV_TILES(CONV_DEPTHWISE_KERNELS)
#define CONV_DEPTHWISE_ROW(P) {conv_depthwise_##P, conv_depthwise_##P##_near},
static conv_tile_kernel *const conv_depthwise_tiles[][2] = {CONV_TILES(CONV_DEPTHWISE_ROW)};

/* Whether a tile's results lie evenly, `step` apart, so that the micro-kernel may store them itself. */
INLINE i64 conv_is_even(const int32_t *to, i64 pixels, i64 step) {
  i64 is_even = to[pixels - 1] - to[0] == (pixels - 1) * step;
  for (i64 i = 1; step > 1 && is_even && i < pixels; i++) is_even = to[i] - to[i - 1] == step;
  return is_even;
}

/* Moves a tile that can't be stored in place: rows with gaps, a panel with fewer channels than lanes, a later pass. */
static void conv_scatter(const float *tile, i64 width, const conv_place *p, const int32_t *to, i64 pixels, i64 lanes,
                         float *out) {
  for (i64 i = 0; i < pixels; i++, tile += width) {
    float *row = out + to[i] * p->ld;
    if (p->first_pass) conv_copy_run(row, tile, lanes);
    else for (i64 l = 0; l < lanes; l++) row[l] += tile[l];
  }
}

/* The pixels of one class, all the pass's channels. */
static void conv_depthwise_class(const conv_job *j, const conv_place *p, const conv_strip *s, i64 pixels, i64 taps,
                                 const float *packed, conv_scratch *scratch) {
  float tile[CONV_PIXELS * LANES];
  i64 size = conv_tile_size(pixels, CONV_PIXELS), step = conv_classes(&j->w);
  for (i64 c = 0; c < s->channels; c += LANES) {
    i64 lanes = MIN(s->channels - c, LANES);
    const float *w = packed + (p->channel + c) * conv_depth(j), *strip = s->data + c / LANES * s->chunk_pitch;
    float *out = p->out + p->channel + c;
    for (i64 i = 0; i < pixels; i += size) {
      conv_look_ahead(&scratch->ahead);
      i64 real = MIN(size, pixels - i), count = real + (real & 1);
      const int32_t *at = scratch->at + i, *to = scratch->to + i;
      i64 near = at[real - 1] - at[0] == LANES * (real - 1);
      conv_tile_kernel *kernel = conv_depthwise_tiles[count / 2 - 1][near];
      if (p->first_pass && real == count && lanes == LANES && conv_is_even(to, real, step)) {
        kernel(strip, at, scratch->segments, taps, w, out + to[0] * p->ld, step * p->ld);
      } else {
        kernel(strip, at, scratch->segments, taps, w, tile, LANES);
        conv_scatter(tile, LANES, p, to, real, lanes, out);
      }
    }
  }
}

static void conv_depthwise_pass(const conv_job *j, const conv_place *p, const float *image, const float *packed,
                                conv_scratch *scratch) {
  conv_strip s = conv_make_strip(j, p, p->size.channels, LANES, scratch->strip);
  s.channel = p->channel;
  s.is_lanewise = 1;
  conv_copy_strip(&s, j, p->size.images, image);
  for (i64 h = 0; h < conv_classes(&j->h); h++)
    for (i64 w = 0; w < conv_classes(&j->w); w++) {
      const conv_listed *l = conv_list(j, p, &s, h, w, scratch);
      if (l->pixels) conv_depthwise_class(j, p, &s, l->pixels, l->segments, packed, scratch);
    }
}
