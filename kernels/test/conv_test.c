/* Convolution and pooling against naive loops in double precision, over ragged shapes, strides, dilations and groups,
   with 1 and 3 threads giving the same bits. Build: cc -O2 -march=native -pthread conv_test.c -lm && ./a.out [seed] */
#include "conv_stage.h"
#include <math.h>

static uint64_t state = 1;
static int below(int n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (int)((state >> 33) % (uint64_t)n);
}
static float *values(i64 count) {
  float *p = malloc((size_t)MAX(1, count) * 4);
  for (i64 i = 0; i < count; i++) p[i] = (float)(below(2001) - 1000) / 1000;
  return p;
}
static int failures, checks, spectral;
static void expect(int holds, const char *what, const conv_args *a) {
  checks++;
  if (holds) return;
  if (failures++ < 20)
    printf("FAIL %s: n%ld %ldx%ld c%ld g%ld t%ld k%ldx%ld out %ldx%ld s%ld,%ld p%ld,%ld d%ld,%ld\n", what, (long)a->batch,
           (long)a->height, (long)a->width, (long)a->c, (long)a->groups, (long)a->t, (long)a->kernel_h, (long)a->kernel_w,
           (long)a->out_h, (long)a->out_w, (long)a->stride_h, (long)a->stride_w, (long)a->pad_top, (long)a->pad_left,
           (long)a->dilation_h, (long)a->dilation_w);
}

/* Runs a kernel on a buffer of exactly the size it asked for, so that a sanitizer sees every overrun. */
static void run(const kernel *k, const void *args) {
  i64 bytes = k->shared_bytes ? k->shared_bytes(args) : 0;
  uint8_t *shared = aligned_alloc(64, (size_t)CEIL_DIV(bytes + 64, 64) * 64);
  memset(shared, 0xff, (size_t)bytes);
  for (int i = 0; i < stage.threads; i++) memset(stage.ws[i].local, 0xff, LOCAL_BYTES);
  stage_run(k, args, shared);
  free(shared);
}

/* -- convolution ---------------------------------------------------------------------------------------------------- */

typedef struct { double *y, *dx, *dw, *size_y, *size_dx, *size_dw; } truth;

/* All three results at once, with the sums of absolute values that bound the rounding error. */
static void naive(const conv_args *a, const float *x, const float *w, const float *dy, truth o) {
  i64 tg = a->t / a->groups, channels = a->c * a->groups;
  for (i64 n = 0; n < a->batch; n++) for (i64 oh = 0; oh < a->out_h; oh++) for (i64 ow = 0; ow < a->out_w; ow++)
    for (i64 t = 0; t < a->t; t++) {
      i64 at = ((n * a->out_h + oh) * a->out_w + ow) * a->t + t;
      for (i64 kh = 0; kh < a->kernel_h; kh++) for (i64 kw = 0; kw < a->kernel_w; kw++) {
        i64 h = oh * a->stride_h - a->pad_top + kh * a->dilation_h, v = ow * a->stride_w - a->pad_left + kw * a->dilation_w;
        if (h < 0 || h >= a->height || v < 0 || v >= a->width) continue;
        for (i64 c = 0; c < a->c; c++) {
          i64 i = ((n * a->height + h) * a->width + v) * channels + t / tg * a->c + c;
          i64 k = t * a->w_t + c * a->w_c + kh * a->w_h + kw * a->w_w;
          o.y[at] += (double)x[i] * w[k]; o.size_y[at] += fabs((double)x[i] * w[k]);
          o.dx[i] += (double)dy[at] * w[k]; o.size_dx[i] += fabs((double)dy[at] * w[k]);
          o.dw[k] += (double)dy[at] * x[i]; o.size_dw[k] += fabs((double)dy[at] * x[i]);
        }
      }
    }
}

