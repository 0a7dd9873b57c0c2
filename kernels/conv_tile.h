/* The micro-kernel of convolution: a few result pixels × one or two vectors of channels held in registers.
   Knows a strip's offsets and packed weights; nothing of images, groups or threads. */
#pragma once
#include "conv_strip.h"

/* Pixels × 2 vectors of sums, 2 of weights and 1 source value fill the registers: 31 of 32, or 15 of 16.
   WebAssembly engines want registers of their own for products and addresses: with 6 pixels they spill and run at half
   the speed. */
#if LANES == 16
#define CONV_PIXELS 14
#define CONV_TILES(T) T(2) T(4) T(6) T(8) T(10) T(12) T(14)
#elif defined(__aarch64__)
#define CONV_PIXELS 12
#define CONV_TILES(T) T(2) T(4) T(6) T(8) T(10) T(12)
#elif defined(__wasm__)
#define CONV_PIXELS 4
#define CONV_TILES(T) T(2) T(4)
#else
#define CONV_PIXELS 6
#define CONV_TILES(T) T(2) T(4) T(6)
#endif

/* out[p][·] = Σ over segments Σ_k strip[at[p] + segment.x + k] · w[segment.k + k][·], rows of out `ld` floats apart.
   Where `step` is not 0 the pixels lie that many floats apart, and their addresses are constants of the code. */
INLINE void conv_tile(const int pixels, const int vectors, const int step, const float *strip, const int32_t *at,
                      const conv_segment *segment, i64 segments, const float *w, float *out, i64 ld) {
  vf sum[CONV_PIXELS][2];
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) sum[p][v] = (vf){0};
  if (step) strip += at[0];
  for (const conv_segment *end = segment + segments; segment < end; segment++) {
    const float *x = strip + segment->x, *panel = w + (i64)segment->k * vectors * LANES;
    for (const float *stop = x + segment->length; x < stop; x++, panel += vectors * LANES) {
      vf w0 = load(panel), w1 = vectors > 1 ? load(panel + LANES) : w0;
#pragma GCC unroll 16
      for (int p = 0; p < pixels; p++) {
        vf value = splat(step ? x[p * step] : x[at[p]]);
        sum[p][0] = fma_(value, w0, sum[p][0]);
        if (vectors > 1) sum[p][1] = fma_(value, w1, sum[p][1]);
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) store(out + p * ld + v * LANES, sum[p][v]);
}

typedef void conv_tile_kernel(const float *, const int32_t *, const conv_segment *, i64, const float *, float *, i64);

#define CONV_TILE_KERNEL(name, P, V, STEP) \
  static void name(const float *strip, const int32_t *at, const conv_segment *segment, i64 segments, const float *w, \
                   float *out, i64 ld) { \
    conv_tile(P, V, STEP, strip, at, segment, segments, w, out, ld); \
  }
#define CONV_TILE_KERNELS(P) \
  CONV_TILE_KERNEL(conv_tile_##P##_1, P, 1, 0) CONV_TILE_KERNEL(conv_tile_##P##_2, P, 2, 0) \
  CONV_TILE_KERNEL(conv_tile_##P##_1_near, P, 1, CONV_CHUNK) CONV_TILE_KERNEL(conv_tile_##P##_2_near, P, 2, CONV_CHUNK) \
  CONV_TILE_KERNEL(conv_tile_##P##_1_next, P, 1, 1) CONV_TILE_KERNEL(conv_tile_##P##_2_next, P, 2, 1)
CONV_TILES(CONV_TILE_KERNELS)

#define CONV_TILE_ROW(P) \
  {{conv_tile_##P##_1, conv_tile_##P##_1_near, conv_tile_##P##_1_next}, \
   {conv_tile_##P##_2, conv_tile_##P##_2_near, conv_tile_##P##_2_next}},
/* [pixels / 2 − 1][vectors − 1][where the pixels are: anywhere, a chunk apart, side by side] */
static conv_tile_kernel *const conv_tile_kernels[][2][3] = {CONV_TILES(CONV_TILE_ROW)};

/* Cuts `pixels` into tiles of nearly the same size, even, and at most `most`. */
INLINE i64 conv_tile_size(i64 pixels, i64 most) {
  i64 size = CEIL_DIV(pixels, CEIL_DIV(pixels, most));
  return size + (size & 1);
}

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
