/* The vector type of the instruction set this file is compiled for, through GNU vector extensions.
   The whole of all.c is compiled once per instruction set; nothing here is chosen at run time. */
#pragma once
#include <stdint.h>

#if defined(__AVX512F__)
#define VARIANT avx512
#define LANES 16
#elif defined(__AVX2__) && defined(__FMA__)
#define VARIANT avx2
#define LANES 8
#elif defined(__wasm_relaxed_simd__)
#define VARIANT wasm_relaxed
#define LANES 4
#elif defined(__wasm_simd128__)
#define VARIANT wasm
#define LANES 4
#elif defined(__ARM_NEON)
#define VARIANT neon
#define LANES 4
#else
#define VARIANT baseline
#define LANES 4
#endif

/* Unaligned, and free to alias: loads and stores go through pointers to these. */
typedef float vf __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vf load(const float *p) { return *(const vf *)p; }
INLINE void store(float *p, vf v) { *(vf *)p = v; }
INLINE vf splat(float x) { return x - (vf){0}; }

/* a·b + c, fused where the hardware has it (the compiler contracts the expression elsewhere). */
INLINE vf fma_(vf a, vf b, vf c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
  return a * b + c;
#endif
}
