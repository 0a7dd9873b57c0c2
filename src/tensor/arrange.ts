// Tensors padded, cut, repeated, shifted and masked by position: compositions of views and concat.

import { ConfigError, ShapeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../base/shape.ts";
import { index } from "../ops/leaf.ts";
import { concat, where } from "./functions.ts";
import { Tensor } from "./tensor.ts";
import type { SliceRange } from "./views.ts";

/** The elements [start, stop) of one axis, others whole. */
const cut = (x: Tensor, axis: number, start: number, stop: number): Tensor =>
  x.slice(...x.shape.map((_, i): SliceRange | null => (i === axis ? [start, stop] : null)));

/** What lies beyond the edges. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

const PAD_MODES: readonly PadMode[] = ["constant", "reflect", "replicate", "circular"];

/** x with one axis continued beyond its ends by other elements of x. */
function continueAxis(
  x: Tensor,
  axis: number,
  [before, after]: readonly [number, number],
  mode: PadMode,
): Tensor {
  const size = x.shape[axis]!;
  const most =
    mode === "reflect" ? size - 1 : mode === "circular" ? size : size > 0 ? Number.POSITIVE_INFINITY : 0;
  if (before > most || after > most) {
    throw new ShapeError(
      `pad: [${before}, ${after}] is too wide for mode "${mode}" on axis ${axis} of size ${size}. Pad at most ${most}.`,
      { axis, size, before, after },
    );
  }
  const spread = (edge: Tensor, count: number) =>
    edge.broadcastTo(edge.shape.map((length, i) => (i === axis ? count : length)));
  const sides = {
    reflect: () => [
      cut(x, axis, 1, before + 1).flip(axis),
      cut(x, axis, size - 1 - after, size - 1).flip(axis),
    ],
    replicate: () => [spread(cut(x, axis, 0, 1), before), spread(cut(x, axis, size - 1, size), after)],
    circular: () => [cut(x, axis, size - before, size), cut(x, axis, 0, after)],
    constant: () => [],
  };
  const [left, right] = sides[mode]();
  const parts = [...(before > 0 ? [left!] : []), x, ...(after > 0 ? [right!] : [])];
  return concat(parts, axis);
}

/**
 * x continued by [before, after] elements on each axis: by `value`, mirrored without repeating the edge (reflect), by the
 * edge (replicate), or from the other end (circular). ShapeError where an axis is too short.
 */
export function pad(
  x: Tensor,
  widths: readonly (readonly [number, number])[],
  options: { readonly mode?: PadMode; readonly value?: number } = {},
): Tensor {
  checkOptionNames("pad", options, ["mode", "value"]);
  const { mode = "constant", value = 0 } = options;
  if (!PAD_MODES.includes(mode)) {
    throw new ConfigError(`pad: mode "${mode}" is unknown. Did you mean "${nearestName(mode, PAD_MODES)}"?`, {
      mode,
    });
  }
  // The method checks the widths.
  const padded = x.pad(widths, value);
  if (mode === "constant") return padded;
  return widths.reduce(
    (y, width, axis) => (width[0] + width[1] > 0 ? continueAxis(y, axis, width, mode) : y),
    x,
  );
}

/** x cut along `axis` into parts of one size (the last may be smaller), or of the sizes listed, as PyTorch's split. */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis(axis, x.rank, "split");
  const length = x.shape[at]!;
  if (typeof sizes === "number" && !(Number.isInteger(sizes) && sizes > 0)) {
    throw new ShapeError(`split: size ${sizes} must be a whole number ≥ 1.`, { sizes });
  }
  const list =
    typeof sizes === "number"
      ? Array.from({ length: Math.ceil(length / sizes) }, (_, i) => Math.min(sizes, length - i * sizes))
      : sizes;
  const total = list.reduce((sum, size) => sum + size, 0);
  if (total !== length || list.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(
      `split: sizes ${formatShape(list)} add up to ${total}, axis ${at} of ${formatShape(x.shape)} has ${length}. ` +
        "Give whole sizes that add up to it.",
      { sizes: list, length },
    );
  }
  let start = 0;
  return list.map((size) => {
    start += size;
    return cut(x, at, start - size, start);
  });
}

