/* Checks gemm.c alone, against a double-precision loop: ragged sizes, all strides, batches, epilogues, slices of k.
   Build and run: gcc -O2 -march=native -Wall -Wextra kernels/test/gemm_test.c -o /tmp/gemm_test -lm && /tmp/gemm_test
   (with -fsanitize=address,undefined as well: every matrix ends where its allocation ends). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../vector.h"
#include "../kernel.h"

static float *mapped;
static i64 mapped_columns;
/* An epilogue that tells every element's place, and uses its scratch as the real one may. */
static void epilogue(const map_block *m, const float *tile, i64 ld, i64 row, i64 rows, i64 column, i64 columns, workspace ws) {
  (void)m;
  memset(ws.local, 0x7f, 1 << 20);
  for (i64 i = 0; i < rows; i++)
    for (i64 j = 0; j < columns; j++)
      mapped[(row + i) * mapped_columns + column + j] += 2 * tile[i * ld + j] + 0.5f * (row + i) - (column + j);
}
#include "../gemm.c"

typedef struct { gemm_args args; map_block map; } call;
typedef struct { i64 batch, m, n, k; int a_layout, b_layout; i64 gap; int shared_b, epilogue, hides_c; } problem;

static i64 seed = 1;
static i64 draw(i64 below) {
  seed = (seed * 6364136223846793005ull + 1442695040888963407ull);
  return (i64)(((uint64_t)seed >> 33) % (uint64_t)below);
}

/* Runs every task in a random order with soiled scratch: a result must not depend on either. */
static void run(const call *c) {
  i64 bytes = gemm_kernel.shared_bytes(c);
  workspace ws = {bytes ? aligned_alloc(64, (bytes + 63) / 64 * 64) : 0, aligned_alloc(64, LOCAL_BYTES)};
  if (bytes) memset(ws.shared, 0xff, bytes);
  for (i64 phase = 0; phase < gemm_kernel.phases; phase++) {
    i64 tasks = gemm_kernel.tasks(c, phase), *order = malloc(8 * (tasks + 1));
    for (i64 i = 0; i < tasks; i++) order[i] = i;
    for (i64 i = tasks - 1; i > 0; i--) {
      i64 j = draw(i + 1), t = order[i];
      order[i] = order[j], order[j] = t;
    }
    for (i64 i = 0; i < tasks; i++) {
      memset(ws.local, 0xff, 1 << 16);
      gemm_kernel.run(c, phase, order[i], ws);
    }
    free(order);
  }
  free(ws.shared);
  free(ws.local);
}

/* A rows × columns matrix: layout 0 by rows, 1 by columns, 2 with gaps both ways, 3 one row repeated (stride 0). */
static float *matrix(i64 batch, i64 rows, i64 columns, int layout, i64 gap, i64 *row, i64 *column, i64 *next) {
  if (layout == 0) *row = columns + gap, *column = 1;
  else if (layout == 1) *row = 1, *column = rows + gap;
  else if (layout == 2) *row = 2 * columns + 1, *column = 2;
  else *row = 0, *column = 1;
  i64 last = rows && columns ? (rows - 1) * *row + (columns - 1) * *column + 1 : 0;
  i64 size = batch ? (batch - 1) * *next + last : 0;
  if (*next) size = (batch - 1) * (*next = last + gap) + last;
  float *x = malloc(4 * MAX(size, 1));
  for (i64 i = 0; i < size; i++) x[i] = draw(2001) / 1000.0f - 1;
  return x;
}

