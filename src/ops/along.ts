// Work along one axis: picking and adding up by index, running sums, and sorting.
// Every operand is [outer, axis, inner] to its kernel; knows nothing of how users name axes.
import { bytesOf } from "../base/dtype.ts";
import { DTypeError, ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, sizeOf } from "../base/shape.ts";
import { type Attributes, apply, type Node, type TensorType, type Values } from "../ir/node.ts";
import { accepts, checkDType, defineOp } from "./define.ts";

interface AxisAttributes extends Attributes {
  readonly axis: number;
}

/** Sizes of the axes before and after `axis`, each as one. */
const around = (shape: Shape, axis: number): { outer: number; inner: number } => ({
  outer: sizeOf(shape.slice(0, axis)),
  inner: sizeOf(shape.slice(axis + 1)),
});

const axisOf = (node: Node): number => node.attributes["axis"] as number;

const resized = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((old, i) => (i === axis ? size : old));

const clamp = (index: number, size: number): number => Math.min(Math.max(index, 0), size - 1);

/**
 * Calls `visit(i, j)` for every element i of the index and the element j it names in a tensor that has `size` along
 * the axis, i ascending.
 */
function forEachNamed(
  index: Values,
  shape: Shape,
  axis: number,
  size: number,
  visit: (i: number, j: number) => void,
): void {
  const { inner } = around(shape, axis);
  const line = shape[axis]! * inner;
  for (let i = 0; i < index.length; i++) {
    visit(i, (Math.floor(i / line) * size + clamp(index[i]!, size)) * inner + (i % inner));
  }
}

function checkIndex(op: string, index: TensorType, x: TensorType, axis: number, isSameSize: boolean): void {
  if (index.dtype !== "int32") {
    throw new DTypeError(`${op}: indices must be int32, not ${index.dtype}. Convert them: i.cast("int32").`, {
      dtype: index.dtype,
    });
  }
  const fits =
    index.shape.length === x.shape.length &&
    index.shape.every((size, i) => (i === axis && !isSameSize) || size === x.shape[i]);
  if (!fits) {
    const rule = isSameSize ? "in every axis" : `in every axis but ${axis}`;
    throw new ShapeError(
      `${op}: indices ${formatShape(index.shape)} and x ${formatShape(x.shape)} must agree ${rule}. ` +
        "Slice or broadcast one of them first.",
      { index: index.shape, shape: x.shape, axis },
    );
  }
}

const int32 = (shape: Shape, most: number) => ({ shape, dtype: "int32" as const, range: [0, most] as const });

/** y[…, j, …] = x[…, index[…, j, …], …] along `axis`; an index outside x is clamped to it. */
export const gatherAlongOp = defineOp<AxisAttributes>({
  name: "gatherAlong",
  kind: {
    tag: "routine",
    reference([x, index], node) {
      const y = new Float64Array(index!.length);
      const size = node.inputs[0]!.shape[axisOf(node)]!;
      forEachNamed(index!, node.shape, axisOf(node), size, (i, j) => {
        y[i] = x![j]!;
      });
      return y;
    },
    cpu: {
      kernel: "gather_along",
      inputs: ["x", "indices"],
      output: "out",
      fields: (node) => ({
        ...around(node.shape, axisOf(node)),
        size: node.inputs[0]!.shape[axisOf(node)]!,
        count: node.shape[axisOf(node)]!,
        bytes: bytesOf(node.dtype),
      }),
    },
  },
  samples: [
    { inputs: [{ shape: [3, 5, 4] }, int32([3, 7, 4], 4)], attributes: { axis: 1 } },
    { inputs: [{ shape: [3, 5] }, int32([3, 2], 6)], attributes: { axis: 1 } },
    { inputs: [{ shape: [6, 70] }, int32([2, 70], 5)], attributes: { axis: 0 } },
    { inputs: [{ shape: [4, 5], dtype: "uint8" }, int32([4, 3], 4)], attributes: { axis: 1 } },
  ],
  type([x, index], { axis }) {
    checkDType("gatherAlong", x!.dtype, accepts.any);
    checkIndex("gatherAlong", index!, x!, axis, false);
    if (x!.shape[axis] === 0 && sizeOf(index!.shape) > 0) {
      throw new ShapeError(
        `gatherAlong: axis ${axis} of ${formatShape(x!.shape)} is empty, there is nothing to pick. Give at least one element.`,
        { shape: x!.shape, axis },
      );
    }
    return { shape: index!.shape, dtype: x!.dtype };
  },
  gradient: (dy, { inputs: [x, index], attributes: { axis } }) => [
    scatterAlong(dy, index!, axis as number, x!.shape[axis as number]!),
    undefined,
  ],
});

