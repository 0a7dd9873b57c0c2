// What the operators that rearrange elements ask for: sizes, and ranges of axes. The same for tensors as for numbers that
// are known beforehand. Knows nothing of either.
import { type Shape, sizeOf } from "../base/shape.ts";
import type { Operands } from "./operands.ts";

/** The sizes that a Reshape gives: 0 stays (unless allowed as a size), −1 is what is left over. */
export function sizesOf(x: Operands, shape: Shape): Shape {
  const wanted = x.list("shape", 1) ?? [];
  const keepsZero = x.int("allowzero", 0) === 1;
  const sizes = wanted.map((size, axis) => (size === 0 && !keepsZero ? (shape[axis] ?? -1) : size));
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const result = x.checkSize(sizes.map((size) => (size === -1 ? sizeOf(shape) / known : size)));
  if (sizeOf(result) === sizeOf(shape)) return result;
  throw x.fail(`makes [${wanted.join(", ")}] of [${shape.join(", ")}]`);
}

/** What a Slice keeps of each axis: the elements start + i·step, i < count. */
export interface Cuts {
  readonly starts: readonly number[];
  readonly counts: Shape;
  readonly steps: readonly number[];
}

/** The elements that a Slice keeps; indices count from the end where negative and stop at the ends. */
export function cutsOf(x: Operands, shape: Shape): Cuts {
  const [begins, ends] = [x.list("starts", 1) ?? [], x.list("ends", 2) ?? []];
  const axes = x.list("axes", 3) ?? begins.map((_, i) => i);
  const given = x.has(4) ? x.known(4) : begins.map(() => 1);
  const ranges = shape.map((count) => ({ start: 0, count, step: 1 }));
  axes.forEach((one, i) => {
    const axis = x.axis(one, shape.length);
    const [size, step] = [shape[axis]!, given[i]!];
    const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
    const place = (index: number) => Math.min(most, Math.max(least, index < 0 ? index + size : index));
    const start = place(begins[i]!);
    ranges[axis] = { start, step, count: Math.max(0, Math.ceil((place(ends[i]!) - start) / step)) };
  });
  // Written so that what is no number is refused too.
  if (!ranges.every(({ step, count }) => step !== 0 && count > 0)) throw x.fail("cuts nothing out");
  return {
    starts: ranges.map(({ start }) => start),
    counts: ranges.map(({ count }) => count),
    steps: ranges.map(({ step }) => step),
  };
}
