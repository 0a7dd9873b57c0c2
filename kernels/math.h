/* Elementary functions of vector lanes, within 1-3 ulp, right at ±0, ±∞ and NaN. Polynomials are minimax fits
   over the reduced range; where float would lose digits (sin, cos, pow) lanes are widened to double. */
#pragma once
#include "vector.h"

typedef uint32_t vu __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef double vd __attribute__((vector_size(LANES * 8), aligned(8), may_alias));
typedef int64_t vl __attribute__((vector_size(LANES * 8), aligned(8), may_alias));

#define INF __builtin_inff()
#define NOT_A_NUMBER __builtin_nanf("")

#if LANES == 16
#define EACH_LANE(M) M(0), M(1), M(2), M(3), M(4), M(5), M(6), M(7), M(8), M(9), M(10), M(11), M(12), M(13), M(14), M(15)
#elif LANES == 8
#define EACH_LANE(M) M(0), M(1), M(2), M(3), M(4), M(5), M(6), M(7)
#else
#define EACH_LANE(M) M(0), M(1), M(2), M(3)
#endif
/* Lanes of a and then b, picked by INDEX(lane). */
#if defined(__clang__)
#define SHUFFLE(a, b, INDEX) __builtin_shufflevector(a, b, EACH_LANE(INDEX))
#else
#define SHUFFLE(a, b, INDEX) __builtin_shuffle(a, b, (vi){EACH_LANE(INDEX)})
#endif
#define LANE_NUMBER(i) (i)
#define ACROSS_8(i) ((i) ^ 8)
#define ACROSS_4(i) ((i) ^ 4)
#define ACROSS_2(i) ((i) ^ 2)
#define ACROSS_1(i) ((i) ^ 1)
#define INTERLEAVE_LOW(i) ((i) / 2 + (i) % 2 * LANES)
#define INTERLEAVE_HIGH(i) ((i) / 2 + LANES / 2 + (i) % 2 * LANES)

/* Masks are int lanes, -1 or 0, as comparisons give them. */
INLINE vf pick(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }
INLINE vi ipick(vi mask, vi yes, vi no) { return (yes & mask) | (no & ~mask); }
INLINE vi isplat(int32_t x) { return x - (vi){0}; }
INLINE vi sign_bit(vf x) { return (vi)x & INT32_MIN; }
INLINE vf abs_(vf x) { return (vf)((vi)x & INT32_MAX); }
INLINE vf copysign_(vf magnitude, vf sign) { return (vf)(((vi)magnitude & INT32_MAX) | sign_bit(sign)); }
INLINE vf float_of(vi x) { return __builtin_convertvector(x, vf); }
INLINE vi trunc_to_int(vf x) { return __builtin_convertvector(x, vi); }
INLINE vf pow2(vi n) { return (vf)((n + 127) << 23); } /* 2ⁿ for n in [-126, 127] */

#if defined(__AVX512F__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif
/* NaN in either operand comes through; x86's own maximum returns the second operand where either is NaN. */
INLINE vf max_(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_mask_mov_ps(_mm512_max_ps((__m512)a, (__m512)b), _mm512_cmp_ps_mask((__m512)a, (__m512)a, _CMP_UNORD_Q), (__m512)a);
#elif defined(__AVX2__)
  return pick(a != a, a, (vf)_mm256_max_ps((__m256)a, (__m256)b));
#elif defined(__SSE2__)
  return pick(a != a, a, (vf)_mm_max_ps((__m128)a, (__m128)b));
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_max((v128_t)a, (v128_t)b);
#else
  return pick((a > b) | (a != a), a, b);
#endif
}
INLINE vf min_(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_mask_mov_ps(_mm512_min_ps((__m512)a, (__m512)b), _mm512_cmp_ps_mask((__m512)a, (__m512)a, _CMP_UNORD_Q), (__m512)a);
#elif defined(__AVX2__)
  return pick(a != a, a, (vf)_mm256_min_ps((__m256)a, (__m256)b));
#elif defined(__SSE2__)
  return pick(a != a, a, (vf)_mm_min_ps((__m128)a, (__m128)b));
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_min((v128_t)a, (v128_t)b);
#else
  return pick((a < b) | (a != a), a, b);
#endif
}

