/* The pool under stress: many tiny forks on 1 to 8 threads, each task run exactly once, pauses long enough to sleep,
   thread counts changed between forks; then how long a fork and join takes. Meant for the thread sanitizer:
   gcc -std=gnu11 -O2 -g -fsanitize=thread -pthread kernels/test/threads_test.c -o /tmp/threads_test && /tmp/threads_test
   Without arguments it tests; with one, it times. */
#define _GNU_SOURCE
#include "../threads.c"

#include <stdio.h>
#include <stdlib.h>

#define MOST 100

static int runs[MOST]; /* plain on purpose: only the fork and join order their accesses */
static int64_t total;

static void count(void *context, int64_t task, int thread) {
  const int *rounds = context;
  if (thread < 0 || thread >= pool_threads()) abort();
  for (int i = 0; i < *rounds; i++) relax();
  runs[task]++;
}

static void stress(int threads, int forks) {
  pool_set_threads(threads);
  for (int fork = 0; fork < forks; fork++) {
    int rounds = rand() % 3 ? 0 : rand() % 200, tasks = rand() % 4 ? rand() % 8 : rand() % MOST;
    fork_join work = {count, &rounds, tasks};
    for (int k = 0; k < MOST; k++) runs[k] = 0;
    pool_run(&work);
    for (int k = 0; k < MOST; k++)
      if (runs[k] != (k < tasks)) {
        printf("threads %d, fork %d: task %d of %d ran %d times\n", threads, fork, k, tasks, runs[k]);
        exit(1);
      }
    total += tasks;
    if (fork % 500 == 0) usleep(1000); /* workers fall asleep */
  }
}

static void nothing(void *context, int64_t task, int thread) { (void)context, (void)task, (void)thread; }

static void time_forks(int threads) {
  enum { forks = 20000 };
  pool_set_threads(threads);
  fork_join work = {nothing, 0, threads};
  for (int i = 0; i < 1000; i++) pool_run(&work);
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < forks; i++) pool_run(&work);
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%d threads: %.2f µs a fork and join\n", threads, ((to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) * 1e-3) / forks);
}

int main(int count_, char **unused) {
  (void)unused;
  if (count_ > 1) {
    for (int threads = 1; threads <= 8; threads++) time_forks(threads);
    pool_close();
    return 0;
  }
  for (int round = 0; round < 3; round++)
    for (int threads = 1; threads <= 8; threads++) stress(threads, threads > 4 ? 1500 : 4000);
  pool_close();
  printf("threads_test: %lld tasks, each run once\n", (long long)total);
}
