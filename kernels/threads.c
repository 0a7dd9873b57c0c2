/* A fork is one store of the number of tasks left; threads claim tasks by taking one off with compare-and-swap, and a
   swap that succeeds claims from the fork of that moment, so a late thread can neither claim from a stale fork nor
   hold up one it has no task of. The caller joins when the count of finished tasks is full. Waiting is spinning for a
   while, then sleeping on the word that will change. The swap has 32 bits on purpose: V8's baseline compiler (Node 20)
   loses a register around a 64-bit one. */
#include "threads.h"

#if defined(__wasm__)
#define NATIVE 0
#else
#define NATIVE 1
#include <limits.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif
#endif

static struct {
  _Alignas(64) uint32_t left;   /* tasks not yet claimed */
  _Alignas(64) uint32_t done;   /* tasks finished */
  uint32_t joining;             /* the caller sleeps on `done` */
  _Alignas(64) uint32_t signal; /* changes with every fork; workers sleep on it */
  uint32_t sleepers;
  _Alignas(64) fork_join work;
  int threads, quitting;
  int64_t spins;
} pool = {.threads = 1};

#define GET(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define SET(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)
#define ADD(x, v) __atomic_fetch_add(&(x), v, __ATOMIC_SEQ_CST)

/* -- sleeping ------------------------------------------------------------------------------------ */

#if defined(__wasm_atomics__)
static void sleep_while(uint32_t *word, uint32_t value) { __builtin_wasm_memory_atomic_wait32((int *)word, (int)value, -1); }
static void wake(uint32_t *word, int count) { __builtin_wasm_memory_atomic_notify((int *)word, (unsigned)count); }
#elif defined(__wasm__)
static void sleep_while(uint32_t *word, uint32_t value) { (void)word, (void)value; }
static void wake(uint32_t *word, int count) { (void)word, (void)count; }
#elif defined(__linux__)
static void sleep_while(uint32_t *word, uint32_t value) { syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, 0, 0, 0); }
static void wake(uint32_t *word, int count) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0); }
#else
static pthread_mutex_t bed = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t alarm_bell = PTHREAD_COND_INITIALIZER;
static void sleep_while(uint32_t *word, uint32_t value) {
  pthread_mutex_lock(&bed);
  if (GET(*word) == value) pthread_cond_wait(&alarm_bell, &bed);
  pthread_mutex_unlock(&bed);
}
static void wake(uint32_t *word, int count) {
  (void)word, (void)count;
  pthread_mutex_lock(&bed);
  pthread_cond_broadcast(&alarm_bell);
  pthread_mutex_unlock(&bed);
}
#endif

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* How often to look before sleeping: some 60 µs where every thread has a core, next to nothing where not. */
static int64_t spins_for(int threads) {
#if NATIVE
  if (threads > sysconf(_SC_NPROCESSORS_ONLN)) return 20;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < 1000; i++) relax(), (void)GET(pool.signal);
  clock_gettime(CLOCK_MONOTONIC, &to);
  int64_t nanoseconds = (to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec;
  int64_t spins = nanoseconds > 0 ? 60000000 / nanoseconds : 1000;
  return spins < 100 ? 100 : spins;
#else
  (void)threads;
  return 20000;
#endif
}

/* -- fork and join ------------------------------------------------------------------------------- */

/* Claims and runs tasks of the present fork until none is left. `pool.work` may be read only after a claim:
   it stays put until that task is counted as done. */
static void work_off(int thread) {
  for (;;) {
    uint32_t left = GET(pool.left);
    if (left == 0) return;
    uint32_t expected = left;
    if (!__atomic_compare_exchange_n(&pool.left, &expected, left - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
      relax();
      continue;
    }
    uint32_t tasks = (uint32_t)pool.work.tasks;
    pool.work.run(pool.work.context, tasks - left, thread);
    if (ADD(pool.done, 1) + 1 == tasks && GET(pool.joining)) wake(&pool.done, 1);
  }
}

void pool_worker(int thread) {
  for (;;) {
    uint32_t seen = GET(pool.signal);
    if (GET(pool.quitting)) return;
    if (thread < GET(pool.threads)) work_off(thread);
    int64_t spins = GET(pool.spins);
    while (spins-- > 0 && GET(pool.signal) == seen) relax();
    if (GET(pool.signal) != seen) continue;
    ADD(pool.sleepers, 1);
    sleep_while(&pool.signal, seen);
    ADD(pool.sleepers, -1);
  }
}

static void raise_signal(int count) {
  ADD(pool.signal, 1);
  if (GET(pool.sleepers)) wake(&pool.signal, count);
}

static void join(uint32_t tasks) {
  int64_t spins = pool.spins;
  while (spins-- > 0 && GET(pool.done) != tasks) relax();
  if (GET(pool.done) == tasks) return;
  SET(pool.joining, 1);
  for (uint32_t done; (done = GET(pool.done)) != tasks;) sleep_while(&pool.done, done);
  SET(pool.joining, 0);
}

#if NATIVE
static pthread_t workers[MAX_THREADS];
static int started = 1; /* the caller counts */

static void *worker_main(void *number) {
  pool_worker((int)(intptr_t)number);
  return 0;
}
static void start_workers(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  while (started < pool.threads && pthread_create(&workers[started], &attributes, worker_main, (void *)(intptr_t)started) == 0) started++;
  pthread_attr_destroy(&attributes);
}
#else
static void start_workers(void) {}
#endif

void pool_run(const fork_join *work) {
  if (pool.threads == 1 || work->tasks <= 1) {
    for (int64_t task = 0; task < work->tasks; task++) work->run(work->context, task, 0);
    return;
  }
  start_workers();
  pool.work = *work;
  SET(pool.done, 0);
  SET(pool.left, (uint32_t)work->tasks);
  int helpers = pool.threads - 1;
  raise_signal(work->tasks - 1 < helpers ? (int)work->tasks - 1 : helpers);
  work_off(0);
  join((uint32_t)work->tasks);
}

int pool_threads(void) { return pool.threads; }

void pool_close(void) {
  SET(pool.quitting, 1);
  ADD(pool.signal, 1);
  wake(&pool.signal, MAX_THREADS);
#if NATIVE
  while (started > 1) pthread_join(workers[--started], 0);
  SET(pool.quitting, 0);
#endif
}

void pool_set_threads(int threads) {
  threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
#if NATIVE
  if (threads < started) pool_close();
#endif
  SET(pool.threads, threads);
  SET(pool.spins, spins_for(threads));
}