/* `size` bounds each result's own rounding; `shared`, where results share sums with their neighbours, is that of all. */
static int close_to(const float *got, const double *want, const double *size, i64 count, int shared, int relu) {
  double largest = 0;
  for (i64 i = 0; i < count; i++) largest = fmax(largest, size[i]);
  for (i64 i = 0; i < count; i++) {
    double y = relu && want[i] < 0 ? 0 : want[i];
    if (!(fabs(got[i] - y) <= (shared ? 1e-6 * largest : 2e-6 * size[i]) + 1e-30)) return 0;
  }
  return 1;
}

/* Forward or input gradient: plain, with an epilogue beside y, with an epilogue in place of y. */
static void check_map_kernel(const kernel *k, conv_args a, int backward, const double *want, const double *size, i64 count,
                             const char *what) {
  i64 dims[4] = {a.batch, backward ? a.height : a.out_h, backward ? a.width : a.out_w, backward ? a.c * a.groups : a.t};
  conv_job job = conv_make_job(&a, backward);
  int shared = (int)conv_is_winograd(&job);
  for (int mode = 0; mode < 3; mode++) {
    float *y = values(count), *z = values(count);
    conv_program p = {.args = a, .map = {.rank = 4, .dim0 = dims[0], .dim1 = dims[1], .dim2 = dims[2], .dim3 = dims[3],
                                         .inputs = 1, .outputs = mode > 0},
                      .out = {.address = (i64)(intptr_t)z}};
    *(backward ? &p.args.x : &p.args.y) = mode == 2 ? 0 : (i64)(intptr_t)y;
    run(k, &p);
    if (mode < 2) expect(close_to(y, want, size, count, shared, 0), what, &a);
    if (mode > 0) expect(close_to(z, want, size, count, shared, 1), "epilogue", &a);
    free(y);
    free(z);
  }
}

static void check_conv(conv_args a, int channels_last_weights) {
  i64 xs = a.batch * a.height * a.width * a.c * a.groups, ys = a.batch * a.out_h * a.out_w * a.t;
  i64 ws = a.t * a.c * a.kernel_h * a.kernel_w;
  if (channels_last_weights) { a.w_c = 1; a.w_w = a.c; a.w_h = a.c * a.kernel_w; a.w_t = a.w_h * a.kernel_h; }
  else { a.w_w = 1; a.w_h = a.kernel_w; a.w_c = a.w_h * a.kernel_h; a.w_t = a.w_c * a.c; }
  float *x = values(xs), *w = values(ws), *dy = values(ys), *dw = values(ws);
  double *all = calloc((size_t)(2 * (xs + ys + ws) + 1), 8);
  truth o = {all, all + ys, all + ys + xs, all + ys + xs + ws, all + 2 * ys + xs + ws, all + 2 * ys + 2 * xs + ws};
  naive(&a, x, w, dy, o);
  a.w = (i64)(intptr_t)w;
  a.x = (i64)(intptr_t)x;
  check_map_kernel(&conv2d_kernel, a, 0, o.y, o.size_y, ys, "forward");
  a.y = (i64)(intptr_t)dy;
  check_map_kernel(&conv2d_input_grad_kernel, a, 1, o.dx, o.size_dx, xs, "input gradient");
  a.w = (i64)(intptr_t)dw;
  run(&conv2d_weight_grad_kernel, &a);
  conv_job job = conv_make_job(&a, 0);
  expect(close_to(dw, o.dw, o.size_dw, ws, (int)conv_is_winograd(&job), 0), "weight gradient", &a);
  free(x); free(w); free(dy); free(dw); free(all);
}

static conv_args shape(int n, int h, int w, int c, int groups, int t, int kh, int kw, int sh, int sw, int p, int q, int dh,
                       int dw, int extra) {
  conv_args a = {.batch = n, .height = h, .width = w, .c = c, .groups = groups, .t = t, .kernel_h = kh, .kernel_w = kw,
                 .stride_h = sh, .stride_w = sw, .pad_top = p, .pad_left = q, .dilation_h = dh, .dilation_w = dw};
  a.out_h = (h + 2 * p + extra - (kh - 1) * dh - 1) / sh + 1;
  a.out_w = (w + 2 * q + extra - (kw - 1) * dw - 1) / sw + 1;
  return a;
}

