/* The instruction set of a CPU program: what every kernel is told, field by field, in 8-byte words.
   One source of truth: the host reads these very lists at run time through nabla_describe().
   Addresses are absolute byte addresses in device memory; strides are in elements. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int64_t i64;
typedef union { i64 integer; double real; } word;

/* An instruction is {kernel, words, arguments…, map block…}; `words` counts them all. */
typedef struct { i64 kernel, words; } instruction;

#define FIELD(name) i64 name;

/* -- element types ------------------------------------------------------------------------------ */
#define DTYPES(D) D(float32) D(int32) D(uint8) D(bool)

/* -- the map block: a small vector program over an index space of up to 6 dimensions --------------
   Registers hold 4-byte lanes (float32, or int32 for int32/uint8/bool). Register k starts as input k;
   in an epilogue, register 0 is the value the kernel has just computed and `inputs[0]` is unused.
   `fused` is the number of the listed program (fused_programs.h, counted from 1) that the micro-operations are, else 0: then
   all operands are float32, and along the last dim lie in line or, inputs, stay at one element.      */
#define MAX_RANK 6
#define MAX_REGISTERS 96 /* of a map block */
#define MAX_OPERANDS 64  /* inputs and outputs together */
#define MAP_FIELDS(F) F(rank) F(dim0) F(dim1) F(dim2) F(dim3) F(dim4) F(dim5) F(inputs) F(outputs) F(micros) F(registers) F(fused)
#define OPERAND_FIELDS(F) F(address) F(dtype) F(reg) F(stride0) F(stride1) F(stride2) F(stride3) F(stride4) F(stride5)
#define MICRO_FIELDS(F) F(opcode) F(dst) F(a) F(b) F(c)

/* -- kernels -------------------------------------------------------------------------------------
   map      the map block alone.
   reduce   out[kept] = op over the dims whose bit is set in `reduced` of the map block's single output register.
            The map block has outputs = 1: its operand's strides are 0 along reduced dims. `scale` multiplies sums
            (a mean) and is a double's bits. op: 0 sum, 1 max, 2 min, 3 prod, 4 argmax, 5 argmin (int32 out, first wins;
            argmax and argmin have exactly one reduced dim).
   gemm     c[batch, m, n] = a[batch, m, k] · b[batch, k, n], any strides for a and b, c rows contiguous.
            Map block (if outputs > 0): epilogue over the index space [batch, m, n]; it writes its own outputs
            and `c` is then written only if c is not 0.
   conv2d   channels-last: y[n, oh, ow, t] = Σ x[n, oh·sh − pt + kh·dh, ow·sw − pl + kw·dw, c] · w[t, c, kh, kw].
            w has strides (w_t, w_c, w_h, w_w) in elements; c is channels per group, x has c·groups channels, y has t.
            Epilogue over [n, oh, ow, t].
   conv2d_input_grad   dx from dy and w, same geometry; epilogue over [n, h, w, c·groups].
   conv2d_weight_grad  dw (written with the w_* strides, dense) from x and dy.
   max_pool2d          y if not 0 and, if index ≠ 0, a uint8 index kh·kernel_w + kw of the first maximum; padding is −∞; NaN wins.
   max_pool2d_grad     dx (written in full) from index and dy.
   max_pool2d_pick     y from x, an image of the input's size: the cell of x that each window's index names.
   avg_pool2d, avg_pool2d_grad    divisor kh·kw if count_pad, else the cells inside the image.
   gather   out[i, :] = table[indices[i], :], rows of `row_bytes` bytes; indices int32 are clamped to [0, rows).
   scatter_add  out[rows, row] = 0, then out[indices[i], :] += x[i, :] in ascending i (float32).
   gather_along   out[o, j, i] = x[o, indices[o, j, i], i], elements of `bytes` bytes; x is [outer, size, inner], indices
            and out are [outer, count, inner]; indices are clamped to [0, size).
   scatter_along  out[outer, size, inner] = 0, then out[o, indices[o, j, i], i] += x[o, j, i] in ascending j (float32).
   cumsum   running sums of x [outer, length, inner] along length, from the end if `reverse`; added up in double.
   argsort  int32 out[outer, keep, inner]: positions of the first `keep` elements of each line of x [outer, length, inner]
            in stable ascending or descending order. dtype: of x, float32 or int32. NaN is greater than every number.
   grid_sample    y[n, oh, ow, c] = x [n, height, width, c] at grid [n, out_h, out_w, (x, y)] of strides grid_n … grid_xy,
            where −1 and 1 are the outer edges of the border pixels. Outside lies 0 or, if `border`, the nearest pixel; bilinear, or nearest to even.
   grid_sample_input_grad  x (written in full) from grid and y; grid_sample_grid_grad: grid_grad from x, grid and y.
   random   Philox 4×32-10 keyed by the two int32 at `state`, counter = {element / 4, stream, state[2], 0}.
            kind 0: uniform in [0, 1) from 24 bits; 1: standard normal (Box–Muller on pairs); 2: the raw 32 bits.
   zero     fills `bytes` bytes with 0.
   copy     plain contiguous copy of `bytes` bytes.
   stamp    log[++log[0]] = the time in nanoseconds, log being int64 [1 + capacity]; nothing once it is full.  */
