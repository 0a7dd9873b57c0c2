// Rows chosen by index, and the adjoint that adds rows up by index.
import { bytesOf } from "../base/dtype.ts";
import { DTypeError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { type Attributes, apply, type Node, type TensorType } from "../ir/node.ts";
import { accepts, checkDType, checkRank, defineOp } from "./define.ts";

interface RowsAttributes extends Attributes {
  readonly rows: number;
}

function checkIndices(op: string, indices: TensorType): void {
  checkRank(op, indices, 1, "[count] indices");
  if (indices.dtype !== "int32") {
    throw new DTypeError(
      `${op}: indices must be int32, not ${indices.dtype}. Convert them: i.cast("int32").`,
      {
        dtype: indices.dtype,
      },
    );
  }
}

const clamp = (index: number, rows: number): number => Math.min(Math.max(index, 0), rows - 1);

/** y[i, …] = table[indices[i], …]; an index outside the table is clamped to it. */
export const gatherOp = defineOp({
  name: "gather",
  kind: {
    tag: "routine",
    reference([table, indices], node) {
      const row = sizeOf(node.shape.slice(1));
      const rows = node.inputs[0]!.shape[0]!;
      return Float64Array.from(
        { length: sizeOf(node.shape) },
        (_, i) => table![clamp(indices![Math.floor(i / row)]!, rows) * row + (i % row)]!,
      );
    },
    cpu: {
      kernel: "gather",
      inputs: ["table", "indices"],
      output: "out",
      fields(node, [table]) {
        const [rows] = table!.shape as [number];
        return { count: node.shape[0]!, rows, row_bytes: sizeOf(node.shape.slice(1)) * bytesOf(node.dtype) };
      },
    },
  },
  samples: [
    { inputs: [{ shape: [5, 3] }, { shape: [7], dtype: "int32", range: [0, 4] }] },
    {
      inputs: [
        { shape: [5, 2, 3], dtype: "uint8" },
        { shape: [4], dtype: "int32", range: [0, 4] },
      ],
    },
  ],
  type([table, indices]) {
    checkDType("gather", table!.dtype, accepts.any);
    checkIndices("gather", indices!);
    return { shape: [indices!.shape[0]!, ...table!.shape.slice(1)], dtype: table!.dtype };
  },
  gradient: (dy, { inputs: [table, indices] }) => [scatterAdd(dy, indices!, table!.shape[0]!), undefined],
});

/** y = 0, then y[indices[i], …] += x[i, …] in ascending i; an index outside the table is clamped to it. */
export const scatterAddOp = defineOp<RowsAttributes>({
  name: "scatterAdd",
  kind: {
    tag: "routine",
    reference([x, indices], node) {
      const row = sizeOf(node.shape.slice(1));
      const y = new Float64Array(sizeOf(node.shape));
      x!.forEach((value, i) => {
        y[clamp(indices![Math.floor(i / row)]!, node.shape[0]!) * row + (i % row)]! += value;
      });
      return y;
    },
    cpu: {
      kernel: "scatter_add",
      inputs: ["x", "indices"],
      output: "out",
      fields: (node, [x]) => ({
        count: x!.shape[0]!,
        rows: node.shape[0]!,
        row: sizeOf(node.shape.slice(1)),
      }),
    },
  },
  samples: [
    { inputs: [{ shape: [7, 3] }, { shape: [7], dtype: "int32", range: [0, 4] }], attributes: { rows: 5 } },
  ],
  type([x, indices], { rows }) {
    checkDType("scatterAdd", x!.dtype, accepts.floating);
    checkIndices("scatterAdd", indices!);
    return { shape: [rows, ...x!.shape.slice(1)], dtype: x!.dtype };
  },
  gradient: (dy, { inputs: [, indices] }) => [gather(dy, indices!), undefined],
});

/** Rows of `table` [rows, …] named by int32 `indices` [count] → [count, …]. */
export const gather = (table: Node, indices: Node): Node => apply(gatherOp, [table, indices], {});

/** Rows of x [count, …] added up by int32 `indices` [count] → [rows, …]. */
export const scatterAdd = (x: Node, indices: Node, rows: number): Node =>
  apply(scatterAddOp, [x, indices], { rows });
