/* The Node-API addon: device memory as one reserved range of addresses, and programs run by a driver thread so that
   JavaScript never waits. The driver and the pool belong to the process, memory and pending runs to one environment. */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../program.h"
#include "../threads.h"
#include "isa.h"

#define RESERVE (64ll << 30)
#define GUARD (1 << 16) /* past the capacity, so that nothing lies right behind the last array */
#define RELEASE_LEAST (1 << 20)
#define MAX_OPEN 16 /* hosts of one environment */

/* The address range of one open host. */
typedef struct {
  uint8_t *base;
  i64 capacity;
  i64 unfinished; /* runs the driver still has; under `queue_lock` */
  uint32_t stop;
} memory;

typedef struct {
  memory memories[MAX_OPEN];
  napi_threadsafe_function settled;
  i64 pending; /* runs whose promise is open; JavaScript thread only */
} environment;

typedef struct job {
  environment *owner;
  memory *memory;
  napi_deferred deferred;
  program_run_args call;
  i64 steps_done;
  struct job *next;
} job;

static const kernel *table;
static const char *isa;
static uint8_t *locals;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t run_lock = PTHREAD_MUTEX_INITIALIZER; /* held by whoever runs a program */
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_changed = PTHREAD_COND_INITIALIZER;
static job *queue_first, **queue_last = &queue_first;
static bool driver_started;

/* -- the process ---------------------------------------------------------------------------------- */

static uint8_t *reserve(i64 bytes) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;
#endif
  void *p = mmap(0, (size_t)bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  return p == MAP_FAILED ? 0 : p;
}

static void open_process(void) {
  table = isa_choose(&isa);
  locals = reserve((i64)MAX_THREADS * LOCAL_BYTES);
}

static i64 run_locked(program_run_args *call) {
  pthread_mutex_lock(&run_lock);
  i64 steps = program_run(call);
  pthread_mutex_unlock(&run_lock);
  return steps;
}

static void *driver_main(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&queue_lock);
    while (!queue_first) pthread_cond_wait(&queue_changed, &queue_lock);
    job *j = queue_first;
    queue_first = j->next;
    if (!queue_first) queue_last = &queue_first;
    pthread_mutex_unlock(&queue_lock);
    j->steps_done = run_locked(&j->call);
    memory *m = j->memory;
    if (napi_call_threadsafe_function(j->owner->settled, j, napi_tsfn_blocking) != napi_ok) free(j);
    pthread_mutex_lock(&queue_lock);
    m->unfinished--;
    pthread_cond_broadcast(&queue_changed);
    pthread_mutex_unlock(&queue_lock);
  }
}

static bool enqueue(job *j) {
  pthread_mutex_lock(&queue_lock);
  if (!driver_started) {
    pthread_t driver;
    driver_started = pthread_create(&driver, 0, driver_main, 0) == 0;
    if (driver_started) pthread_detach(driver);
  }
  if (driver_started) {
    j->memory->unfinished++;
    *queue_last = j, queue_last = &j->next;
    pthread_cond_broadcast(&queue_changed);
  }
  pthread_mutex_unlock(&queue_lock);
  return driver_started;
}

/* -- the environment ------------------------------------------------------------------------------ */

static void stop_runs(memory *m) { __atomic_fetch_add(&m->stop, 1, __ATOMIC_SEQ_CST); }

static void close_memory(memory *m) {
  if (!m->base) return;
  stop_runs(m);
  pthread_mutex_lock(&queue_lock);
  while (m->unfinished) pthread_cond_wait(&queue_changed, &queue_lock);
  pthread_mutex_unlock(&queue_lock);
  munmap(m->base, (size_t)m->capacity + GUARD);
  m->base = 0, m->capacity = 0;
}

static void close_environment(void *data) {
  environment *e = data;
  for (int k = 0; k < MAX_OPEN; k++) close_memory(&e->memories[k]);
}

static void free_environment(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  free(data);
}

static void settle(napi_env env, napi_value unused, void *data, void *job_data) {
  (void)unused;
  environment *e = data;
  job *j = job_data;
  if (env) {
    napi_value steps;
    napi_create_int64(env, j->steps_done, &steps);
    napi_resolve_deferred(env, j->deferred, steps);
    if (--e->pending == 0) napi_unref_threadsafe_function(env, e->settled);
  }
  free(j);
}