#define GEMM_FIELDS(F) F(a) F(b) F(c) F(batch) F(m) F(n) F(k) \
  F(a_batch) F(a_row) F(a_col) F(b_batch) F(b_row) F(b_col) F(c_batch) F(c_row)
#define CONV_FIELDS(F) F(x) F(w) F(y) F(batch) F(height) F(width) F(c) F(groups) F(t) F(kernel_h) F(kernel_w) \
  F(out_h) F(out_w) F(stride_h) F(stride_w) F(pad_top) F(pad_left) F(dilation_h) F(dilation_w) F(w_t) F(w_c) F(w_h) F(w_w)
#define POOL_FIELDS(F) F(x) F(y) F(index) F(batch) F(height) F(width) F(c) F(kernel_h) F(kernel_w) \
  F(out_h) F(out_w) F(stride_h) F(stride_w) F(pad_top) F(pad_left) F(count_pad)
#define REDUCE_FIELDS(F) F(op) F(reduced) F(scale)
#define GATHER_FIELDS(F) F(table) F(indices) F(out) F(count) F(rows) F(row_bytes)
#define SCATTER_FIELDS(F) F(x) F(indices) F(out) F(count) F(rows) F(row)
#define ALONG_FIELDS(F) F(x) F(indices) F(out) F(outer) F(size) F(count) F(inner) F(bytes)
#define SCAN_FIELDS(F) F(x) F(out) F(outer) F(length) F(inner) F(reverse)
#define SORT_FIELDS(F) F(x) F(out) F(outer) F(length) F(inner) F(keep) F(dtype) F(descending)
#define GRID_FIELDS(F) F(x) F(grid) F(y) F(grid_grad) F(batch) F(height) F(width) F(c) F(out_h) F(out_w) \
  F(grid_n) F(grid_h) F(grid_w) F(grid_xy) F(nearest) F(border)
#define RANDOM_FIELDS(F) F(state) F(out) F(count) F(stream) F(kind)
#define ZERO_FIELDS(F) F(out) F(bytes)
#define COPY_FIELDS(F) F(x) F(out) F(bytes)
#define STAMP_FIELDS(F) F(log) F(capacity)
#define NO_FIELDS(F)
/* Arguments that hold the bits of a double. */
#define REAL_FIELDS(F) F(scale)

/* name, fields, does a map block follow? */
#define KERNELS(K) \
  K(map, NO_FIELDS, 1) K(reduce, REDUCE_FIELDS, 1) K(gemm, GEMM_FIELDS, 1) \
  K(conv2d, CONV_FIELDS, 1) K(conv2d_input_grad, CONV_FIELDS, 1) K(conv2d_weight_grad, CONV_FIELDS, 0) \
  K(max_pool2d, POOL_FIELDS, 0) K(max_pool2d_grad, POOL_FIELDS, 0) K(max_pool2d_pick, POOL_FIELDS, 0) \
  K(avg_pool2d, POOL_FIELDS, 0) K(avg_pool2d_grad, POOL_FIELDS, 0) \
  K(gather, GATHER_FIELDS, 0) K(scatter_add, SCATTER_FIELDS, 0) K(random, RANDOM_FIELDS, 0) \
  K(gather_along, ALONG_FIELDS, 0) K(scatter_along, ALONG_FIELDS, 0) K(cumsum, SCAN_FIELDS, 0) K(argsort, SORT_FIELDS, 0) \
  K(grid_sample, GRID_FIELDS, 0) K(grid_sample_input_grad, GRID_FIELDS, 0) K(grid_sample_grid_grad, GRID_FIELDS, 0) \
  K(zero, ZERO_FIELDS, 0) K(copy, COPY_FIELDS, 0) K(stamp, STAMP_FIELDS, 0)

typedef struct { MAP_FIELDS(FIELD) } map_block;
typedef struct { OPERAND_FIELDS(FIELD) } operand;
/* `immediate` follows the listed fields of a micro-operation: the constant of `const`, in double. */
typedef struct { MICRO_FIELDS(FIELD) double immediate; } micro;
typedef struct { GEMM_FIELDS(FIELD) } gemm_args;
typedef struct { CONV_FIELDS(FIELD) } conv_args;
typedef struct { POOL_FIELDS(FIELD) } pool_args;
typedef struct { REDUCE_FIELDS(FIELD) } reduce_args;
typedef struct { GATHER_FIELDS(FIELD) } gather_args;
typedef struct { SCATTER_FIELDS(FIELD) } scatter_args;
typedef struct { ALONG_FIELDS(FIELD) } along_args;
typedef struct { SCAN_FIELDS(FIELD) } scan_args;
typedef struct { SORT_FIELDS(FIELD) } sort_args;
typedef struct { GRID_FIELDS(FIELD) } grid_args;
typedef struct { RANDOM_FIELDS(FIELD) } random_args;
typedef struct { ZERO_FIELDS(FIELD) } zero_args;
typedef struct { COPY_FIELDS(FIELD) } copy_args;
typedef struct { STAMP_FIELDS(FIELD) } stamp_args;

#define KERNEL_ID(name, fields, has_map) KERNEL_##name,
enum { KERNELS(KERNEL_ID) KERNEL_COUNT };
#define DTYPE_ID(name) DTYPE_##name,
enum { DTYPES(DTYPE_ID) DTYPE_COUNT };
