/* Times gemm.c alone, with a small pool of its own: shape, one thread, four threads, GFLOP/s (or GB/s where memory rules).
   gcc -O3 -march=native -pthread -Ikernels bench/c/gemm_bench.c -o /tmp/gemm_bench && /tmp/gemm_bench [rounds] [part of a name, or m,n,k,NT]
   Add -DBLAS -lopenblas to time OpenBLAS beside it (run with OPENBLAS_NUM_THREADS=4). */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "vector.h"
#include "kernel.h"
#ifdef BLAS
#include <cblas.h>
void openblas_set_num_threads(int);
#endif
static void epilogue(const map_block *m, const float *tile, i64 ld, i64 row, i64 rows, i64 column, i64 columns, workspace ws) {
  (void)m, (void)tile, (void)ld, (void)row, (void)rows, (void)column, (void)columns, (void)ws;
}
#include "gemm.c"

#define MOST_THREADS 16
static int threads = 1;
static atomic_long generation, arrived, left, next_task[MAX_PHASES];
static const void *current;
static workspace spaces[MOST_THREADS];

static void pause_(int turns) {
  if (turns > 2000) sched_yield();
  else __builtin_ia32_pause();
}
static void meet(long target) {
  atomic_fetch_add(&arrived, 1);
  for (int i = 0; atomic_load(&arrived) < target; i++) pause_(i);
}
static void work(int thread) {
  for (i64 phase = 0, met = 0; phase < gemm_kernel.phases; phase++) {
    i64 tasks = gemm_kernel.tasks(current, phase);
    if (!tasks) continue;
    for (i64 t; (t = atomic_fetch_add(&next_task[phase], 1)) < tasks;) gemm_kernel.run(current, phase, t, spaces[thread]);
    meet(++met * threads);
  }
}
static void *follow(void *arg) {
  for (long seen = 0;; seen++) {
    for (int i = 0; atomic_load(&generation) <= seen; i++) pause_(i);
    if ((intptr_t)arg < threads) work((int)(intptr_t)arg), atomic_fetch_add(&left, 1);
  }
  return 0;
}
static void run(const void *args) {
  current = args;
  i64 most = 0;
  for (i64 phase = 0; phase < gemm_kernel.phases; phase++) most = MAX(most, gemm_kernel.tasks(args, phase));
  int wanted = threads;
  if (most <= 1) threads = 1; /* as the instruction loop does: nothing to share */
  atomic_store(&arrived, 0);
  for (int phase = 0; phase < MAX_PHASES; phase++) atomic_store(&next_task[phase], 0);
  atomic_store(&left, 0);
  if (threads > 1) atomic_fetch_add(&generation, 1);
  work(0);
  /* Nobody may still look at this call's counters when the next one resets them. */
  for (int i = 0; atomic_load(&left) < threads - 1; i++) pause_(i);
  threads = wanted;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

typedef struct { gemm_args args; map_block map; } call;
typedef struct { const char *name; i64 batch, m, n, k; char ta, tb; } shape;
static const shape shapes[] = {
    {"1024^3", 1, 1024, 1024, 1024, 'N', 'N'}, {"2048^3", 1, 2048, 2048, 2048, 'N', 'N'}, {"1024^3 TT", 1, 1024, 1024, 1024, 'T', 'T'},
    {"forward 128x784x1000", 1, 128, 1000, 784, 'N', 'T'}, {"dx 128x1000x784", 1, 128, 784, 1000, 'N', 'N'},
    {"dw 1000x128x784", 1, 1000, 784, 128, 'T', 'N'}, {"forward 1024x2500x2000", 1, 1024, 2000, 2500, 'N', 'T'},
    {"dx 1024x2000x2500", 1, 1024, 2500, 2000, 'N', 'N'}, {"dw 2000x1024x2500", 1, 2000, 2500, 1024, 'T', 'N'},
    {"forward 32x784x1000", 1, 32, 1000, 784, 'N', 'T'}, {"dx 32x1000x784", 1, 32, 784, 1000, 'N', 'N'}, {"dw 1000x32x784", 1, 1000, 784, 32, 'T', 'N'},
    {"forward 16x784x1000", 1, 16, 1000, 784, 'N', 'T'}, {"dx 16x1000x784", 1, 16, 784, 1000, 'N', 'N'}, {"dx 8x1000x784", 1, 8, 784, 1000, 'N', 'N'},
    {"forward 128x1000x10", 1, 128, 10, 1000, 'N', 'T'}, {"dx 128x10x1000", 1, 128, 1000, 10, 'N', 'N'}, {"dw 10x128x1000", 1, 10, 1000, 128, 'T', 'N'},
    {"128x1000x10 NN", 1, 128, 10, 1000, 'N', 'N'}, {"1000x128x10 TN", 1, 1000, 10, 128, 'T', 'N'}, {"4096x1000x10 NT", 1, 4096, 10, 1000, 'N', 'T'},
    {"1x784x1000 NT", 1, 1, 1000, 784, 'N', 'T'}, {"1x1000x784 NN", 1, 1, 784, 1000, 'N', 'N'}, {"1x4096x4096 NT", 1, 1, 4096, 4096, 'N', 'T'},
    {"1x4096x4096 NN", 1, 1, 4096, 4096, 'N', 'N'}, {"4096x4096x1 TN", 1, 4096, 1, 4096, 'T', 'N'}, {"outer 1000x1x784", 1, 1000, 784, 1, 'T', 'N'},
    {"64x800x50176 TN", 1, 64, 800, 50176, 'T', 'N'}, {"32x25x100352 TN", 1, 32, 25, 100352, 'T', 'N'}, {"100352x25x32", 1, 100352, 32, 25, 'N', 'T'}, {"dot 1e6", 1, 1, 1, 1000000, 'N', 'T'},
    {"64^3", 1, 64, 64, 64, 'N', 'N'}, {"32^3", 1, 32, 32, 32, 'N', 'T'}, {"256^3", 1, 256, 256, 256, 'N', 'N'}, {"attention 96x(64x32x64)", 96, 64, 64, 32, 'N', 'T'},
    {"attention 96x(256x64x256)", 96, 256, 256, 64, 'N', 'T'}, {"attention 96x(256x256x64)", 96, 256, 64, 256, 'N', 'N'}};

/* Median seconds of a call; `best` becomes the shortest. */
static double median(const call *c, const shape *s, int rounds, int blas, double *best) {
  double times[1001], flops = 2.0 * s->batch * s->m * s->n * s->k;
  (void)blas, (void)s;
  int repeats = MIN(1001, MAX(5, (int)(rounds * 4e8 / (flops + 1e6)))) | 1;
  for (int i = -2; i < repeats; i++) {
    double start = now();
#ifdef BLAS
    if (blas) {
      const gemm_args *g = &c->args;
      for (i64 q = 0; q < s->batch; q++)
        cblas_sgemm(CblasRowMajor, s->ta == 'T' ? CblasTrans : CblasNoTrans, s->tb == 'T' ? CblasTrans : CblasNoTrans, s->m, s->n, s->k, 1,
                    PTR(float, g->a) + q * g->a_batch, s->ta == 'T' ? s->m : s->k, PTR(float, g->b) + q * g->b_batch,
                    s->tb == 'T' ? s->k : s->n, 0, PTR(float, g->c) + q * g->c_batch, s->n);
    } else
#endif
      run(c);
    if (i >= 0) times[i] = now() - start;
  }
  qsort(times, repeats, sizeof *times, ascending);
  *best = times[0];
  return times[repeats / 2];
}

static void time_shape(const shape *s, int rounds) {
  static call c;
  i64 sizes[3] = {s->batch * s->m * s->k, s->batch * s->k * s->n, s->batch * s->m * s->n};
  float *x[3];
  for (int i = 0; i < 3; i++) {
    x[i] = aligned_alloc(64, (4 * sizes[i] + 4159) / 64 * 64);
    for (i64 j = 0; j < sizes[i]; j++) x[i][j] = (j * 7919 % 1000) / 1000.0f - 0.5f;
  }
  c.args = (gemm_args){.a = (i64)(intptr_t)x[0], .b = (i64)(intptr_t)x[1], .c = (i64)(intptr_t)x[2], .batch = s->batch, .m = s->m, .n = s->n, .k = s->k,
                       .a_batch = s->m * s->k, .b_batch = s->k * s->n, .c_batch = s->m * s->n, .c_row = s->n,
                       .a_row = s->ta == 'T' ? 1 : s->k, .a_col = s->ta == 'T' ? s->m : 1,
                       .b_row = s->tb == 'T' ? 1 : s->n, .b_col = s->tb == 'T' ? s->k : 1};
  i64 bytes = gemm_kernel.shared_bytes(&c);
  uint8_t *shared = aligned_alloc(64, bytes / 64 * 64 + 64);
  for (int i = 0; i < MOST_THREADS; i++) spaces[i].shared = shared;
  double flops = 2e-9 * s->batch * s->m * s->n * s->k, traffic = 4e-9 * (sizes[0] + sizes[1] + sizes[2]);
  printf("%-26s", s->name);
  for (int blas = 0; blas <= 1; blas++)
    for (int t = 1; t <= 4; t += 3) {
      threads = t;
#ifdef BLAS
      openblas_set_num_threads(t);
#else
      if (blas) continue;
#endif
      double best, seconds = median(&c, s, rounds, blas, &best);
      printf(" %s%dt %8.1f us %6.1f GF %5.1f GB/s, best %6.1f GF |", blas ? "blas " : "", t, seconds * 1e6, flops / seconds, traffic / seconds,
             flops / best);
    }
  printf(" tasks %d+%d+%d, %d KB\n", (int)gemm_kernel.tasks(&c, 0), (int)gemm_kernel.tasks(&c, 1), (int)gemm_kernel.tasks(&c, 2), (int)(bytes >> 10));
  fflush(stdout);
  for (int i = 0; i < 3; i++) free(x[i]);
  free(shared);
}

int main(int count, char **words) {
  for (int i = 0; i < MOST_THREADS; i++) spaces[i].local = aligned_alloc(64, LOCAL_BYTES);
  for (intptr_t i = 1; i < 4; i++) {
    pthread_t t;
    pthread_create(&t, 0, follow, (void *)i);
  }
  shape own = {.name = count > 2 ? words[2] : "", .batch = 1};
  long m, n, k;
  if (count > 2 && sscanf(words[2], "%ld,%ld,%ld,%c%c", &m, &n, &k, &own.ta, &own.tb) == 5) {
    own.m = m, own.n = n, own.k = k;
    time_shape(&own, atoi(words[1]));
  }
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (count < 3 || strstr(shapes[i].name, words[2])) time_shape(&shapes[i], count > 1 ? atoi(words[1]) : 20);
  return 0;
}