static void random_conv(void) {
  static const int sizes[] = {1, 2, 3, 4, 5, 7, 8, 10, 16, 17, 24, 31, 32, 33, 40, 64, 65};
  int kh = 1 + below(5), kw = 1 + below(5), dh = 1 + below(3), dw = 1 + below(3);
  int groups = below(3) ? 1 : 1 + below(5), c = sizes[below(groups > 1 ? 9 : 17)], t = sizes[below(groups > 1 ? 9 : 17)];
  if (below(4) == 0) { groups = sizes[below(17)]; c = 1; t = 1; }
  int p = below(kh * dh + 1), q = below(kw * dw + 1), extra = below(2);
  int h = MAX(1, (kh - 1) * dh + 1 - 2 * p) + below(20), w = MAX(1, (kw - 1) * dw + 1 - 2 * q) + below(33);
  check_conv(shape(below(12) ? 1 + below(4) : 0, h, w, c, groups, t * groups, kh, kw, 1 + below(3), 1 + below(3), p, q, dh,
                   dw, extra), below(2));
}

/* Dense, stride 1, enough channels: computed by way of frequencies. Odd sizes leave parts of tiles over. */
static void random_winograd(void) {
  static const int sizes[] = {12, 15, 16, 17, 20, 24, 31, 32, 33, 40, 64, 65};
  int k = below(3) ? 3 : 5, groups = below(4) ? 1 : 2, p = below(k + 2), q = below(k + 2), extra = below(2);
  int h = MAX(1, k - 2 * p) + below(20), w = MAX(1, k - 2 * q) + below(33), c = sizes[below(12)], t = sizes[below(12)];
  conv_args a = shape(below(12) ? 1 + below(4) : 0, h, w, c, groups, t * groups, k, k, 1, 1, p, q, 1, 1, extra);
  conv_job job = conv_make_job(&a, 0);
  spectral += (int)conv_is_winograd(&job);
  check_conv(a, below(2));
}

/* Shapes that must be cut: more rows than a strip, windows larger than a strip, many tasks, many channels. */
static void large_convs(void) {
  check_conv(shape(2, 70, 90, 32, 1, 24, 3, 3, 1, 1, 1, 1, 1, 1, 0), 0);
  check_conv(shape(1, 9, 5000, 3, 1, 9, 3, 3, 1, 1, 1, 1, 1, 1, 0), 0);
  check_conv(shape(1, 60, 70, 100, 1, 5, 3, 3, 1, 1, 24, 28, 24, 28, 0), 0);
  check_conv(shape(1, 3, 3, 1500, 1, 40, 3, 3, 1, 1, 1, 1, 1, 1, 0), 1);
  check_conv(shape(1, 12, 12, 300, 1, 17, 5, 5, 3, 2, 40, 40, 20, 20, 0), 0);
  check_conv(shape(1, 1, 20000, 2, 1, 3, 1, 3, 1, 1, 0, 0, 1, 9000, 0), 0);
  check_conv(shape(3, 33, 35, 70, 70, 70, 7, 7, 2, 2, 3, 3, 2, 1, 0), 0);
  check_conv(shape(1, 5, 4000, 40, 40, 40, 3, 3, 1, 1, 1, 1, 1, 1, 0), 0);
  check_conv(shape(2, 32, 32, 3, 1, 48, 16, 16, 16, 16, 0, 0, 1, 1, 0), 0);
  check_conv(shape(40, 7, 7, 20, 1, 16, 3, 3, 1, 1, 1, 1, 1, 1, 0), 0);
  check_conv(shape(16, 14, 14, 32, 1, 64, 5, 5, 1, 1, 2, 2, 1, 1, 0), 0);
  check_conv(shape(1, 30, 30, 8, 1, 200, 24, 24, 1, 1, 0, 0, 1, 1, 0), 0);
  check_conv(shape(1, 5, 3000, 32, 1, 33, 3, 3, 1, 1, 1, 1, 1, 1, 0), 0);
  check_conv(shape(1, 4, 700, 250, 1, 16, 5, 5, 1, 1, 2, 2, 1, 1, 0), 0);
  check_conv(shape(1, 9, 9, 200, 1, 300, 3, 3, 1, 1, 1, 1, 1, 1, 0), 1);
  check_conv(shape(30, 8, 8, 16, 1, 16, 3, 3, 1, 1, 1, 1, 1, 1, 0), 0);
}

