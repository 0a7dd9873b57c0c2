/* Philox 4×32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): the numbers of an element
   depend on (key, stream, step, element) alone. LANES counters at a time. */
#include "kernel.h"
#include "math.h"

#define RANDOM_PIECE (16 << 10) /* elements of one task, a multiple of 4·LANES */

/* The 64-bit products of all lanes with `by`, taken apart. */
#if defined(__wasm_simd128__)
INLINE void multiply_wide(vu a, uint32_t by, vu *high, vu *low) {
  v128_t b = wasm_u32x4_splat(by), first = wasm_u64x2_extmul_low_u32x4((v128_t)a, b), last = wasm_u64x2_extmul_high_u32x4((v128_t)a, b);
  *high = (vu)wasm_i32x4_shuffle(first, last, 1, 3, 5, 7);
  *low = (vu)wasm_i32x4_shuffle(first, last, 0, 2, 4, 6);
}
#else
typedef uint64_t vul __attribute__((vector_size(LANES * 4)));
/* Products of the even lanes; the odd ones are reached by shifting. */
INLINE vul multiply_even(vul a, vul b) {
#if defined(__AVX512F__)
  return (vul)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vul)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vul)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}
INLINE void multiply_wide(vu a, uint32_t by, vu *high, vu *low) {
  vul b = (vul)((vu){0} + by), even = multiply_even((vul)a, b), odd = multiply_even((vul)a >> 32, b);
  *high = (vu)((even >> 32) | (odd & 0xffffffff00000000u));
  *low = a * by;
}
#endif

INLINE void philox(vu c[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    vu high0, low0, high1, low1;
    multiply_wide(c[0], 0xd2511f53u, &high0, &low0);
    multiply_wide(c[2], 0xcd9e8d57u, &high1, &low1);
    c[0] = high1 ^ c[1] ^ k0, c[2] = high0 ^ c[3] ^ k1;
    c[1] = low1, c[3] = low0;
    k0 += 0x9e3779b9u, k1 += 0xbb67ae85u;
  }
}

INLINE vf unit(vu bits) { return float_of((vi)(bits >> 8)) * 5.9604644775390625e-8f; }

/* Box–Muller: a pair of normals from a pair of words; u in (0, 1] keeps the logarithm finite. */
INLINE void normal_pair(vu *a, vu *b) {
  vf u = float_of((vi)(*a >> 8) + 1) * 5.9604644775390625e-8f;
  vf radius = sqrt_(-2.0f * log_(u)), angle = 6.28318531f * unit(*b);
  *a = (vu)(radius * cos_(angle)), *b = (vu)(radius * sin_(angle));
}

/* Element 4i + k is word k of counter i. */
INLINE void store_interleaved(uint32_t *out, const vu c[4]) {
  vu low02 = SHUFFLE(c[0], c[2], INTERLEAVE_LOW), high02 = SHUFFLE(c[0], c[2], INTERLEAVE_HIGH);
  vu low13 = SHUFFLE(c[1], c[3], INTERLEAVE_LOW), high13 = SHUFFLE(c[1], c[3], INTERLEAVE_HIGH);
  vu *to = (vu *)out;
  to[0] = SHUFFLE(low02, low13, INTERLEAVE_LOW), to[1] = SHUFFLE(low02, low13, INTERLEAVE_HIGH);
  to[2] = SHUFFLE(high02, high13, INTERLEAVE_LOW), to[3] = SHUFFLE(high02, high13, INTERLEAVE_HIGH);
}

static i64 random_tasks(const void *args, i64 phase) {
  (void)phase;
  return CEIL_DIV(((const random_args *)args)->count, RANDOM_PIECE);
}

static void random_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  const random_args *g = args;
  const uint32_t *state = PTR(uint32_t, g->state);
  i64 last = MIN((task + 1) * RANDOM_PIECE, g->count);
  vu lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  for (i64 element = task * RANDOM_PIECE; element < last; element += 4 * LANES) {
    vu c[4] = {lane + (uint32_t)(element / 4), (vu){0} + (uint32_t)g->stream, (vu){0} + state[2], (vu){0}};
    philox(c, state[0], state[1]);
    if (g->kind == 0)
      for (int k = 0; k < 4; k++) c[k] = (vu)unit(c[k]);
    if (g->kind == 1) normal_pair(&c[0], &c[1]), normal_pair(&c[2], &c[3]);
    uint32_t *out = PTR(uint32_t, g->out) + element, words[4 * LANES];
    i64 room = last - element;
    store_interleaved(room >= 4 * LANES ? out : words, c);
    if (room < 4 * LANES) __builtin_memcpy(out, words, room * 4);
  }
}

static const kernel random_kernel = {.phases = 1, .tasks = random_tasks, .run = random_run};
