/* Shuffles of a whole register file of vectors, for any LANES: transposing LANES × LANES, and summing each vector's lanes.
   Knows nothing of matrices larger than that. */
#pragma once
#include "vector.h"

/* Of two vectors, for lanes paired by bit s: the lower lane of each pair, from the first in even places and from the
   second in odd ones; and the higher. */
#define GEMM_LOW(lane, s) ((lane) & (s) ? LANES + (lane) - (s) : (lane))
#define GEMM_HIGH(lane, s) ((lane) & (s) ? LANES + (lane) : (lane) + (s))
#define GEMM_INDEX_4(F, at, s) F(at, s), F(at + 1, s), F(at + 2, s), F(at + 3, s)
#if LANES == 16
#define GEMM_INDEX(F, s) GEMM_INDEX_4(F, 0, s), GEMM_INDEX_4(F, 4, s), GEMM_INDEX_4(F, 8, s), GEMM_INDEX_4(F, 12, s)
#elif LANES == 8
#define GEMM_INDEX(F, s) GEMM_INDEX_4(F, 0, s), GEMM_INDEX_4(F, 4, s)
#else
#define GEMM_INDEX(F, s) GEMM_INDEX_4(F, 0, s)
#endif
#define GEMM_TAKE(which, s, first, second) __builtin_shufflevector(first, second, GEMM_INDEX(which, s))

/* Transposing: for s = 1, 2, 4 … swap the off-diagonal s × s blocks of each pair of rows (i, i + s). */
#define GEMM_SWAP(s)                                                \
  for (int i = 0; i < LANES; i++)                                   \
    if (!(i & (s))) {                                               \
      vf first = row[i], second = row[i + (s)];                     \
      row[i] = GEMM_TAKE(GEMM_LOW, s, first, second);               \
      row[i + (s)] = GEMM_TAKE(GEMM_HIGH, s, first, second);        \
    }

INLINE void gemm_transpose(vf row[LANES]) {
#pragma GCC unroll 16
  GEMM_SWAP(1)
#pragma GCC unroll 16
  GEMM_SWAP(2)
#if LANES >= 8
#pragma GCC unroll 16
  GEMM_SWAP(4)
#endif
#if LANES >= 16
#pragma GCC unroll 16
  GEMM_SWAP(8)
#endif
}

/* Lane i of the result is the sum of the lanes of v[i]: the same tree of pairs, adding instead of swapping. */
#define GEMM_FOLD(s)                          \
  for (int i = 0; i < LANES; i += 2 * (s))    \
    v[i] = GEMM_TAKE(GEMM_LOW, s, v[i], v[i + (s)]) + GEMM_TAKE(GEMM_HIGH, s, v[i], v[i + (s)]);

INLINE vf gemm_sum_lanes(vf v[LANES]) {
#pragma GCC unroll 16
  GEMM_FOLD(1)
#pragma GCC unroll 16
  GEMM_FOLD(2)
#if LANES >= 8
#pragma GCC unroll 16
  GEMM_FOLD(4)
#endif
#if LANES >= 16
#pragma GCC unroll 16
  GEMM_FOLD(8)
#endif
  return v[0];
}
