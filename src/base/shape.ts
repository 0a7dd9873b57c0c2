// Shapes, axes and strides: arithmetic on lists of sizes. Knows nothing of tensors.
import { ShapeError } from "./errors.ts";

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** How an index space lies in memory: element (i₀, i₁, …) is at offset + Σ iₖ·stridesₖ, in elements. */
export interface Strided {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Number of elements: the product of the sizes. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** `[32, 784]`, as shapes are written in messages. */
export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** True when both shapes have the same axes. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Row-major strides in elements: the last axis is contiguous. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The row-major layout of a whole tensor of this shape. */
export const contiguous = (shape: Shape): Strided => ({ shape, strides: stridesOf(shape), offset: 0 });

/** True when the layout is row-major from its offset on; axes of size 1 may have any stride. */
export function isContiguous({ shape, strides }: Strided): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return sizeOf(shape) === 0;
    stride *= shape[axis]!;
  }
  return true;
}

/** The same elements in row-major order under another shape of equal size; null where an axis would need two strides. */
export function reshapeLayout(from: Strided, shape: Shape): Strided | null {
  if (isContiguous(from)) return { shape, strides: stridesOf(shape), offset: from.offset };
  const axes = from.shape.flatMap((size, i) => (size === 1 ? [] : [{ size, stride: from.strides[i]! }]));
  const strides = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  for (let last = axes.length - 1; last >= 0; last--) {
    // A run of input axes that are contiguous to each other is split into output axes, innermost first.
    const { size, stride } = axes[last]!;
    let run = size;
    let filled = 1;
    for (;;) {
      while (axis >= 0 && filled < run) {
        strides[axis] = stride * filled;
        filled *= shape[axis--]!;
      }
      if (filled === run) break;
      const next = axes[--last];
      if (next === undefined || next.stride !== stride * run) return null;
      run *= next.size;
    }
  }
  return { shape, strides, offset: from.offset };
}

/** `axis` as 0 … rank−1; negative axes count from the end. */
export function normalizeAxis(axis: number, rank: number, op: string): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) {
    const range = rank === 0 ? "a scalar has no axes" : `valid axes are ${-rank} to ${rank - 1}`;
    throw new ShapeError(`${op}: axis ${axis} does not exist in rank ${rank}. For this tensor ${range}.`, {
      axis,
      rank,
    });
  }
  return normal;
}

/** Axes as a sorted list without repeats; undefined means all. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  op: string,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes !== "number" && !Array.isArray(axes)) {
    throw new ShapeError(
      `${op}: axes are a number or a list, not ${String(axes)}. Write them as in [0, 1].`,
      {
        axes,
      },
    );
  }
  const list = [axes].flat().map((axis) => normalizeAxis(axis, rank, op));
  if (new Set(list).size !== list.length) {
    throw new ShapeError(`${op}: axes ${formatShape(list)} name one axis twice. Give each axis once.`, {
      axes: list,
    });
  }
  return list.sort((a, b) => a - b);
}

/** The shape both broadcast to: sizes are matched from the end, and 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape, op: string): Shape {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1;
    const y = b[b.length - i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast, ${x} against ${y} on axis ${-i}. ` +
          `Sizes must be equal or 1, matched from the last axis.`,
        { a, b, axis: -i },
      );
    }
    result[rank - i] = x === 1 ? y : x;
  }
  return result;
}

/** Checks that every size is a whole number ≥ 0 and returns the shape. */
export function checkShape(shape: Shape, op: string): Shape {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${op}: a shape is a list of sizes, not ${String(shape)}. Write it as in [2, 3].`, {
      shape,
    });
  }
  const axis = shape.findIndex((size) => !Number.isInteger(size) || size < 0);
  if (axis >= 0) {
    throw new ShapeError(
      `${op}: size ${shape[axis]} on axis ${axis} of ${formatShape(shape)} is not a whole number ≥ 0. Give whole sizes.`,
      { shape },
    );
  }
  return shape;
}
