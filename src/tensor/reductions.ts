// Folds over axes composed from primitives: products, norms, deviations and logic.
import { ConfigError } from "../base/errors.ts";
import { normalizeAxes } from "../base/shape.ts";
import { prod as prodNodes } from "../ops/reduce.ts";
import { variance, where } from "./functions.ts";
import { type Axes, Tensor } from "./tensor.ts";

/** Whether folded axes stay, with size 1. */
export interface FoldOptions {
  readonly keepDims?: boolean;
}

/** Π x over `axes`; 1 over nothing. Its gradient is right where elements are 0, its second derivative where none is. */
export function prod(x: Tensor, axes?: Axes, { keepDims = false }: FoldOptions = {}): Tensor {
  const list = normalizeAxes(axes, x.rank, "prod");
  const folded = new Tensor(prodNodes(x.node, list));
  return keepDims ? folded : folded.reshape(x.shape.filter((_, axis) => !list.includes(axis)));
}

/** √x with gradient 0, not ∞, where x is 0. */
function rootOf(x: Tensor): Tensor {
  const isZero = x.equal(0);
  return where(isZero, 0, where(isZero, 1, x).sqrt());
}

/** The standard deviation over `axes`, with n − `correction` in the divisor; the gradient is 0 where it is 0. */
export const std = (
  x: Tensor,
  axes?: Axes,
  options: FoldOptions & { readonly correction?: number } = {},
): Tensor => rootOf(variance(x, axes, options));

/** (Σ |x|ᵖ)^(1/p) over `axes` for p = 1, 2 or ∞ (the largest |x|); the gradient is 0 where the norm is 0. */
export function norm(
  x: Tensor,
  axes?: Axes,
  { p = 2, ...options }: FoldOptions & { readonly p?: 1 | 2 | typeof Number.POSITIVE_INFINITY } = {},
): Tensor {
  if (p === 1) return x.abs().sum(axes, options);
  if (p === 2) return rootOf(x.square().sum(axes, options));
  if (p === Number.POSITIVE_INFINITY) return x.abs().max(axes, options);
  throw new ConfigError(`norm: p ${p} is unknown. Use 1, 2 or Infinity.`, { p });
}

/** True where any element over `axes` is not 0 (NaN is not 0); false over nothing. */
export const any = (x: Tensor, axes?: Axes, options: FoldOptions = {}): Tensor =>
  x.cast("bool").cast("float32").max(axes, options).greater(0);

/** True where every element over `axes` is not 0 (NaN is not 0); true over nothing. */
export const all = (x: Tensor, axes?: Axes, options: FoldOptions = {}): Tensor =>
  x.cast("bool").cast("float32").min(axes, options).greater(0);
