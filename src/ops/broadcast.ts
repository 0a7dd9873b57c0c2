// Repeating axes and summing over them: expand and sum, each the other's adjoint.
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, sameShape } from "../base/shape.ts";
import { type Attributes, apply, type Node } from "../ir/node.ts";
import { accepts, checkDType, defineOp } from "./define.ts";
import { viewOfConstant } from "./leaf.ts";

interface ShapeAttributes extends Attributes {
  readonly shape: Shape;
}

/** Axes of size 1 repeated. */
export const expandOp = defineOp<ShapeAttributes>({
  name: "expand",
  kind: {
    tag: "view",
    view(node, input) {
      const strides = input.strides.map((stride, axis) =>
        input.shape[axis] === node.shape[axis] ? stride : 0,
      );
      return { shape: node.shape, strides, offset: input.offset };
    },
  },
  samples: [{ inputs: [{ shape: [3, 1, 4] }], attributes: { shape: [3, 5, 4] } }],
  type([x], { shape }) {
    const fits =
      x!.shape.length === shape.length && x!.shape.every((size, i) => size === shape[i] || size === 1);
    if (!fits) {
      throw new ShapeError(
        `expand: ${formatShape(x!.shape)} does not expand to ${formatShape(shape)}. Only axes of size 1 can be repeated.`,
        { from: x!.shape, to: shape },
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient(dy, { inputs: [x], shape }) {
    const axes = shape.flatMap((size, axis) => (x!.shape[axis] === size ? [] : [axis]));
    return [sum(dy, axes)];
  },
  simplify(node) {
    const [x] = node.inputs as [Node];
    if (sameShape(x.shape, node.shape)) return x;
    if (x.op.name === "expand") return expand(x.inputs[0]!, node.shape);
    return viewOfConstant(node);
  },
});

/** x with its axes of size 1 repeated to `shape`. */
export const expand = (x: Node, shape: Shape): Node => apply(expandOp, [x], { shape });

/** Attributes of every op that folds axes. */
export interface AxesAttributes extends Attributes {
  readonly axes: readonly number[];
}

/** The shape with the folded axes at size 1. */
export const foldedShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** Σ x over `axes`, which stay with size 1. */
export const sumOp = defineOp<AxesAttributes>({
  name: "sum",
  kind: {
    tag: "reduce",
    cpu: 0,
    reference(read, count) {
      let total = 0;
      for (let i = 0; i < count; i++) total += read(i);
      return total;
    },
  },
  samples: [
    { inputs: [{ shape: [3, 4, 5] }], attributes: { axes: [1] } },
    { inputs: [{ shape: [3, 4, 5] }], attributes: { axes: [0, 2] } },
    { inputs: [{ shape: [7, 65] }], attributes: { axes: [0, 1] } },
    { inputs: [{ shape: [3, 0] }], attributes: { axes: [1] } },
  ],
  type([x], { axes }) {
    checkDType("sum", x!.dtype, accepts.floating);
    return { shape: foldedShape(x!.shape, axes), dtype: x!.dtype };
  },
  gradient: (dy, { inputs: [x] }) => [expand(dy, x!.shape)],
  simplify: ({ inputs: [x], shape }) => (sameShape(x!.shape, shape) ? x! : undefined),
});

/** Σ x over `axes`, which stay with size 1. */
export const sum = (x: Node, axes: readonly number[]): Node => apply(sumOp, [x], { axes });
