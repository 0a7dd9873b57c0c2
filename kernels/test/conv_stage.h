/* A stage for running convolution and pooling kernels alone: a stand-in epilogue and an instruction loop in miniature.
   Included once by the test and by the benchmark; not part of the library. */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../vector.h"
#include "../kernel.h"

/* Stands for map.c: output 0 becomes max(value, 0), and the scratch it is given is overwritten on purpose. */
static void epilogue(const map_block *m, const float *tile, i64 ld, i64 row, i64 rows, i64 column, i64 columns,
                     workspace ws) {
  const operand *out = (const operand *)(m + 1);
  i64 width = (&m->dim0)[m->rank - 1];
  for (i64 r = 0; r < rows; r++)
    for (i64 c = 0; c < columns; c++) {
      float v = tile[r * ld + c];
      PTR(float, out->address)[(row + r) * width + column + c] = v > 0 ? v : 0;
    }
  memset(ws.local, 0xff, 96 << 10);
}

#include "../conv.c"
#include "../pool.c"

#define MAX_THREADS 64
typedef struct { conv_args args; map_block map; operand out; } conv_program;

static struct {
  const kernel *k;
  const void *args;
  i64 tasks;
  atomic_llong next;
  workspace ws[MAX_THREADS];
  pthread_t id[MAX_THREADS];
  pthread_barrier_t start, stop;
  int threads, quit;
  i64 phase;
} stage;

static void stage_work(int thread) {
  for (i64 task; (task = atomic_fetch_add(&stage.next, 1)) < stage.tasks;)
    stage.k->run(stage.args, stage.phase, task, stage.ws[thread]);
}

static void *stage_thread(void *arg) {
  for (;;) {
    pthread_barrier_wait(&stage.start);
    if (stage.quit) return 0;
    stage_work((int)(intptr_t)arg);
    pthread_barrier_wait(&stage.stop);
  }
}

static void stage_open(int threads) {
  stage.threads = threads;
  stage.quit = 0;
  pthread_barrier_init(&stage.start, 0, threads);
  pthread_barrier_init(&stage.stop, 0, threads);
  for (int i = 0; i < threads; i++) stage.ws[i].local = aligned_alloc(64, LOCAL_BYTES);
  for (int i = 1; i < threads; i++) pthread_create(&stage.id[i], 0, stage_thread, (void *)(intptr_t)i);
}

static void stage_close(void) {
  stage.quit = 1;
  if (stage.threads > 1) pthread_barrier_wait(&stage.start);
  for (int i = 1; i < stage.threads; i++) pthread_join(stage.id[i], 0);
  for (int i = 0; i < stage.threads; i++) free(stage.ws[i].local);
}

/* Runs all phases; `shared` has at least shared_bytes() bytes. A phase of one task stays on this thread. */
static void stage_run(const kernel *k, const void *args, uint8_t *shared) {
  for (int i = 0; i < stage.threads; i++) stage.ws[i].shared = shared;
  stage.k = k;
  stage.args = args;
  for (stage.phase = 0; stage.phase < k->phases; stage.phase++) {
    stage.tasks = k->tasks(args, stage.phase);
    stage.next = 0;
    if (stage.threads == 1 || stage.tasks <= 1) { stage_work(0); continue; }
    pthread_barrier_wait(&stage.start);
    stage_work(0);
    pthread_barrier_wait(&stage.stop);
  }
}
