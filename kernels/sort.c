/* argsort: stable orders along one axis. Each element becomes one word, its order in the upper half and its position
   in the lower, so that sorting the words is stable by itself. A task owns whole lines. */
#include "kernel.h"

#define SORT_GRAIN (8 << 10)        /* elements of a task */
#define SORT_LOCAL (LOCAL_BYTES / 16) /* longest line whose two lists of words fit a thread's scratch */
#define SORT_SHORT 48               /* lines this short are sorted by insertion */

typedef uint64_t sort_word;

/* The element's bits as a number that orders as the elements do; −0 and 0 are equal, NaN comes after all. */
INLINE uint32_t sort_key(const sort_args *a, uint32_t bits) {
  uint32_t key = bits ^ 0x80000000u;
  if (a->dtype == DTYPE_float32) {
    if ((bits & 0x7fffffffu) > 0x7f800000u) key = 0xffffffffu;
    else if (bits == 0x80000000u) key = 0x80000000u;
    else key = bits >> 31 ? ~bits : bits | 0x80000000u;
  }
  return a->descending ? ~key : key;
}

static void sort_by_insertion(sort_word *w, i64 n) {
  for (i64 i = 1; i < n; i++) {
    sort_word held = w[i];
    i64 j = i;
    for (; j > 0 && w[j - 1] > held; j--) w[j] = w[j - 1];
    w[j] = held;
  }
}

/* Four passes by the key's bytes, the lowest first; a byte in which all agree is skipped. Returns where the result lies. */
static sort_word *sort_by_radix(sort_word *from, sort_word *to, i64 n) {
  uint32_t counts[4][256] = {0};
  for (i64 i = 0; i < n; i++)
    for (i64 pass = 0; pass < 4; pass++) counts[pass][from[i] >> (32 + 8 * pass) & 255]++;
  for (i64 pass = 0; pass < 4; pass++) {
    uint32_t *count = counts[pass], start = 0;
    i64 shift = 32 + 8 * pass;
    if (count[from[0] >> shift & 255] == n) continue;
    for (i64 digit = 0; digit < 256; digit++) {
      uint32_t size = count[digit];
      count[digit] = start, start += size;
    }
    for (i64 i = 0; i < n; i++) to[count[from[i] >> shift & 255]++] = from[i];
    sort_word *other = from;
    from = to, to = other;
  }
  return from;
}

static i64 argsort_step(const sort_args *a) { return MAX(SORT_GRAIN / MAX(a->length, 1), 1); }

static i64 argsort_tasks(const void *args, i64 phase) {
  (void)phase;
  const sort_args *a = args;
  return a->keep > 0 ? CEIL_DIV(a->outer * a->inner, argsort_step(a)) : 0;
}

static i64 argsort_shared_bytes(const void *args) {
  const sort_args *a = args;
  return a->length > SORT_LOCAL ? a->outer * a->inner * a->length * 16 : 0;
}

static void argsort_run(const void *args, i64 phase, i64 task, workspace ws) {
  (void)phase;
  const sort_args *a = args;
  i64 n = a->length, step = argsort_step(a), last = MIN((task + 1) * step, a->outer * a->inner);
  for (i64 line = task * step; line < last; line++) {
    sort_word *words = (sort_word *)(n > SORT_LOCAL ? ws.shared + line * n * 16 : ws.local);
    const uint32_t *x = PTR(const uint32_t, a->x) + line / a->inner * n * a->inner + line % a->inner;
    int32_t *out = PTR(int32_t, a->out) + line / a->inner * a->keep * a->inner + line % a->inner;
    for (i64 i = 0; i < n; i++) words[i] = (sort_word)sort_key(a, x[i * a->inner]) << 32 | (uint32_t)i;
    if (n <= SORT_SHORT) sort_by_insertion(words, n);
    else words = sort_by_radix(words, words + n, n);
    for (i64 i = 0; i < a->keep; i++) out[i * a->inner] = (int32_t)(uint32_t)words[i];
  }
}

static const kernel argsort_kernel = {.phases = 1, .tasks = argsort_tasks, .run = argsort_run, .shared_bytes = argsort_shared_bytes};
