// Products of matrices.
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Strided, sizeOf } from "../base/shape.ts";
import { apply, type Node, type Values } from "../ir/node.ts";
import { mul } from "./arithmetic.ts";
import { expand } from "./broadcast.ts";
import { accepts, checkDType, checkRank, defineOp } from "./define.ts";
import { permute } from "./view.ts";

// Elements from which a pass over memory counts more than the arithmetic.
const BEYOND_CACHE = 1 << 16;

/** The last two axes of [batch, rows, columns] exchanged. */
const transpose = (x: Node): Node => permute(x, [0, 2, 1]);

function reference(inputs: readonly Values[], node: Node): Values {
  const [a, b] = inputs as [Values, Values];
  const [batch, m, n] = node.shape as [number, number, number];
  const k = node.inputs[0]!.shape[2]!;
  const y = new Float64Array(batch * m * n);
  for (let i = 0; i < batch * m; i++) {
    const bBase = Math.floor(i / m) * k * n;
    for (let p = 0; p < k; p++) {
      const scale = a[i * k + p]!;
      for (let j = 0; j < n; j++) y[i * n + j]! += scale * b[bBase + p * n + j]!;
    }
  }
  return y;
}

/** y[b, i, j] = Σₖ a[b, i, k] · b[b, k, j]. */
export const matmulOp = defineOp({
  name: "matmul",
  kind: {
    tag: "routine",
    flops: ({ inputs: [a], shape }) => 2 * sizeOf(shape) * a!.shape[2]!,
    reference,
    cpu: {
      kernel: "gemm",
      inputs: ["a", "b"],
      output: "c",
      strided: [true, true],
      epilogue: true,
      fields(node, inputs) {
        const [a, b] = inputs as [Strided, Strided];
        const [batch, m, n] = node.shape as [number, number, number];
        return {
          batch,
          m,
          n,
          k: a.shape[2]!,
          a_batch: a.strides[0]!,
          a_row: a.strides[1]!,
          a_col: a.strides[2]!,
          b_batch: b.strides[0]!,
          b_row: b.strides[1]!,
          b_col: b.strides[2]!,
          c_batch: m * n,
          c_row: n,
        };
      },
    },
  },
  samples: [
    { inputs: [{ shape: [1, 3, 4] }, { shape: [1, 4, 5] }] },
    { inputs: [{ shape: [2, 17, 9] }, { shape: [2, 9, 33] }] },
    { inputs: [{ shape: [1, 2, 0] }, { shape: [1, 0, 3] }] },
    { inputs: [{ shape: [1, 1, 70] }, { shape: [1, 70, 40] }] },
  ],
  type([a, b]) {
    checkDType("matmul", a!.dtype, accepts.floating);
    checkDType("matmul", b!.dtype, accepts.floating);
    checkRank("matmul", a!, 3, "[batch, rows, columns]");
    checkRank("matmul", b!, 3, "[batch, rows, columns]");
    const [batch, m, k] = a!.shape as [number, number, number];
    const [otherBatch, otherK, n] = b!.shape as [number, number, number];
    if (k !== otherK || batch !== otherBatch) {
      throw new ShapeError(
        `matmul: inner sizes differ, ${formatShape(a!.shape)} × ${formatShape(b!.shape)}. Transpose one of them, or check the batch axis.`,
        { a: a!.shape, b: b!.shape },
      );
    }
    return { shape: [batch, m, n], dtype: a!.dtype };
  },
  gradient: (dy, { inputs: [a, b] }) => [matmul(dy, transpose(b!)), matmul(transpose(a!), dy)],
  // A column times a row: element by element it joins whatever is done with the product in one pass over memory.
  decompose({ inputs: [a, b], shape }) {
    const isLarge = sizeOf(shape) >= BEYOND_CACHE;
    return isLarge && a!.shape[2] === 1 ? mul(expand(a!, shape), expand(b!, shape)) : undefined;
  },
  // (a·b)ᵀ = bᵀ·aᵀ: the kernel takes transposed operands as they are, so no element is moved.
  permuted({ inputs: [a, b] }, axes) {
    const isTranspose = axes[0] === 0 && axes[1] === 2;
    return isTranspose ? matmul(transpose(b!), transpose(a!)) : undefined;
  },
});

/** Batched product: [batch, m, k] × [batch, k, n] → [batch, m, n]. */
export const matmul = (a: Node, b: Node): Node => apply(matmulOp, [a, b], {});
