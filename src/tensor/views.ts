// The public forms of views (negative axes, -1, ranges, widths) told in primitives. Works on nodes.
import { ShapeError } from "../base/errors.ts";
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
} from "../base/shape.ts";
import type { Node } from "../ir/node.ts";
import { expand } from "../ops/broadcast.ts";
import { gather } from "../ops/gather.ts";
import { embed, permute, reshape, slice } from "../ops/view.ts";

/** `[start, stop]` or `[start, stop, step]` of one axis; negative positions count from the end, stop is exclusive. */
export type SliceRange = readonly [start: number, stop: number, step?: number];

/** x under `shape`, of which one axis may be -1 and is inferred. */
export function reshapeTo(x: Node, shape: Shape): Node {
  const unknown = shape.indexOf(-1);
  if (unknown < 0) return reshape(x, checkShape(shape, "reshape"));
  const rest = sizeOf(shape.filter((_, axis) => axis !== unknown));
  const size = sizeOf(x.shape) / rest;
  if (rest <= 0 || !Number.isInteger(size)) {
    throw new ShapeError(
      `reshape: the axis -1 of ${formatShape(shape)} cannot be inferred, ${sizeOf(x.shape)} elements of ` +
        `${formatShape(x.shape)} are not a multiple of ${rest}. Give sizes that divide it.`,
      { from: x.shape, to: shape },
    );
  }
  return reshape(
    x,
    checkShape(
      shape.map((axis, i) => (i === unknown ? size : axis)),
      "reshape",
    ),
  );
}

/** x repeated along axes of size 1 and new leading axes to `shape`. */
export function broadcastTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes(x.shape, shape, "broadcastTo"), shape)) {
    throw new ShapeError(
      `broadcastTo: ${formatShape(x.shape)} cannot become ${formatShape(shape)}. Only axes of size 1 are repeated.`,
      { from: x.shape, to: shape },
    );
  }
  const padded = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
  return expand(sameShape(padded, x.shape) ? x : reshape(x, padded), shape);
}

/** Axes in another order; negative ones count from the end. */
export function reorder(x: Node, axes: readonly number[]): Node {
  return permute(
    x,
    axes.map((axis) => normalizeAxis(axis, x.shape.length, "permute")),
  );
}

/** Axes a and b exchanged. */
export function exchange(x: Node, a: number, b: number): Node {
  const rank = x.shape.length;
  const [first, second] = [normalizeAxis(a, rank, "transpose"), normalizeAxis(b, rank, "transpose")];
  return permute(
    x,
    x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis)),
  );
}

/** Axes from `start` on as one. */
export function flattenFrom(x: Node, start: number): Node {
  const axis = x.shape.length === 0 ? 0 : normalizeAxis(start, x.shape.length, "flatten");
  return reshape(x, [...x.shape.slice(0, axis), sizeOf(x.shape.slice(axis))]);
}

/** An axis of size 1 before `axis`. */
export function insertAxis(x: Node, axis: number): Node {
  const at = normalizeAxis(axis, x.shape.length + 1, "unsqueeze");
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Axes of size 1 taken out. */
export function removeAxes(x: Node, axes?: number | readonly number[]): Node {
  const list =
    axes === undefined
      ? x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
      : normalizeAxes(axes, x.shape.length, "squeeze");
  const wrong = list.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${wrong} of ${formatShape(x.shape)} has size ${x.shape[wrong]}, not 1. Only axes of size 1 can go.`,
      { axis: wrong, shape: x.shape },
    );
  }
  return reshape(
    x,
    x.shape.filter((_, axis) => !list.includes(axis)),
  );
}

const within = (position: number, low: number, high: number) => Math.min(Math.max(position, low), high);

/** A range of each axis, as slices of JavaScript and Python do: positions beyond the ends are taken as the ends. */
export function sliceRanges(x: Node, ranges: readonly (SliceRange | null)[]): Node {
  if (ranges.length > x.shape.length) {
    throw new ShapeError(
      `slice: ${ranges.length} ranges for ${x.shape.length} axes of ${formatShape(x.shape)}. Give at most one an axis.`,
      { shape: x.shape },
    );
  }
  const bounds = x.shape.map((size, axis) => {
    const range = ranges[axis] ?? [0, size];
    if (!Array.isArray(range) || range.some(Number.isNaN)) {
      throw new ShapeError(
        `slice: ${Array.isArray(range) ? formatShape(range) : range} on axis ${axis} is no range. Give [from, to], [from, to, step], or null for all.`,
        { axis, range },
      );
    }
    const [from, to, step = 1] = range;
    if (!Number.isInteger(step) || step === 0) {
      throw new ShapeError(`slice: step ${step} on axis ${axis} is not a whole number other than 0.`, {
        axis,
        step,
      });
    }
    const absolute = (position: number) => (position < 0 ? position + size : position);
    // A stop of −∞ lets a backward slice include element 0.
    const start = step > 0 ? within(absolute(from), 0, size) : within(absolute(from), -1, size - 1);
    const stop =
      step > 0
        ? within(absolute(to), 0, size)
        : within(to === Number.NEGATIVE_INFINITY ? -1 : absolute(to), -1, size - 1);
    return { start, step, size: Math.max(0, Math.ceil((stop - start) / step)) };
  });
  const column = (key: "start" | "step" | "size") => bounds.map((bound) => bound[key]);
  return slice(x, column("start"), column("size"), column("step"));
}

/** Axes reversed. */
export function reverse(x: Node, axes?: number | readonly number[]): Node {
  const list = normalizeAxes(axes, x.shape.length, "flip");
  const starts = x.shape.map((size, axis) => (list.includes(axis) ? size - 1 : 0));
  return slice(
    x,
    starts,
    x.shape,
    x.shape.map((_, axis) => (list.includes(axis) ? -1 : 1)),
  );
}

/** `value` put around x, [before, after] for each axis. */
export function padWith(x: Node, widths: readonly (readonly [number, number])[], value: number): Node {
  if (
    widths.length !== x.shape.length ||
    widths.some((pair) => !Array.isArray(pair) || pair.length !== 2) ||
    widths.flat().some((width) => !Number.isInteger(width) || width < 0)
  ) {
    throw new ShapeError(
      `pad: ${JSON.stringify(widths)} does not fit ${formatShape(x.shape)}. Give [before, after] ≥ 0 for each axis.`,
      { widths, shape: x.shape },
    );
  }
  const shape = x.shape.map((size, axis) => size + widths[axis]![0] + widths[axis]![1]);
  return embed(
    x,
    shape,
    widths.map(([before]) => before),
    x.shape.map(() => 1),
    value,
  );
}

/** Rows of x named by `indices`: [...indices.shape, ...x.shape without its first axis]. */
export function takeRows(x: Node, indices: Node): Node {
  if (x.shape.length === 0)
    throw new ShapeError("take: a scalar has no rows. Give a tensor of rank 1 or more.");
  const flat = reshape(indices, [sizeOf(indices.shape)]);
  return reshape(gather(x, flat), [...indices.shape, ...x.shape.slice(1)]);
}