static bool reserve_memory(memory *m) {
  i64 physical = (i64)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  for (m->capacity = MIN(RESERVE, physical & ~(i64)0xffff); m->capacity >= 1 << 26; m->capacity /= 2) {
    m->base = reserve(m->capacity + GUARD);
    if (!m->base) continue;
#ifdef MADV_HUGEPAGE
    madvise(m->base, (size_t)m->capacity, MADV_HUGEPAGE);
#endif
    return true;
  }
  m->capacity = 0;
  return false;
}

/* -- reading arguments ----------------------------------------------------------------------------- */

typedef struct {
  environment *e;
  memory *memory; /* the one that number[0], an address, lies in */
  napi_value values[4];
  i64 number[4];
} arguments;

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, "NABLA_DEVICE", message);
  return 0;
}

/* Reads `count` arguments, whole numbers where bit k of `numbers` is set; the first is an address in an open memory.
   Throws and returns false on a wrong one. */
static bool read_arguments(napi_env env, napi_callback_info info, size_t count, unsigned numbers, arguments *a) {
  size_t given = 4;
  napi_get_cb_info(env, info, &given, a->values, 0, 0);
  napi_get_instance_data(env, (void **)&a->e);
  for (size_t k = 0; k < count; k++)
    if (k >= given || (numbers >> k & 1 && napi_get_value_int64(env, a->values[k], &a->number[k]) != napi_ok))
      return fail(env, "native kernels: a number is missing"), false;
  for (int k = 0; k < MAX_OPEN; k++) {
    a->memory = &a->e->memories[k];
    i64 offset = a->number[0] - (i64)(intptr_t)a->memory->base;
    if (a->memory->base && offset >= 0 && offset <= a->memory->capacity) return true;
  }
  return fail(env, "native kernels: an address lies outside device memory, or the device is closed"), false;
}

/* Whether `bytes` bytes from number[0] on are device memory; throws if not. */
static bool in_memory(napi_env env, const arguments *a, i64 bytes) {
  i64 offset = a->number[0] - (i64)(intptr_t)a->memory->base;
  if (bytes >= 0 && bytes <= a->memory->capacity - offset) return true;
  return fail(env, "native kernels: an array ends outside device memory"), false;
}

static bool view_bytes(napi_env env, napi_value value, void **data, size_t *bytes) {
  static const uint8_t width[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, value, &type, bytes, data, 0, 0) == napi_ok && (unsigned)type < sizeof width) {
    *bytes *= width[type];
    return true;
  }
  if (napi_get_dataview_info(env, value, bytes, data, 0, 0) == napi_ok) return true;
  return fail(env, "native kernels: not a typed array"), false;
}

static napi_value number(napi_env env, double x) {
  napi_value value;
  napi_create_double(env, x, &value);
  return value;
}

static napi_value text(napi_env env, const char *s) {
  napi_value value;
  napi_create_string_utf8(env, s, NAPI_AUTO_LENGTH, &value);
  return value;
}

/* -- what JavaScript calls --------------------------------------------------------------------------- */

static napi_value js_write(napi_env env, napi_callback_info info) {
  arguments a;
  void *data;
  size_t bytes;
  if (!read_arguments(env, info, 2, 1, &a) || !view_bytes(env, a.values[1], &data, &bytes)) return 0;
  if (in_memory(env, &a, (i64)bytes) && bytes) memcpy(PTR(void, a.number[0]), data, bytes);
  return 0;
}

static napi_value js_read(napi_env env, napi_callback_info info) {
  arguments a;
  void *data;
  size_t bytes;
  if (!read_arguments(env, info, 2, 1, &a) || !view_bytes(env, a.values[1], &data, &bytes)) return 0;
  if (in_memory(env, &a, (i64)bytes) && bytes) memcpy(data, PTR(void, a.number[0]), bytes);
  return 0;
}

static napi_value js_release(napi_env env, napi_callback_info info) {
  arguments a;
  if (!read_arguments(env, info, 2, 3, &a) || !in_memory(env, &a, a.number[1])) return 0;
  i64 page = sysconf(_SC_PAGESIZE), from = CEIL_DIV(a.number[0], page) * page, to = (a.number[0] + a.number[1]) / page * page;
  if (to - from >= RELEASE_LEAST) madvise(PTR(void, from), (size_t)(to - from), MADV_DONTNEED);
  return 0;
}

static napi_value js_shared_bytes(napi_env env, napi_callback_info info) {
  arguments a;
  if (!read_arguments(env, info, 2, 3, &a) || !in_memory(env, &a, a.number[1] * 8)) return 0;
  return number(env, (double)program_shared_bytes(table, PTR(i64, a.number[0]), a.number[1]));
}