/* -- pooling -------------------------------------------------------------------------------------------------------- */

static void check_pool(pool_args a) {
  conv_args label = {.batch = a.batch, .height = a.height, .width = a.width, .c = a.c, .groups = 1, .t = a.c,
                     .kernel_h = a.kernel_h, .kernel_w = a.kernel_w, .out_h = a.out_h, .out_w = a.out_w,
                     .stride_h = a.stride_h, .stride_w = a.stride_w, .pad_top = a.pad_top, .pad_left = a.pad_left};
  i64 xs = a.batch * a.height * a.width * a.c, ys = a.batch * a.out_h * a.out_w * a.c;
  float *x = values(xs), *y = values(ys), *dy = values(ys), *dx = values(xs), *mean = values(ys), *bare = values(ys);
  for (i64 i = 0; i < xs; i++) {
    x[i] = (float)(below(9) - 4);
    if (below(50) == 0) x[i] = NAN;
    if (below(50) == 0) x[i] = -INFINITY;
  }
  uint8_t *index = malloc((size_t)ys + 1);
  double *all = calloc((size_t)(2 * xs + 2 * ys + 1), 8), *max = all, *sum = all + ys, *gmax = sum + ys, *gmean = gmax + xs;
  int *cell = calloc((size_t)ys + 1, sizeof *cell);
  for (i64 n = 0; n < a.batch; n++) for (i64 oh = 0; oh < a.out_h; oh++) for (i64 ow = 0; ow < a.out_w; ow++)
    for (i64 c = 0; c < a.c; c++) {
      i64 at = ((n * a.out_h + oh) * a.out_w + ow) * a.c + c, best = -1;
      int inside = 0;
      for (int pass = 0; pass < 2; pass++) {
        double share = dy[at] / (double)(a.count_pad ? a.kernel_h * a.kernel_w : MAX(1, inside));
        for (i64 k = 0; k < a.kernel_h * a.kernel_w; k++) {
          i64 h = oh * a.stride_h - a.pad_top + k / a.kernel_w, w = ow * a.stride_w - a.pad_left + k % a.kernel_w;
          if (h < 0 || h >= a.height || w < 0 || w >= a.width) continue;
          i64 i = ((n * a.height + h) * a.width + w) * a.c + c;
          if (pass) { gmean[i] += share; continue; }
          inside++;
          sum[at] += x[i];
          if (best < 0 || x[i] > x[best] || (isnan(x[i]) && !isnan(x[best]))) { best = i; cell[at] = (int)k; }
        }
      }
      sum[at] /= (double)(a.count_pad ? a.kernel_h * a.kernel_w : MAX(1, inside));
      max[at] = best < 0 ? -INFINITY : x[best];
      if (best >= 0) gmax[best] += dy[at];
    }
  a.x = (i64)(intptr_t)x; a.y = (i64)(intptr_t)y; a.index = (i64)(intptr_t)index;
  run(&max_pool2d_kernel, &a);
  a.y = (i64)(intptr_t)bare; a.index = 0;
  run(&max_pool2d_kernel, &a);
  a.y = (i64)(intptr_t)mean;
  run(&avg_pool2d_kernel, &a);
  int right = 1;
  for (i64 i = 0; i < ys; i++) {
    int alike = isnan(max[i]) ? isnan(y[i]) && isnan(bare[i]) : y[i] == max[i] && bare[i] == max[i];
    right &= alike && index[i] == cell[i];
    right &= isfinite(sum[i]) ? fabs(mean[i] - sum[i]) < 1e-5 : isnan(sum[i]) ? isnan(mean[i]) : mean[i] == (float)sum[i];
  }
  expect(right, "pool", &label);
  a.x = (i64)(intptr_t)dx; a.y = (i64)(intptr_t)dy; a.index = (i64)(intptr_t)index;
  run(&max_pool2d_grad_kernel, &a);
  right = 1;
  for (i64 i = 0; i < xs; i++) right &= fabs(dx[i] - gmax[i]) < 1e-5;
  expect(right, "max pool gradient", &label);
  run(&avg_pool2d_grad_kernel, &a);
  right = 1;
  for (i64 i = 0; i < xs; i++) right &= fabs(dx[i] - gmean[i]) < 1e-5;
  expect(right, "mean pool gradient", &label);
  free(x); free(y); free(dy); free(dx); free(mean); free(bare); free(index); free(all); free(cell);
}