/** x repeated `counts[i]` times along axis i; with more counts than axes new ones are put in front (PyTorch's tile). */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) {
    throw new ShapeError(`tile: counts ${formatShape(counts)} must be whole numbers ≥ 0.`, { counts });
  }
  const rank = Math.max(x.rank, counts.length);
  const ones = (length: number) => new Array<number>(length).fill(1);
  const all = [...ones(rank - counts.length), ...counts];
  let y = x.reshape([...ones(rank - x.rank), ...x.shape]);
  // One axis at a time keeps every view within three axes.
  for (const [axis, count] of all.entries()) {
    if (count === 1) continue;
    const outer = sizeOf(y.shape.slice(0, axis));
    const inner = sizeOf(y.shape.slice(axis));
    const shape = y.shape.map((size, i) => (i === axis ? size * count : size));
    y = y.reshape(outer, 1, inner).broadcastTo(outer, count, inner).reshape(shape);
  }
  return y;
}

/** Every element repeated `count` times in a row along `axis` (PyTorch's repeat_interleave). */
export function repeat(x: Tensor, count: number, axis = 0): Tensor {
  if (!Number.isInteger(count) || count < 0) {
    throw new ShapeError(`repeat: count ${count} must be a whole number ≥ 0.`, { count });
  }
  const at = normalizeAxis(axis, x.rank, "repeat");
  const outer = sizeOf(x.shape.slice(0, at + 1));
  const inner = sizeOf(x.shape.slice(at + 1));
  const shape = x.shape.map((size, i) => (i === at ? size * count : size));
  return x.reshape(outer, 1, inner).broadcastTo(outer, count, inner).reshape(shape);
}

/** x shifted by `shift` along `axis`; what leaves at one end enters at the other. */
export function roll(x: Tensor, shift: number, axis = 0): Tensor {
  const at = normalizeAxis(axis, x.rank, "roll");
  if (!Number.isInteger(shift)) {
    throw new ShapeError(`roll: shift ${shift} must be a whole number.`, { shift });
  }
  const size = x.shape[at]!;
  const start = size === 0 ? 0 : ((-shift % size) + size) % size;
  return start === 0 ? x : concat([cut(x, at, start, size), cut(x, at, 0, start)], at);
}

/** Vectors a [n], b [m], … as coordinates over their product space: each [n, m, …] (indexing "ij"). */
export function meshgrid(...vectors: readonly Tensor[]): Tensor[] {
  const odd = vectors.find(({ rank }) => rank !== 1);
  if (odd !== undefined) {
    throw new ShapeError(`meshgrid: takes vectors, not ${formatShape(odd.shape)}. Flatten it first.`, {
      shape: odd.shape,
    });
  }
  const shape: Shape = vectors.map(({ size }) => size);
  return vectors.map((vector, axis) =>
    vector.reshape(shape.map((size, i) => (i === axis ? size : 1))).broadcastTo(shape),
  );
}

function checkMatrix(op: string, x: Tensor): [number, number] {
  if (x.rank < 2) {
    throw new ShapeError(`${op}: takes matrices [..., n, m], not ${formatShape(x.shape)}. Reshape first.`, {
      shape: x.shape,
    });
  }
  return [x.shape[x.rank - 2]!, x.shape[x.rank - 1]!];
}

/** The elements x[…, i, i + offset] of matrices [..., n, m] → [..., length]. */
export function diagonal(x: Tensor, offset = 0): Tensor {
  const [rows, columns] = checkMatrix("diagonal", x);
  const length = Math.max(
    0,
    offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns),
  );
  const lead = x.shape.slice(0, -2);
  if (length === 0) return x.reshape([...lead, rows * columns]).slice(...lead.map(() => null), [0, 0]);
  const start = offset >= 0 ? offset : -offset * columns;
  const stop = start + (length - 1) * (columns + 1) + 1;
  return x.reshape([...lead, rows * columns]).slice(...lead.map(() => null), [start, stop, columns + 1]);
}

function maskTriangle(op: string, x: Tensor, keep: (row: Tensor, column: Tensor) => Tensor): Tensor {
  checkMatrix(op, x);
  const coordinate = (axis: number) => new Tensor(index(x.shape, axis));
  return where(keep(coordinate(x.rank - 2), coordinate(x.rank - 1)), x, 0);
}

/** Matrices with zeros above the diagonal `offset`: x[…, i, j] where j ≤ i + offset. */
export const tril = (x: Tensor, offset = 0): Tensor =>
  maskTriangle("tril", x, (row, column) => column.lessEqual(row.add(offset)));

/** Matrices with zeros below the diagonal `offset`: x[…, i, j] where j ≥ i + offset. */
export const triu = (x: Tensor, offset = 0): Tensor =>
  maskTriangle("triu", x, (row, column) => column.greaterEqual(row.add(offset)));
