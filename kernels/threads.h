/* The pool: threads that share the tasks of one phase at a time. Knows nothing of kernels or programs. */
#pragma once
#include <stdint.h>

#define MAX_THREADS 64

typedef struct {
  void (*run)(void *context, int64_t task, int thread);
  void *context;
  int64_t tasks; /* below 2³² */
} fork_join;

/* How many threads share the work from the next fork on, the caller included. Call it between forks. */
void pool_set_threads(int threads);
int pool_threads(void);

/* Runs all tasks, each once, on the calling thread (number 0) and the workers; returns when all are done. */
void pool_run(const fork_join *work);

/* The life of worker `thread` (1 and up); returns after pool_close(). On WASM the host calls it, natively the pool does. */
void pool_worker(int thread);

/* Ends the workers; natively waits for them. */
void pool_close(void);