interface ScatterAttributes extends AxisAttributes {
  readonly size: number;
}

/** y = 0, then y[…, index[…, j, …], …] += x[…, j, …] in ascending j; an index outside y is clamped to it. */
export const scatterAlongOp = defineOp<ScatterAttributes>({
  name: "scatterAlong",
  kind: {
    tag: "routine",
    reference([x, index], node) {
      const y = new Float64Array(sizeOf(node.shape));
      const size = node.shape[axisOf(node)]!;
      forEachNamed(index!, node.inputs[1]!.shape, axisOf(node), size, (i, j) => {
        y[j]! += x![i]!;
      });
      return y;
    },
    cpu: {
      kernel: "scatter_along",
      inputs: ["x", "indices"],
      output: "out",
      fields: (node, [x]) => ({
        ...around(node.shape, axisOf(node)),
        size: node.shape[axisOf(node)]!,
        count: x!.shape[axisOf(node)]!,
        bytes: bytesOf(node.dtype),
      }),
    },
  },
  samples: [
    { inputs: [{ shape: [3, 7, 4] }, int32([3, 7, 4], 4)], attributes: { axis: 1, size: 5 } },
    { inputs: [{ shape: [3, 2] }, int32([3, 2], 6)], attributes: { axis: 1, size: 5 } },
    { inputs: [{ shape: [2, 70] }, int32([2, 70], 5)], attributes: { axis: 0, size: 6 } },
  ],
  type([x, index], { axis, size }) {
    checkDType("scatterAlong", x!.dtype, accepts.floating);
    checkIndex("scatterAlong", index!, x!, axis, true);
    if (!Number.isInteger(size) || size < 1) {
      throw new ShapeError(`scatterAlong: size ${size} must be a whole number ≥ 1.`, { size });
    }
    return { shape: resized(x!.shape, axis, size), dtype: x!.dtype };
  },
  gradient: (dy, { inputs: [, index], attributes: { axis } }) => [
    gatherAlong(dy, index!, axis as number),
    undefined,
  ],
});

interface ScanAttributes extends AxisAttributes {
  readonly reverse: boolean;
}

/** y[…, j, …] = Σ x[…, i, …] over i ≤ j, or over i ≥ j if reversed. */
export const cumsumOp = defineOp<ScanAttributes>({
  name: "cumsum",
  kind: {
    tag: "routine",
    reference([x], node) {
      const { axis, reverse } = node.attributes as ScanAttributes;
      const { inner } = around(node.shape, axis);
      const length = node.shape[axis]!;
      const y = x!.slice();
      for (let k = 0; k < y.length; k++) {
        const i = reverse ? y.length - 1 - k : k;
        const isFirst = Math.floor(i / inner) % length === (reverse ? length - 1 : 0);
        if (!isFirst) y[i]! += y[reverse ? i + inner : i - inner]!;
      }
      return y;
    },
    cpu: {
      kernel: "cumsum",
      inputs: ["x"],
      output: "out",
      fields: (node) => ({
        ...around(node.shape, axisOf(node)),
        length: node.shape[axisOf(node)]!,
        reverse: Number(node.attributes["reverse"]),
      }),
    },
  },
  samples: [
    { inputs: [{ shape: [3, 5, 4] }], attributes: { axis: 1, reverse: false } },
    { inputs: [{ shape: [3, 70] }], attributes: { axis: 0, reverse: true } },
    { inputs: [{ shape: [300] }], attributes: { axis: 0, reverse: false } },
  ],
  type([x]) {
    checkDType("cumsum", x!.dtype, accepts.floating);
    return x!;
  },
  gradient(dy, { attributes }) {
    const { axis, reverse } = attributes as ScanAttributes;
    return [cumsum(dy, axis, !reverse)];
  },
});

