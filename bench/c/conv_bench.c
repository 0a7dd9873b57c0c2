/* Times convolution and pooling on training shapes: GFLOP/s of the three convolutions on 1 and on `threads` threads,
   GB/s of the pools. Build: cc -O3 -march=native -ffp-contract=fast -pthread conv_bench.c && ./a.out [threads] [name] */
#include "../../kernels/test/conv_stage.h"

typedef struct { const char *name; int batch, size, c, groups, t, kernel, stride, pad, dilation; } layer;

static const layer layers[] = {
    {"3x3 16-32 @28", 128, 28, 16, 1, 32, 3, 1, 1, 1},     {"3x3 32-64 @28", 128, 28, 32, 1, 64, 3, 1, 1, 1},
    {"5x5 32-64 @14", 128, 14, 32, 1, 64, 5, 1, 2, 1},     {"5x5 1-32 @28", 128, 28, 1, 1, 32, 5, 1, 2, 1},
    {"3x3 1-16 @28", 128, 28, 1, 1, 16, 3, 1, 1, 1},       {"3x3 3-16 @32", 128, 32, 3, 1, 16, 3, 1, 1, 1},
    {"3x3 16-16 @32", 128, 32, 16, 1, 16, 3, 1, 1, 1},     {"3x3 64-64 @16", 128, 16, 64, 1, 64, 3, 1, 1, 1},
    {"3x3 128-128 @8", 128, 8, 128, 1, 128, 3, 1, 1, 1},   {"3x3 256-256 @7", 32, 7, 256, 1, 256, 3, 1, 1, 1},
    {"3x3/2 32-64 @32", 128, 32, 32, 1, 64, 3, 2, 1, 1},   {"1x1 64-128 @14", 128, 14, 64, 1, 128, 1, 1, 0, 1},
    {"1x1/2 64-128 @28", 64, 28, 64, 1, 128, 1, 2, 0, 1},  {"3x3d2 32-32 @28", 64, 28, 32, 1, 32, 3, 1, 2, 2},
    {"7x7/2 3-64 @64", 16, 64, 3, 1, 64, 7, 2, 3, 1},      {"3x3 8-10 @28", 128, 28, 8, 1, 10, 3, 1, 1, 1},
    {"3x3 g4 64-64 @14", 64, 14, 16, 4, 64, 3, 1, 1, 1},   {"dw 3x3 32 @28", 128, 28, 1, 32, 32, 3, 1, 1, 1},
    {"dw 3x3/2 64 @28", 128, 28, 1, 64, 64, 3, 2, 1, 1},   {"dw 5x5 128 @14", 128, 14, 1, 128, 128, 5, 1, 2, 1},
    {"n1 dw 3x3 32 @28", 1, 28, 1, 32, 32, 3, 1, 1, 1},    {"n1 dw 3x3/2 64 @28", 1, 28, 1, 64, 64, 3, 2, 1, 1},
    {"n1 dw 5x5 128 @14", 1, 14, 1, 128, 128, 5, 1, 2, 1}, {"n1 3x3 1-16 @28", 1, 28, 1, 1, 16, 3, 1, 1, 1},
    {"n1 3x3 16-32 @28", 1, 28, 16, 1, 32, 3, 1, 1, 1},    {"n1 3x3 32-64 @28", 1, 28, 32, 1, 64, 3, 1, 1, 1},
    {"n1 5x5 32-64 @14", 1, 14, 32, 1, 64, 5, 1, 2, 1},    {"n1 3x3 256-256 @14", 1, 14, 256, 1, 256, 3, 1, 1, 1},
};

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static float *buffer(i64 count) {
  float *p = aligned_alloc(64, (size_t)CEIL_DIV(count * 4 + 64, 64) * 64);
  for (i64 i = 0; i < count; i++) p[i] = (float)(i * 7919 % 1000) / 1000 - 0.5f;
  return p;
}

static int ascending(const void *a, const void *b) { return *(const double *)a < *(const double *)b ? -1 : 1; }

/* Median time of one run, or the best with BEST in the environment (for a busy machine): enough runs a sample to last a millisecond. */
static double median(const kernel *k, const void *args, uint8_t *shared) {
  double times[11];
  int runs = 1;
  for (int s = -2; s < 11; s++) {
    double start = seconds();
    for (int i = 0; i < runs; i++) stage_run(k, args, shared);
    double spent = (seconds() - start) / runs;
    if (s < 0) runs = spent > 1e-3 ? 1 : (int)(1e-3 / spent) + 1;
    else times[s] = spent;
  }
  qsort(times, 11, sizeof *times, ascending);
  return times[getenv("BEST") ? 0 : 5];
}

/* -- the ceiling, measured beside each layer since a shared machine's changes: multiply-adds on registers alone ------ */

#define PEAK_CHAINS 12
#define PEAK_STEPS 20000
static float peak_sink[64];
static i64 peak_tasks(const void *args, i64 phase) { return (void)args, (void)phase, 64; }
static void peak_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase, (void)ws;
  vf sum[PEAK_CHAINS], a = splat(*(const float *)args), b = splat(1e-3f);