static int check(problem p) {
  call c = {.args = {.batch = p.batch, .m = p.m, .n = p.n, .k = p.k, .c_row = p.n + p.gap, .a_batch = 1, .b_batch = !p.shared_b}};
  gemm_args *g = &c.args;
  float *a = matrix(p.batch, p.m, p.k, p.a_layout, p.gap, &g->a_row, &g->a_col, &g->a_batch);
  float *b = matrix(p.batch, p.k, p.n, p.b_layout, p.gap, &g->b_row, &g->b_col, &g->b_batch);
  g->c_batch = p.m * g->c_row;
  i64 size = p.batch * g->c_batch, outputs = p.batch * p.m * p.n;
  float *out = malloc(4 * MAX(size, 1));
  for (i64 i = 0; i < size; i++) out[i] = -77;
  mapped = calloc(MAX(outputs, 1), 4);
  mapped_columns = p.n;
  g->a = (i64)(intptr_t)a, g->b = (i64)(intptr_t)b, g->c = p.hides_c ? 0 : (i64)(intptr_t)out;
  c.map.outputs = p.epilogue;
  run(&c);
  double worst = 0;
  for (i64 s = 0; s < p.batch; s++)
    for (i64 i = 0; i < p.m; i++)
      for (i64 j = 0; j < g->c_row; j++) {
        double sum = 0, got = out[s * g->c_batch + i * g->c_row + j];
        for (i64 q = 0; q < p.k && j < p.n; q++)
          sum += (double)a[s * g->a_batch + i * g->a_row + q * g->a_col] * b[s * g->b_batch + q * g->b_row + j * g->b_col];
        double bound = 1e-6 * (8 + 2 * sqrt((double)p.k) + fabs(sum)), row = s * p.m + i;
        if (j >= p.n || p.hides_c) sum = -77; /* not to be touched */
        if (!(fabs(got - sum) <= bound)) worst = INFINITY;
        if (j < p.n && p.epilogue) {
          double exact = 0;
          for (i64 q = 0; q < p.k; q++)
            exact += (double)a[s * g->a_batch + i * g->a_row + q * g->a_col] * b[s * g->b_batch + q * g->b_row + j * g->b_col];
          exact = 2 * exact + 0.5 * row - j;
          if (!(fabs(mapped[(s * p.m + i) * p.n + j] - exact) <= 2 * bound + 1e-6 * fabs(exact) + 1e-6 * (row + j))) worst = INFINITY;
        }
      }
  free(a), free(b), free(out), free(mapped);
  if (worst > 0)
    printf("wrong: batch %d m %d n %d k %d layouts %d %d gap %d shared_b %d epilogue %d hides_c %d\n", (int)p.batch, (int)p.m,
           (int)p.n, (int)p.k, p.a_layout, p.b_layout, (int)p.gap, p.shared_b, p.epilogue, p.hides_c);
  return worst > 0;
}

int main(void) {
  static const i64 shapes[][4] = {
      {0, 3, 3, 3}, {1, 0, 3, 3}, {1, 3, 0, 3}, {1, 3, 3, 0}, {2, 1, 1, 1}, {1, 1, 1, 20011}, {1, 1, 333, 97}, {1, 333, 1, 97},
      {1, 1, 1000, 784}, {1, 1000, 1, 784}, {1, 1, 5003, 300}, {1, 2, 3, 5}, {3, 7, 11, 13}, {1, 15, 33, 17}, {1, 14, 32, 16},
      {1, 29, 65, 31}, {1, 17, 10, 401}, {1, 128, 10, 100}, {1, 10, 300, 128}, {1, 300, 10, 128}, {1, 97, 89, 1}, {1, 97, 89, 6},
      {1, 16, 40, 2049}, {1, 5, 6, 4099}, {5, 31, 37, 41}, {1, 67, 131, 811}, {1, 131, 67, 1201}, {1, 401, 257, 129},
      {2, 150, 300, 101}, {1, 13, 1100, 47}, {1, 20, 18, 6007}, {9, 1, 70, 65}, {70, 4, 4, 4}, {2, 40, 40, 2500},
      {1, 32, 200, 300}, {1, 61, 259, 1103}, {1, 127, 601, 130}, {1, 20, 90, 6007}};
  int wrong = 0, count = 0;
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    for (int a = 0; a < 4; a++)
      for (int b = 0; b < 4; b++)
        for (int e = 0; e < 3; e++) {
          const i64 *z = shapes[s];
          i64 gap = (a + b + e) % 3;
          wrong += check((problem){z[0], z[1], z[2], z[3], a, b, gap, (a + e) % 2, e > 0, e > 1});
          count++;
        }
  for (int i = 0; i < 600; i++, count++)
    wrong += check((problem){1 + draw(4) / 2, 1 + draw(80), 1 + draw(140), draw(300), (int)draw(4), (int)draw(4), draw(4), (int)draw(2),
                             (int)draw(2), 0});
  printf("%d of %d wrong\n", wrong, count);
  return wrong != 0;
}