interface SortAttributes extends AxisAttributes {
  readonly descending: boolean;
  /** How many positions of each line are wanted. */
  readonly keep: number;
}

/** Ascending order in which NaN is greater than every number. */
const compare = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b || 0;

function argsortReference([x]: readonly Values[], node: Node): Values {
  const { axis, descending, keep } = node.attributes as SortAttributes;
  const { inner } = around(node.shape, axis);
  const length = node.inputs[0]!.shape[axis]!;
  const y = new Float64Array(sizeOf(node.shape));
  for (let line = 0; line < x!.length / Math.max(1, length); line++) {
    const [o, i] = [Math.floor(line / inner), line % inner];
    const at = (position: number) => x![(o * length + position) * inner + i]!;
    const order = Array.from({ length }, (_, position) => position);
    // Two infinities subtract to NaN, which `|| 0` takes as equal.
    order.sort((a, b) => (descending ? compare(at(b), at(a)) : compare(at(a), at(b))));
    for (let k = 0; k < keep; k++) y[(o * keep + k) * inner + i] = order[k]!;
  }
  return y;
}

/** Positions of the first `keep` elements of each line in stable order, as int32; NaN is greater than every number. */
export const argsortOp = defineOp<SortAttributes>({
  name: "argsort",
  kind: {
    tag: "routine",
    flops: ({ inputs: [x] }) => 16 * sizeOf(x!.shape),
    reference: argsortReference,
    cpu: {
      kernel: "argsort",
      inputs: ["x"],
      output: "out",
      fields(node, [x]) {
        const { axis, descending, keep } = node.attributes as SortAttributes;
        const dtype = node.inputs[0]!.dtype === "float32" ? 0 : 1;
        return {
          ...around(node.shape, axis),
          length: x!.shape[axis]!,
          keep,
          dtype,
          descending: Number(descending),
        };
      },
    },
  },
  samples: [
    { inputs: [{ shape: [3, 9, 4] }], attributes: { axis: 1, descending: false, keep: 9 } },
    { inputs: [int32([3, 70], 9)], attributes: { axis: 1, descending: true, keep: 70 } },
    { inputs: [{ shape: [2, 400] }], attributes: { axis: 1, descending: true, keep: 5 } },
  ],
  type([x], { axis, keep }) {
    checkDType("argsort", x!.dtype, accepts.numeric);
    return { shape: resized(x!.shape, axis, keep), dtype: "int32" };
  },
});

/** Elements of x picked by int32 `index` along `axis`; the other axes agree. */
export const gatherAlong = (x: Node, index: Node, axis: number): Node =>
  apply(gatherAlongOp, [x, index], { axis });

/** Elements of x added up by int32 `index` along `axis`, which then has `size`. */
export const scatterAlong = (x: Node, index: Node, axis: number, size: number): Node =>
  apply(scatterAlongOp, [x, index], { axis, size });

/** Running sums along `axis`. */
export const cumsum = (x: Node, axis: number, reverse = false): Node =>
  apply(cumsumOp, [x], { axis, reverse });

/** Positions of the first `keep` elements along `axis` in order. */
export const argsort = (x: Node, axis: number, descending: boolean, keep: number): Node =>
  apply(argsortOp, [x], { axis, descending, keep });