#pragma GCC unroll 16
  for (int i = 0; i < PEAK_CHAINS; i++) sum[i] = splat((float)i);
  for (int n = 0; n < PEAK_STEPS; n++)
#pragma GCC unroll 16
    for (int i = 0; i < PEAK_CHAINS; i++) sum[i] = fma_(sum[i], a, b);
#pragma GCC unroll 16
  for (int i = 0; i < PEAK_CHAINS; i++) peak_sink[task] += sum[i][0];
}
static const kernel peak_kernel = {1, peak_tasks, peak_run, 0};

static double peak(void) {
  float a = 0.999f;
  return 64.0 * PEAK_STEPS * PEAK_CHAINS * 2 * LANES / median(&peak_kernel, &a, 0) * 1e-9;
}

static void bench_layer(const layer *l) {
  i64 out = (l->size + 2 * l->pad - (l->kernel - 1) * l->dilation - 1) / l->stride + 1;
  i64 xs = (i64)l->batch * l->size * l->size * l->c * l->groups, ys = (i64)l->batch * out * out * l->t;
  i64 ws = (i64)l->t * l->c * l->kernel * l->kernel;
  conv_program p = {.args = {.batch = l->batch, .height = l->size, .width = l->size, .c = l->c, .groups = l->groups,
                             .t = l->t, .kernel_h = l->kernel, .kernel_w = l->kernel, .out_h = out, .out_w = out,
                             .stride_h = l->stride, .stride_w = l->stride, .pad_top = l->pad, .pad_left = l->pad,
                             .dilation_h = l->dilation, .dilation_w = l->dilation, .w_w = 1, .w_h = l->kernel,
                             .w_c = l->kernel * l->kernel, .w_t = l->c * l->kernel * l->kernel}};
  float *x = buffer(xs), *y = buffer(ys), *w = buffer(ws);
  p.args.x = (i64)(intptr_t)x;
  p.args.y = (i64)(intptr_t)y;
  p.args.w = (i64)(intptr_t)w;
  const kernel *kernels[] = {&conv2d_kernel, &conv2d_input_grad_kernel, &conv2d_weight_grad_kernel};
  double flops = 2.0 * (double)(ys * l->c) * l->kernel * l->kernel;
  double ceiling = peak();
  printf(" | %7.1f | %6.0f", flops * 1e-6, ceiling);
  for (int k = 0; k < 3; k++) {
    uint8_t *shared = aligned_alloc(64, (size_t)CEIL_DIV(kernels[k]->shared_bytes(&p) + 64, 64) * 64);
    double t = median(kernels[k], &p, shared);
    printf(" | %8.1f us %6.1f %3.0f%%", t * 1e6, flops / t * 1e-9, flops / t * 1e-7 / ceiling);
    fflush(stdout);
    free(shared);
  }
  free(x);
  free(y);
  free(w);
}

static void bench_pool(int c, int size, int kernel_size, int stride) {
  i64 batch = 128, out = (size - kernel_size) / stride + 1, xs = batch * size * size * c, ys = batch * out * out * c;
  float *x = buffer(xs), *y = buffer(ys);
  uint8_t *index = malloc((size_t)ys);
  pool_args a = {.x = (i64)(intptr_t)x, .y = (i64)(intptr_t)y, .index = (i64)(intptr_t)index, .batch = batch,
                 .height = size, .width = size, .c = c, .kernel_h = kernel_size, .kernel_w = kernel_size, .out_h = out,
                 .out_w = out, .stride_h = stride, .stride_w = stride};
  const kernel *kernels[] = {&max_pool2d_kernel, &max_pool2d_grad_kernel, &avg_pool2d_kernel, &avg_pool2d_grad_kernel};
  printf("pool %dx%d/%d c%d @%d", kernel_size, kernel_size, stride, c, size);
  for (int k = 0; k < 4; k++) {
    double t = median(kernels[k], &a, 0), bytes = 4.0 * (double)(xs + ys) + (k < 2 ? (double)ys : 0);
    printf(" | %7.1f us %5.1f GB/s", t * 1e6, bytes / t * 1e-9);
  }
  printf("\n");
  free(x);
  free(y);
  free(index);
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 4;
  const char *only = argc > 2 ? argv[2] : "";
  printf("%d lanes; MFLOP | peak GFLOP/s | us, GFLOP/s and %% of peak of forward | input gradient | weight gradient\n", LANES);
  for (int run = threads > 1 ? 0 : 1; run < 2; run++) {
    stage_open(run ? threads : 1);
    printf("-- %d threads\n", stage.threads);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
      if (!strstr(layers[i].name, only)) continue;
      printf("%-18s", layers[i].name);
      bench_layer(&layers[i]);
      printf("\n");
    }
    if (strstr("pool", only)) {
      bench_pool(32, 28, 2, 2);
      bench_pool(6, 28, 2, 2);
      bench_pool(64, 28, 3, 2);
    }
    stage_close();
  }
  return 0;
}
