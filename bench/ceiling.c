/* The machine's ceiling: multiply-adds on registers alone, and copying between arrays too large for any cache.
   Usage: ceiling THREADS; prints one line a figure: name, vector bits, GFLOP/s or GB/s on one thread and on all.
   Compiled with -ffp-contract=off a product and its sum stay two instructions, as WASM has them without relaxed SIMD. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHAINS 14 /* enough independent sums to hide the latency, few enough for 16 registers */
#define TURNS 1000000
#define COPY_BYTES (256ll << 20)
#define ROUNDS 100 /* short ones: on a machine in use some of them are left alone */
#define COPY_ROUNDS 30
#define MOST_THREADS 256

typedef void (*job)(int thread);
static int threads;
static volatile float sink;
static uint8_t *from, *to;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#define MULTIPLY_ADD(bits)                                                    \
  typedef float vector##bits __attribute__((vector_size(bits / 8)));          \
  static void multiply_add##bits(int thread) {                                \
    vector##bits a, b, c[CHAINS], sum;                                        \
    for (int j = 0; j < bits / 32; j++) a[j] = 0.999f, b[j] = 1e-3f;          \
    for (int i = 0; i < CHAINS; i++) c[i] = b * (float)(i + thread);          \
    for (long turn = 0; turn < TURNS; turn++)                                 \
      _Pragma("GCC unroll 14") for (int i = 0; i < CHAINS; i++) c[i] = c[i] * a + b; \
    sum = c[0];                                                               \
    for (int i = 1; i < CHAINS; i++) sum += c[i];                             \
    sink = sum[0];                                                            \
  }
MULTIPLY_ADD(128)
MULTIPLY_ADD(256)
MULTIPLY_ADD(512)

static void copy(int thread) {
  int64_t part = COPY_BYTES / threads;
  memcpy(to + part * thread, from + part * thread, (size_t)part);
}

static atomic_int ready, go;
static job current;

static void *worker(void *number) {
  atomic_fetch_add(&ready, 1);
  while (!atomic_load(&go)) {}
  current((int)(intptr_t)number);
  return 0;
}

/* Seconds that `count` threads take, from the moment all of them are ready. */
static double seconds(job work, int count) {
  pthread_t ids[MOST_THREADS];
  current = work, threads = count;
  atomic_store(&ready, 1), atomic_store(&go, 0);
  for (int i = 1; i < count; i++) pthread_create(&ids[i], 0, worker, (void *)(intptr_t)i);
  while (atomic_load(&ready) < count) {}
  double start = now();
  atomic_store(&go, 1);
  work(0);
  for (int i = 1; i < count; i++) pthread_join(ids[i], 0);
  return now() - start;
}

/* The best of some rounds: a ceiling is what the machine can do, not what it does while others use it. */
static double best(job work, int count, int rounds) {
  double least = 1e9;
  for (int round = 0; round < rounds; round++) {
    double s = seconds(work, count);
    if (s < least) least = s;
  }
  return least;
}

static void print_rate(const char *name, int bits, job work, double amount, int is_shared, int all) {
  int rounds = is_shared ? COPY_ROUNDS : ROUNDS;
  double one = amount / best(work, 1, rounds), every = amount * (is_shared ? 1 : all) / best(work, all, rounds);
  printf("%s %d %.2f %.2f\n", name, bits, one * 1e-9, every * 1e-9);
  fflush(stdout);
}

int main(int count, char **words) {
  int all = count > 1 ? atoi(words[1]) : 1;
  if (all < 1 || all > MOST_THREADS) return 1;
  print_rate("flops", 128, multiply_add128, 2.0 * 4 * CHAINS * TURNS, 0, all);
  print_rate("flops", 256, multiply_add256, 2.0 * 8 * CHAINS * TURNS, 0, all);
  print_rate("flops", 512, multiply_add512, 2.0 * 16 * CHAINS * TURNS, 0, all);
  from = malloc(COPY_BYTES), to = malloc(COPY_BYTES);
  if (!from || !to) return 1;
  memset(from, 1, COPY_BYTES), memset(to, 2, COPY_BYTES);
  print_rate("copy", 0, copy, 2.0 * COPY_BYTES, 1, all);
  return 0;
}