static void random_pool(void) {
  static const int sizes[] = {1, 2, 3, 6, 8, 10, 15, 16, 17, 24, 32, 33, 64, 65};
  pool_args a = {.batch = below(10) ? 1 + below(3) : 0, .c = sizes[below(14)], .kernel_h = 1 + below(5),
                 .kernel_w = 1 + below(5), .stride_h = 1 + below(3), .stride_w = 1 + below(3), .count_pad = below(2)};
  a.pad_top = below((int)a.kernel_h / 2 + 1);
  a.pad_left = below((int)a.kernel_w / 2 + 1);
  a.height = a.kernel_h + below(20);
  a.width = a.kernel_w + below(20);
  if (below(3) == 0) { a.kernel_h = a.kernel_w = a.stride_h = a.stride_w = 2; a.pad_top = a.pad_left = 0; }
  a.height = MAX(a.height, a.kernel_h); a.width = MAX(a.width, a.kernel_w);
  a.out_h = (a.height + 2 * a.pad_top - a.kernel_h) / a.stride_h + 1;
  a.out_w = (a.width + 2 * a.pad_left - a.kernel_w) / a.stride_w + 1;
  check_pool(a);
}

/* The same seed with any number of threads must give the same bits. */
static uint64_t fingerprint(int threads) {
  conv_args a = shape(24, 20, 20, 24, 1, 40, 3, 3, 1, 1, 1, 1, 1, 1, 0);
  i64 xs = 24 * 400 * 24, ys = 24 * 400 * 40, count = 40 * 24 * 9;
  state = 5;
  float *x = values(xs), *dy = values(ys), *dw = values(count);
  a.w_w = 1; a.w_h = 3; a.w_c = 9; a.w_t = 9 * 24;
  a.x = (i64)(intptr_t)x; a.y = (i64)(intptr_t)dy; a.w = (i64)(intptr_t)dw;
  stage_open(threads);
  run(&conv2d_weight_grad_kernel, &a);
  stage_close();
  uint64_t hash = 14695981039346656037u;
  for (i64 i = 0; i < count * 4; i++) hash = (hash ^ ((uint8_t *)dw)[i]) * 1099511628211u;
  free(x); free(dy); free(dw);
  return hash;
}

int main(int argc, char **argv) {
  int rounds = argc > 2 ? atoi(argv[2]) : 300;
  expect(fingerprint(1) == fingerprint(3), "same bits for 1 and 3 threads", &(conv_args){0});
  stage_open(3);
  state = argc > 1 ? strtoull(argv[1], 0, 10) : 1;
  for (int i = 0; i < rounds; i++) { random_conv(); random_winograd(); random_pool(); }
  large_convs();
  stage_close();
  printf("conv_test (%d lanes): %d checks, %d failures; %d random shapes by way of frequencies\n", LANES, checks, failures,
         spectral);
  return failures != 0;
}
