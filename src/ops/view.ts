// The same elements at other indices: views, and the ops that place elements into a larger tensor.
import { ShapeError } from "../base/errors.ts";
import {
  formatShape,
  reshapeLayout,
  type Shape,
  type Strided,
  sameShape,
  sizeOf,
  stridesOf,
} from "../base/shape.ts";
import { type Attributes, apply, type Node } from "../ir/node.ts";
import { defineOp } from "./define.ts";
import { reshapedIndex, viewOfConstant } from "./leaf.ts";

interface ShapeAttributes extends Attributes {
  readonly shape: Shape;
}

/** The same elements in row-major order under another shape of equal size. */
export const reshapeOp = defineOp<ShapeAttributes>({
  name: "reshape",
  kind: {
    tag: "view",
    view: (node, input) => reshapeLayout(input, node.shape),
  },
  samples: [{ inputs: [{ shape: [3, 4] }], attributes: { shape: [2, 6] } }],
  type([x], { shape }) {
    if (sizeOf(x!.shape) !== sizeOf(shape)) {
      throw new ShapeError(
        `reshape: ${formatShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${formatShape(shape)} has ` +
          `${sizeOf(shape)}. Give a shape of the same size, or -1 for one axis to be inferred.`,
        { from: x!.shape, to: shape },
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient: (dy, { inputs: [x] }) => [reshape(dy, x!.shape)],
  simplify(node) {
    const [x] = node.inputs as [Node];
    if (sameShape(x.shape, node.shape)) return x;
    if (x.op.name === "reshape") return reshape(x.inputs[0]!, node.shape);
    return viewOfConstant(node) ?? reshapedIndex(node);
  },
});

/** x with another shape of the same size. */
export const reshape = (x: Node, shape: Shape): Node => apply(reshapeOp, [x], { shape });

interface AxesAttributes extends Attributes {
  readonly axes: readonly number[];
}

const isIncreasing = (axes: readonly number[]) => axes.every((axis, i) => i === 0 || axes[i - 1]! < axis);
const isIdentity = (axes: readonly number[]) => axes.every((axis, i) => axis === i);

/** The permutation that undoes `axes`. */
export const inversePermutation = (axes: readonly number[]): number[] => {
  const inverse = new Array<number>(axes.length);
  axes.forEach((axis, i) => {
    inverse[axis] = i;
  });
  return inverse;
};

const realAxes = (shape: Shape): number[] => shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));

/** permute(reshape(x)) where the reshape only adds or drops axes of size 1, and x's op can compute the permuted value. */
function permutedBelow(reshaped: Node, axes: readonly number[], shape: Shape): Node | undefined {
  const [x] = reshaped.inputs as [Node];
  const [inner, outer] = [realAxes(x.shape), realAxes(reshaped.shape)];
  const isSame =
    inner.length === outer.length && inner.every((a, i) => x.shape[a] === reshaped.shape[outer[i]!]);
  if (!isSame) return undefined;
  const order = axes.filter((axis) => outer.includes(axis)).map((axis) => inner[outer.indexOf(axis)]!);
  const lifted = x.shape.map((size, axis) => (size === 1 ? axis : order.shift()!));
  const value = x.op.permuted?.(x, lifted);
  return value && reshape(value, shape);
}

/** Axes reordered: output axis i is input axis axes[i]. */
export const permuteOp = defineOp<AxesAttributes>({
  name: "permute",
  kind: {
    tag: "view",
    view(node, input) {
      const axes = node.attributes["axes"] as number[];
      return { shape: node.shape, strides: axes.map((axis) => input.strides[axis]!), offset: input.offset };
    },
  },
  samples: [{ inputs: [{ shape: [2, 3, 4] }], attributes: { axes: [2, 0, 1] } }],
  type([x], { axes }) {
    const isPermutation =
      axes.length === x!.shape.length && [...axes].sort((a, b) => a - b).every((axis, i) => axis === i);
    if (!isPermutation) {
      throw new ShapeError(
        `permute: axes ${formatShape(axes)} are not a permutation of the ${x!.shape.length} axes of ` +
          `${formatShape(x!.shape)}. Name each axis once.`,
        { axes, shape: x!.shape },
      );
    }
    return { shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  gradient: (dy, { attributes }) => [permute(dy, inversePermutation(attributes["axes"] as number[]))],
  simplify(node) {
    const [x] = node.inputs as [Node];
    const axes = node.attributes["axes"] as number[];
    if (isIdentity(axes)) return x;
    if (x.op.name === "permute") {
      const inner = x.attributes["axes"] as number[];
      return permute(
        x.inputs[0]!,
        axes.map((axis) => inner[axis]!),
      );
    }
    // Moving axes of size 1 moves no element.
    if (isIncreasing(axes.filter((axis) => x.shape[axis] !== 1))) {
      return reshape(x, node.shape);
    }
    if (x.op.name === "reshape") return viewOfConstant(node) ?? permutedBelow(x, axes, node.shape);
    return viewOfConstant(node) ?? x.op.permuted?.(x, axes);
  },
});

/** x with its axes reordered. */
export const permute = (x: Node, axes: readonly number[]): Node => apply(permuteOp, [x], { axes });

interface SliceAttributes extends Attributes {
  readonly starts: readonly number[];
  readonly sizes: Shape;
  readonly steps: readonly number[];
}

/** Where the elements start + step·i of each axis lie. */
const region = (
  input: Strided,
  starts: readonly number[],
  sizes: Shape,
  steps: readonly number[],
): Strided => ({
  shape: sizes,
  strides: input.strides.map((stride, axis) => stride * steps[axis]!),
  offset:
    input.offset +
    (sizeOf(sizes) === 0 ? 0 : starts.reduce((sum, start, axis) => sum + start * input.strides[axis]!, 0)),
});

/** The elements at starts + steps·i, i < sizes; a negative step walks backward. */
export const sliceOp = defineOp<SliceAttributes>({
  name: "slice",
  kind: {
    tag: "view",
    view(node, input) {
      const { starts, sizes, steps } = node.attributes as SliceAttributes;
      return region(input, starts, sizes, steps);
    },
  },
  samples: [
    { inputs: [{ shape: [5, 7] }], attributes: { starts: [1, 6], sizes: [2, 3], steps: [2, -3] } },
    { inputs: [{ shape: [5, 7] }], attributes: { starts: [0, 0], sizes: [5, 2], steps: [1, 1] } },
  ],
  type([x], { starts, sizes, steps }) {
    x!.shape.forEach((size, axis) => {
      const last = starts[axis]! + (sizes[axis]! - 1) * steps[axis]!;
      if (sizes[axis]! > 0 && (starts[axis]! < 0 || starts[axis]! >= size || last < 0 || last >= size)) {
        throw new ShapeError(
          `slice: elements ${starts[axis]} to ${last} of axis ${axis} are outside ${formatShape(x!.shape)}. ` +
            `Valid indices are 0 to ${size - 1}.`,
          { axis, start: starts[axis], last, size },
        );
      }
    });
    return { shape: sizes, dtype: x!.dtype };
  },
  gradient(dy, { inputs: [x], attributes }) {
    const { starts, steps } = attributes as SliceAttributes;
    return [embed(dy, x!.shape, starts, steps)];
  },
  simplify(node) {
    const { steps } = node.attributes as SliceAttributes;
    const isWhole = sameShape(node.inputs[0]!.shape, node.shape) && steps.every((step) => step > 0);
    return isWhole ? node.inputs[0]! : viewOfConstant(node);
  },
});

/** The elements of x at starts + steps·i, i < sizes, on every axis. */
export const slice = (x: Node, starts: readonly number[], sizes: Shape, steps: readonly number[]): Node =>
  apply(sliceOp, [x], { starts, sizes, steps });

interface EmbedAttributes extends Attributes {
  readonly shape: Shape;
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly value: number;
}

/** x placed at starts + steps·i of a tensor that is `value` elsewhere: padding, and the adjoint of slice. */
export const embedOp = defineOp<EmbedAttributes>({
  name: "embed",
  kind: {
    tag: "place",
    regions(node) {
      const { shape, starts, steps } = node.attributes as EmbedAttributes;
      return [region({ shape, strides: stridesOf(shape), offset: 0 }, starts, node.inputs[0]!.shape, steps)];
    },
    fill: (node) => node.attributes["value"] as number,
  },
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { shape: [5, 9], starts: [1, 6], steps: [2, -3], value: 0 } },
    { inputs: [{ shape: [2, 3] }], attributes: { shape: [4, 5], starts: [1, 1], steps: [1, 1], value: -1 } },
  ],
  type([x], { shape, starts, steps }) {
    sliceOp.type([{ shape, dtype: x!.dtype }], { starts, sizes: x!.shape, steps });
    return { shape, dtype: x!.dtype };
  },
  gradient(dy, { inputs: [x], attributes }) {
    const { starts, steps } = attributes as EmbedAttributes;
    return [slice(dy, starts, x!.shape, steps)];
  },
});

/** x placed at starts + steps·i into a tensor of `shape` filled with `value`. */
export const embed = (
  x: Node,
  shape: Shape,
  starts: readonly number[],
  steps: readonly number[],
  value = 0,
): Node => apply(embedOp, [x], { shape, starts, steps, value });

interface ConcatAttributes extends Attributes {
  readonly axis: number;
}

/** Inputs one after another along `axis`. */
export const concatOp = defineOp<ConcatAttributes>({
  name: "concat",
  kind: {
    tag: "place",
    regions(node) {
      const axis = node.attributes["axis"] as number;
      const strides = stridesOf(node.shape);
      let start = 0;
      return node.inputs.map((input) => {
        const offset = start * strides[axis]!;
        start += input.shape[axis]!;
        return { shape: input.shape, strides, offset };
      });
    },
    fill: () => undefined,
  },
  samples: [{ inputs: [{ shape: [2, 3] }, { shape: [2, 1] }, { shape: [2, 4] }], attributes: { axis: 1 } }],
  type(inputs, { axis }) {
    const [first] = inputs;
    for (const input of inputs) {
      const fits =
        input.dtype === first!.dtype &&
        input.shape.length === first!.shape.length &&
        input.shape.every((size, i) => i === axis || size === first!.shape[i]);
      if (!fits) {
        throw new ShapeError(
          `concat: ${first!.dtype}${formatShape(first!.shape)} and ${input.dtype}${formatShape(input.shape)} differ ` +
            `off axis ${axis}. All inputs must agree in element type and in every other axis.`,
          { axis, shapes: inputs.map(({ shape }) => shape) },
        );
      }
    }
    const length = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return { shape: first!.shape.map((size, i) => (i === axis ? length : size)), dtype: first!.dtype };
  },
  gradient(dy, node) {
    const axis = node.attributes["axis"] as number;
    let start = 0;
    return node.inputs.map(({ shape }) => {
      const starts = shape.map((_, i) => (i === axis ? start : 0));
      start += shape[axis]!;
      return slice(
        dy,
        starts,
        shape,
        shape.map(() => 1),
      );
    });
  },
  simplify: (node) => (node.inputs.length === 1 ? node.inputs[0]! : undefined),
});

/** The inputs one after another along `axis`. */
export const concat = (inputs: readonly Node[], axis: number): Node => apply(concatOp, inputs, { axis });
