/* Times OpenBLAS's sgemm on one shape: openblas M N K TRANS_A TRANS_B SECONDS prints milliseconds, one line a call.
   The number of threads is OPENBLAS_NUM_THREADS. Operands are row-major, [M, K] or [K, M], [K, N] or [N, K]. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };
void cblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
    int ldb, float beta, float *c, int ldc);

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static float *random_numbers(long count) {
  float *x = malloc((size_t)count * sizeof *x);
  for (long i = 0; x && i < count; i++) x[i] = (float)rand() / (float)RAND_MAX - 0.5f;
  return x;
}

int main(int count, char **words) {
  if (count < 7) return 1;
  int m = atoi(words[1]), n = atoi(words[2]), k = atoi(words[3]), ta = atoi(words[4]), tb = atoi(words[5]);
  double seconds = atof(words[6]);
  float *a = random_numbers((long)m * k), *b = random_numbers((long)k * n), *c = random_numbers((long)m * n);
  if (!a || !b || !c) return 1;
  double start = now();
  for (int call = 0; call < 5 || now() - start < seconds; call++) {
    double before = now();
    cblas_sgemm(ROW_MAJOR, ta ? TRANSPOSED : PLAIN, tb ? TRANSPOSED : PLAIN, m, n, k, 1, a, ta ? m : k, b, tb ? k : n, 0, c, n);
    if (call > 1) printf("%.6f\n", (now() - before) * 1e3);
  }
  return 0;
}