/* Folds all lanes into one, in halves. */
#if LANES == 16
#define FOLD_HALVES(v, OP) v = OP(v, SHUFFLE(v, v, ACROSS_8)), v = OP(v, SHUFFLE(v, v, ACROSS_4)), FOLD_LAST(v, OP)
#elif LANES == 8
#define FOLD_HALVES(v, OP) v = OP(v, SHUFFLE(v, v, ACROSS_4)), FOLD_LAST(v, OP)
#else
#define FOLD_HALVES(v, OP) FOLD_LAST(v, OP)
#endif
#define FOLD_LAST(v, OP) v = OP(v, SHUFFLE(v, v, ACROSS_2)), v = OP(v, SHUFFLE(v, v, ACROSS_1))
#define PLUS(a, b) ((a) + (b))
INLINE float sum_of(vf v) { return FOLD_HALVES(v, PLUS), v[0]; }
INLINE float max_of(vf v) { return FOLD_HALVES(v, max_), v[0]; }
INLINE float min_of(vf v) { return FOLD_HALVES(v, min_), v[0]; }

INLINE vf sqrt_(vf x) {
#if defined(__AVX512F__)
  return (vf)_mm512_sqrt_ps((__m512)x);
#elif defined(__AVX2__)
  return (vf)_mm256_sqrt_ps((__m256)x);
#elif defined(__SSE2__)
  return (vf)_mm_sqrt_ps((__m128)x);
#elif defined(__aarch64__)
  return (vf)vsqrtq_f32((float32x4_t)x);
#elif defined(__wasm_simd128__)
  return (vf)wasm_f32x4_sqrt((v128_t)x);
#else
  for (int i = 0; i < LANES; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}

/* Half to even: adding 2²³ leaves no room for a fraction. Values from 2²³ on are whole, NaN stays. */
INLINE vf round_(vf x) {
  vf a = abs_(x), whole = (a + 8388608.0f) - 8388608.0f;
  return pick(a < 8388608.0f, copysign_(whole, x), x);
}
INLINE vf floor_(vf x) {
  vf r = round_(x);
  return copysign_(r - pick(r > x, splat(1), splat(0)), x);
}
INLINE vf ceil_(vf x) {
  vf r = round_(x);
  return copysign_(r + pick(r < x, splat(1), splat(0)), x);
}
INLINE vf sign_(vf x) { return pick((x == 0) | (x != x), x, copysign_(splat(1), x)); }

/* Truncates, saturates, and makes NaN 0; the clamp keeps the conversion itself in range. */
INLINE vi to_int_(vf x) {
  vf held = pick(x < -2147483648.0f, splat(-2147483648.0f), pick(x > 2147483520.0f, splat(2147483520.0f), x));
  vi n = trunc_to_int(pick(x == x, held, splat(0)));
  return ipick(x >= 2147483648.0f, isplat(INT32_MAX), n);
}

/* r + r²·p(r) = eʳ − 1 for |r| ≤ ln 2 / 2. */
INLINE vf expm1_reduced(vf r) {
  vf p = splat(1.984587774e-4f);
  p = fma_(p, r, splat(1.394062730e-3f));
  p = fma_(p, r, splat(8.333389369e-3f));
  p = fma_(p, r, splat(4.166636091e-2f));
  p = fma_(p, r, splat(1.666666637e-1f));
  p = fma_(p, r, splat(5.000000044e-1f));
  return fma_(r * r, p, r);
}
/* x = n·ln 2 + r. Adding 1.5·2²³ rounds to the integer n and leaves it in the low bits; ln 2 is split so that n times
   its upper part is exact. */
INLINE vf reduce_ln2(vf x, vi *n) {
  vf shifted = fma_(x, splat(1.44269504f), splat(12582912.0f)), k = shifted - 12582912.0f;
  *n = (vi)shifted - 0x4b400000;
  return fma_(k, splat(2.12194440e-4f), fma_(k, splat(-0.693359375f), x));
}
INLINE vf exp_(vf x) {
  vf held = pick(x < -104.0f, splat(-104), pick(x > 89.0f, splat(89), pick(x == x, x, splat(0))));
  vi n;
  vf r = reduce_ln2(held, &n);
  vi half = n >> 1; /* in two factors, so that subnormal results and overflow round themselves */
  vf y = (expm1_reduced(r) + 1.0f) * pow2(half) * pow2(n - half);
  return pick(x == x, y, x);
}
INLINE vf expm1_(vf x) {
  vf held = pick(x < -40.0f, splat(-40), pick(x > 80.0f, splat(80), pick(x == x, x, splat(0))));
  vi n;
  vf r = reduce_ln2(held, &n), scale = pow2(n);
  vf y = fma_(scale, expm1_reduced(r), scale - 1.0f);
  return pick((x == 0) | (x != x), x, pick(x > 80.0f, exp_(x), y));
}

INLINE vf log_(vf x) {
  vi tiny = x < 1.17549435e-38f;
  vi bits = (vi)pick(tiny, x * 8388608.0f, x);
  vi e = (bits - 0x3f3504f3) >> 23; /* the mantissa ends up in [√½, √2) */
  vf f = (vf)(bits - (e << 23)) - 1.0f, k = float_of(e - (tiny & 23));
  vf p = splat(6.746641044e-2f);
  p = fma_(p, f, splat(-1.167565197e-1f));
  p = fma_(p, f, splat(1.188816210e-1f));
  p = fma_(p, f, splat(-1.240558888e-1f));
  p = fma_(p, f, splat(1.421955238e-1f));
  p = fma_(p, f, splat(-1.666799586e-1f));
  p = fma_(p, f, splat(2.000211866e-1f));
  p = fma_(p, f, splat(-2.500000960e-1f));
  p = fma_(p, f, splat(3.333331260e-1f));
  vf square = f * f;
  vf low = fma_(k, splat(-2.12194440e-4f), p * f * square);
  vf y = fma_(k, splat(0.693359375f), f + fma_(square, splat(-0.5f), low));
  y = pick((x == x) & (x < INF), y, x);
  return pick(x < 0, splat(NOT_A_NUMBER), pick(x == 0, splat(-INF), y));
}
/* log(1 + x) of the rounded 1 + x, plus what the rounding took, over 1 + x. */
INLINE vf log1p_(vf x) {
  vf u = 1.0f + x, y = log_(u);
  vf better = y + (x - (u - 1.0f)) / u;
  return pick(u == 1.0f, x, pick((u > 0) & (u < INF), better, y));
}

INLINE vf sigmoid_(vf x) {
  vf e = exp_(-abs_(x));
  return pick(x < 0, e, splat(1)) / (1.0f + e);
}
/* max(x, 0) + log(1 + exp(-|x|)); NaN stays. */
INLINE vf softplus_(vf x) { return pick(x <= 0, splat(0), x) + log1p_(exp_(-abs_(x))); }
INLINE vf tanh_(vf x) {
  vf a = abs_(x), u = x * x;
  vf p = splat(-5.704986925e-3f);
  p = fma_(p, u, splat(2.063908716e-2f));
  p = fma_(p, u, splat(-5.373971505e-2f));
  p = fma_(p, u, splat(1.333144220e-1f));
  p = fma_(p, u, splat(-3.333328194e-1f));
  vf small = fma_(p * u, x, x);
  vf large = 1.0f - 2.0f / (exp_(a + a) + 1.0f);
  return copysign_(pick(a < 0.625f, small, large), x);
}
/* Below 1 an odd polynomial; above, 1 − exp(−q(x)) with q a fit of −log erfc. erf(4) rounds to 1. */
INLINE vf erf_(vf x) {
  vf a = abs_(x), u = x * x;
  vf p = splat(7.853861219e-5f);
  p = fma_(p, u, splat(-8.010193585e-4f));
  p = fma_(p, u, splat(5.188327681e-3f));
  p = fma_(p, u, splat(-2.685381193e-2f));
  p = fma_(p, u, splat(1.128358515e-1f));
  p = fma_(p, u, splat(-3.761262582e-1f));
  p = fma_(p, u, splat(1.283791657e-1f));
  vf small = fma_(p, x, x);
  vf t = pick(a > 4.0f, splat(4), a);
  vf q = splat(-1.924251090e-4f);
  q = fma_(q, t, splat(3.008528387e-3f));
  q = fma_(q, t, splat(-2.208760809e-2f));
  q = fma_(q, t, splat(1.036402583e-1f));
  q = fma_(q, t, splat(6.375170819e-1f));
  q = fma_(q, t, splat(1.127474944e+0f));
  q = fma_(q, t, splat(2.447231302e-4f));
  vf y = copysign_(pick(a < 1.0f, small, 1.0f - exp_(-q)), x);
  return pick(x == x, y, x); /* relaxed SIMD may have lost a NaN in the clamp */
}

/* sin(x + quarter·π/2). The reduction runs in double: right to float precision for |x| up to 10⁹;
   beyond, the result is bounded but means nothing. */
INLINE vf sin_shifted(vf x, int quarter) {
  vd wide = __builtin_convertvector(x, vd);
  vd shifted = wide * 0.63661977236758134 + 6755399441055744.0; /* 1.5·2⁵²: the low bits are the integer */
  vd n = shifted - 6755399441055744.0;
  vd rest = (wide - n * 1.5707963267341256) - n * 6.0771005065061922e-11; /* π/2 = 33 bits + the rest */
  vi q = __builtin_convertvector((vl)shifted, vi) + quarter;
  vf r = __builtin_convertvector(rest, vf), u;
  r = pick(abs_(r) > 1.0f, splat(0), r);
  u = r * r;
  vf s = splat(2.718114125e-6f);
  s = fma_(s, u, splat(-1.983931149e-4f));
  s = fma_(s, u, splat(8.333329302e-3f));
  s = fma_(s, u, splat(-1.666666664e-1f));
  s = fma_(s * u, r, r);
  vf c = splat(-2.720568469e-7f);
  c = fma_(c, u, splat(2.479945931e-5f));
  c = fma_(c, u, splat(-1.388888350e-3f));
  c = fma_(c, u, splat(4.166666662e-2f));
  c = fma_(c, u * u, fma_(u, splat(-0.5f), splat(1)));
  vf y = pick((q & 1) != 0, c, s);
  return (vf)((vi)y ^ ((q & 2) << 30));
}
INLINE vf sin_(vf x) { return pick(x == 0, x, sin_shifted(x, 0)); }
INLINE vf cos_(vf x) { return sin_shifted(x, 1); }

INLINE vf atan2_(vf y, vf x) {
  vf ay = abs_(y), ax = abs_(x);
  vi steep = ay > ax;
  vf top = pick(steep, ax, ay), bottom = pick(steep, ay, ax);
  vf t = pick(top == bottom, pick(top == 0, splat(0), splat(1)), top / bottom), u = t * t;
  vf p = splat(-1.793622290e-3f);
  p = fma_(p, u, splat(1.091460844e-2f));
  p = fma_(p, u, splat(-3.117785105e-2f));
  p = fma_(p, u, splat(5.795759899e-2f));
  p = fma_(p, u, splat(-8.403450658e-2f));
  p = fma_(p, u, splat(1.095218589e-1f));
  p = fma_(p, u, splat(-1.426424170e-1f));
  p = fma_(p, u, splat(1.999854829e-1f));
  p = fma_(p, u, splat(-3.333329909e-1f));
  vf a = fma_(p * u, t, t);
  a = pick(steep, 1.57079637f - (a + 4.37113883e-8f), a); /* π/2 and π with the digits float drops */
  a = pick(sign_bit(x) != 0, 3.14159274f - (a + 8.74227766e-8f), a);
  return pick((x != x) | (y != y), x + y, copysign_(a, y));
}

/* 2^(y·log2 x) with both steps in double, so that the result is good to the last float bit. Doubles go by halves:
   vectors wider than the machine's are taken apart lane by lane by some compilers. */
#define HALF (LANES / 2)
typedef float hf __attribute__((vector_size(HALF * 4), aligned(4), may_alias));
typedef int32_t hi __attribute__((vector_size(HALF * 4), aligned(4), may_alias));
typedef double hd __attribute__((vector_size(HALF * 8), aligned(8), may_alias));
typedef int64_t hl __attribute__((vector_size(HALF * 8), aligned(8), may_alias));

/* log2 of e + m, m in [√½, √2). */
INLINE hd log2_wide(hi e, hf mantissa) {
  hd m = __builtin_convertvector(mantissa, hd);
  hd t = (m - 1.0) / (m + 1.0), u = t * t; /* log m = 2·artanh t, |t| ≤ 0.172 */
  hd s = u * (1.0 / 15) + 1.0 / 13;
  s = s * u + 1.0 / 11;
  s = s * u + 1.0 / 9;
  s = s * u + 1.0 / 7;
  s = s * u + 1.0 / 5;
  s = s * u + 1.0 / 3;
  s = s * u + 1.0;
  return __builtin_convertvector(e, hd) + t * s * 2.8853900817779268;
}
INLINE hf exp2_wide(hd x) {
  const double shift = 6755399441055744.0;
  hl low = x < -200.0, high = x > 200.0; /* beyond float either way; a double still holds 2^±200 */
  x = (hd)(((hl)x & ~(low | high)) | ((hl)(x * 0 - 200.0) & low) | ((hl)(x * 0 + 200.0) & high));
  hd shifted = x + shift, r = (x - (shifted - shift)) * 0.69314718055994531;
  hd s = r * (1.0 / 362880) + 1.0 / 40320;
  s = s * r + 1.0 / 5040;
  s = s * r + 1.0 / 720;
  s = s * r + 1.0 / 120;
  s = s * r + 1.0 / 24;
  s = s * r + 1.0 / 6;
  s = s * r + 0.5;
  s = s * r + 1.0;
  s = s * r + 1.0;
  hl n = (hl)shifted << 52; /* the integer, moved to where a double keeps its exponent */
  return __builtin_convertvector((hd)((hl)s + n), hf);
}
/* |x|^y for ordinary values: 0 < x < ∞ and y finite. */
INLINE vf pow_ordinary(vf x, vf y) {
  vi tiny = x < 1.17549435e-38f;
  vi bits = (vi)pick(tiny, x * 8388608.0f, x);
  vi e = (bits - 0x3f3504f3) >> 23;
  float mantissa[LANES], power[LANES], result[LANES];
  int32_t exponent[LANES];
  store(mantissa, (vf)(bits - (e << 23))), store(power, y);
  *(vi *)exponent = e - (tiny & 23);
  for (int k = 0; k < LANES; k += HALF) {
    hd z = log2_wide(*(hi *)(exponent + k), *(hf *)(mantissa + k)) * __builtin_convertvector(*(hf *)(power + k), hd);
    *(hf *)(result + k) = exp2_wide(z);
  }
  return load(result);
}
INLINE vf pow_(vf x, vf y) {
  vf a = abs_(x), ay = abs_(y);
  vi ordinary = (a > 0) & (a < INF) & (ay < INF);
  vf r = pow_ordinary(pick(ordinary, a, splat(1)), pick(ordinary, y, splat(1)));
  vi up = y > 0;
  vi to_infinity = pick(a > 1.0f, splat(1), splat(0)) != pick(up, splat(0), splat(1)); /* |x| to the ±∞ */
  r = pick(ay == INF, pick(a == 1.0f, splat(1), pick(to_infinity, splat(INF), splat(0))), r);
  r = pick((a == 0) | (a == INF), pick((a == 0) == up, splat(0), splat(INF)), r);
  vi whole = (round_(y) == y), odd = whole & (round_(y * 0.5f) * 2.0f != y);
  r = pick((x < 0) & (a < INF) & (ay < INF) & ~whole, splat(NOT_A_NUMBER), r);
  r = (vf)((vi)r ^ (sign_bit(x) & odd & (ay < INF)));
  r = pick((x != x) | (y != y), x + y, r);
  return pick((y == 0) | (x == 1.0f), splat(1), r);
}