static bool read_call(napi_env env, napi_callback_info info, size_t count, arguments *a, program_run_args *call) {
  if (!read_arguments(env, info, count, 15, a) || !in_memory(env, a, a->number[1] * 8)) return false;
  if (!locals) return fail(env, "native kernels: no memory for the threads' workspaces"), false;
  *call = (program_run_args){table, PTR(i64, a->number[0]), a->number[1], PTR(uint8_t, a->number[2]), locals, 1, &a->memory->stop, 0, 0};
  call->stop_seen = __atomic_load_n(&a->memory->stop, __ATOMIC_SEQ_CST);
  return true;
}

static napi_value js_run(napi_env env, napi_callback_info info) {
  arguments a;
  program_run_args call;
  if (!read_call(env, info, 4, &a, &call)) return 0;
  job *j = calloc(1, sizeof *j);
  napi_value promise;
  if (!j || napi_create_promise(env, &j->deferred, &promise) != napi_ok) return free(j), fail(env, "native kernels: no promise");
  j->owner = a.e, j->memory = a.memory, j->call = call, j->call.steps = a.number[3];
  if (a.e->pending++ == 0) napi_ref_threadsafe_function(env, a.e->settled);
  if (enqueue(j)) return promise;
  napi_value error, message = text(env, "native kernels: the driver thread cannot be started");
  napi_create_error(env, 0, message, &error);
  napi_reject_deferred(env, j->deferred, error);
  if (--a.e->pending == 0) napi_unref_threadsafe_function(env, a.e->settled);
  free(j);
  return promise;
}

static napi_value js_run_sync(napi_env env, napi_callback_info info) {
  arguments a;
  program_run_args call;
  if (!read_call(env, info, 3, &a, &call)) return 0;
  return number(env, (double)run_locked(&call));
}

static napi_value js_stop(napi_env env, napi_callback_info info) {
  arguments a;
  if (read_arguments(env, info, 1, 1, &a)) stop_runs(a.memory);
  return 0;
}

static napi_value js_set_threads(napi_env env, napi_callback_info info) {
  arguments a;
  if (!read_arguments(env, info, 2, 3, &a)) return 0;
  pthread_mutex_lock(&run_lock);
  pool_set_threads((int)a.number[1]);
  pthread_mutex_unlock(&run_lock);
  return 0;
}

static napi_value js_close(napi_env env, napi_callback_info info) {
  arguments a;
  if (read_arguments(env, info, 1, 1, &a)) close_memory(a.memory);
  return 0;
}

static napi_value js_open(napi_env env, napi_callback_info info) {
  environment *e;
  (void)info;
  napi_get_instance_data(env, (void **)&e);
  memory *m = e->memories;
  while (m < e->memories + MAX_OPEN && m->base) m++;
  if (m == e->memories + MAX_OPEN) return fail(env, "native kernels: too many devices are open in this thread. Close one.");
  if (!reserve_memory(m)) return fail(env, "native kernels: no address range for device memory. Use the WASM kernels.");
  napi_value result;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "base", number(env, (double)(intptr_t)m->base));
  napi_set_named_property(env, result, "capacity", number(env, (double)m->capacity));
  napi_set_named_property(env, result, "isa", text(env, isa));
  napi_set_named_property(env, result, "layout", text(env, program_describe()));
  return result;
}

static napi_value initialise(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {{"open", js_open}, {"write", js_write}, {"read", js_read}, {"release", js_release}, {"sharedBytes", js_shared_bytes},
      {"run", js_run}, {"runSync", js_run_sync}, {"stop", js_stop}, {"setThreads", js_set_threads}, {"close", js_close}};
  pthread_once(&once, open_process);
  environment *e = calloc(1, sizeof *e);
  if (!e) return fail(env, "native kernels: out of memory");
  napi_set_instance_data(env, e, free_environment, 0);
  napi_create_threadsafe_function(env, 0, 0, text(env, "nabla"), 0, 1, 0, 0, e, settle, &e->settled);
  napi_unref_threadsafe_function(env, e->settled);
  napi_add_env_cleanup_hook(env, close_environment, e);
  for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
    napi_value function;
    napi_create_function(env, functions[k].name, NAPI_AUTO_LENGTH, functions[k].call, 0, &function);
    napi_set_named_property(env, exports, functions[k].name, function);
  }
  return exports;
}

NAPI_MODULE(nabla, initialise)
