// Running sums, picking by index and sorting along one axis, as users name axes.
import { ShapeError } from "../base/errors.ts";
import { normalizeAxis } from "../base/shape.ts";
import * as ops from "../ops/along.ts";
import { Tensor } from "./tensor.ts";

/** y[j] = Σ x[i] over i ≤ j along `axis`; over i ≥ j with `reverse`. */
export const cumsum = (x: Tensor, axis = -1, { reverse = false } = {}): Tensor =>
  new Tensor(ops.cumsum(x.node, normalizeAxis(axis, x.rank, "cumsum"), reverse));

/** y[…, j, …] = x[…, index[…, j, …], …] along `axis`, PyTorch's gather; the int32 index has x's shape off the axis and is clamped to it. */
export const gatherAlong = (x: Tensor, index: Tensor, axis = -1): Tensor =>
  new Tensor(ops.gatherAlong(x.node, index.node, normalizeAxis(axis, x.rank, "gatherAlong")));

/** y[…, index[…, j, …], …] += x[…, j, …] into zeros that have `size` along `axis`, PyTorch's scatter_add. */
export const scatterAlong = (x: Tensor, index: Tensor, size: number, axis = -1): Tensor =>
  new Tensor(ops.scatterAlong(x.node, index.node, normalizeAxis(axis, x.rank, "scatterAlong"), size));

/** Which way to sort, and along which axis; the last unless said. */
export interface SortOptions {
  readonly axis?: number;
  readonly descending?: boolean;
}

/** Elements in order, and the int32 positions they came from. */
export interface Sorted {
  readonly values: Tensor;
  readonly indices: Tensor;
}

function sortFirst(op: string, x: Tensor, keep: number | undefined, options: SortOptions): Sorted {
  const axis = normalizeAxis(options.axis ?? -1, x.rank, op);
  const size = x.shape[axis]!;
  const count = keep ?? size;
  if (!Number.isInteger(count) || count < 0 || count > size) {
    throw new ShapeError(
      `${op}: k ${count} must be a whole number from 0 to the axis's size ${size}. Give such a k.`,
      {
        k: count,
        size,
      },
    );
  }
  const indices = ops.argsort(x.node, axis, options.descending ?? false, count);
  return { values: new Tensor(ops.gatherAlong(x.node, indices, axis)), indices: new Tensor(indices) };
}

/** The elements along an axis in stable order; NaN is greater than every number, as in PyTorch. Gradients go back to their places. */
export const sort = (x: Tensor, options: SortOptions = {}): Sorted =>
  sortFirst("sort", x, undefined, options);

/** The int32 positions of the elements along an axis in stable order; NaN is greater than every number. */
export const argsort = (x: Tensor, options: SortOptions = {}): Tensor => sort(x, options).indices;

/** The k largest elements along an axis, the largest first; the smallest if not `largest`. Of equal ones the first come first. */
export const topK = (x: Tensor, k: number, { axis = -1, largest = true } = {}): Sorted =>
  sortFirst("topK", x, k, { axis, descending: largest });
