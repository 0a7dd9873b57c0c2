/* Convolution to very few channels (an image from a decoder, the gradient of an image): the lanes are source channels,
   each result is the sum of one vector's lanes. Knows nothing of tasks. */
#pragma once
#include "conv_tile.h"

/* Packed weights: [group][result channel][chunk of LANES source channels][tap][lane], zero padded. */
INLINE i64 conv_narrow_depth(const conv_job *j) { return CEIL_DIV(j->in, LANES) * conv_taps(j) * LANES; }

static void conv_pack_narrow(const conv_job *j, float *out) {
  for (i64 o = 0; o < j->groups * j->out; o++)
    for (i64 c = 0; c < j->in; c += LANES)
      for (i64 h = 0; h < j->h.kernel; h++)
        for (i64 w = 0; w < j->w.kernel; w++, out += LANES) {
          const float *in = j->weight + o / j->out * j->group + o % j->out * j->lane + c * j->channel +
                            conv_kernel_index(&j->h, h) * j->tap_h + conv_kernel_index(&j->w, w) * j->tap_w;
          for (i64 l = 0; l < LANES; l++) out[l] = c + l < j->in ? in[l * j->channel] : 0;
        }
}

/* out[p][lane] = Σ over taps strip[at[p] + tap.x + lane] · w[tap.k][lane]. */
INLINE void conv_lanewise_tile(const int pixels, const int near, const float *strip, const int32_t *at,
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

#define CONV_LANEWISE_KERNEL(name, P, NEAR) \
  static void name(const float *strip, const int32_t *at, const conv_segment *tap, i64 taps, const float *w, float *out, \
                   i64 ld) { \
    conv_lanewise_tile(P, NEAR, strip, at, tap, taps, w, out, ld); \
  }
#define CONV_LANEWISE_KERNELS(P) \
  CONV_LANEWISE_KERNEL(conv_lanewise_##P, P, 0) CONV_LANEWISE_KERNEL(conv_lanewise_##P##_near, P, 1)
CONV_TILES(CONV_LANEWISE_KERNELS)
#define CONV_LANEWISE_ROW(P) {conv_lanewise_##P, conv_lanewise_##P##_near},
static conv_tile_kernel *const conv_lanewise_tiles[][2] = {CONV_TILES(CONV_LANEWISE_ROW)};

typedef float conv_quad __attribute__((vector_size(16), aligned(4), may_alias));

/* The sum of a vector's lanes, as a fixed tree. */
INLINE float conv_sum_lanes(const float *v) {
  conv_quad sum = *(const conv_quad *)v;
  for (int l = 4; l < LANES; l += 4) sum += *(const conv_quad *)(v + l);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/* All pixels of one class × all channels of one group. */
static void conv_narrow_class(const conv_job *j, const conv_place *p, const conv_strip *s, i64 group, i64 pixels,
                              i64 segments, const float *packed, conv_scratch *scratch) {
  float tile[CONV_PIXELS * LANES];
  i64 size = conv_tile_size(pixels, CONV_PIXELS);
  for (i64 i = 0; i < pixels; i += size) {
    conv_look_ahead(&scratch->ahead);
    i64 real = MIN(size, pixels - i), count = real + (real & 1);
    const int32_t *at = scratch->at + i, *to = scratch->to + i;
    i64 near = at[real - 1] - at[0] == LANES * (real - 1);
    for (i64 o = group * j->out; o < (group + 1) * j->out; o++) {
      const float *w = packed + o * conv_narrow_depth(j);
      conv_lanewise_tiles[count / 2 - 1][near](s->data, at, scratch->segments, segments, w, tile, LANES);
      for (i64 q = 0; q < real; q++) {
        float *out = p->out + to[q] * p->ld + o;
        *out = conv_sum_lanes(tile + q * LANES) + (p->first_pass ? 0 : *out);
      }
    }
  }
}
