// Losses between tensors of one shape: squares, absolute values, Huber's mean of both, and between probabilities.
import { ConfigError, ShapeError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import { softplus } from "../tensor/activations.ts";
import { where } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Reduction, reduce } from "./reduction.ts";

/** Options of losses that only reduce. */
export interface LossOptions {
  readonly reduction?: Reduction;
}

function checkAlike(op: string, prediction: Tensor, target: Tensor): void {
  if (sameShape(prediction.shape, target.shape)) return;
  throw new ShapeError(
    `${op}: prediction ${formatShape(prediction.shape)} and target ${formatShape(target.shape)} differ. ` +
      `Bring them to one shape; labels become targets with oneHot(labels, classes).`,
    { prediction: prediction.shape, target: target.shape },
  );
}

function checkPositive(op: string, name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new ConfigError(`${op}: ${name} ${value} must be a number above 0. Give one, as in 1.`, {
    [name]: value,
  });
}

/** The mean (or sum) of (prediction − target)² over all elements; both of one shape. */
export function mse(prediction: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkAlike("mse", prediction, target);
  return reduce("mse", prediction.sub(target).square(), reduction);
}

/** The mean (or sum) of |prediction − target| over all elements; both of one shape. The gradient at 0 is 0. */
export function l1(prediction: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkAlike("l1", prediction, target);
  return reduce("l1", prediction.sub(target).abs(), reduction);
}

/** d²/2 where |d| < δ, else δ(|d| − δ/2). */
function huberOf(d: Tensor, delta: number): Tensor {
  const size = d.abs();
  return where(size.less(delta), d.square().mul(0.5), size.sub(delta / 2).mul(delta));
}

/**
 * The mean (or sum) over all elements of d²/2 where |d| < δ, else δ(|d| − δ/2), with d = prediction − target
 * (Huber 1964); δ is 1 unless given.
 */
export function huber(
  prediction: Tensor,
  target: Tensor,
  { reduction = "mean", delta = 1 }: LossOptions & { readonly delta?: number } = {},
): Tensor {
  checkAlike("huber", prediction, target);
  checkPositive("huber", "delta", delta);
  return reduce("huber", huberOf(prediction.sub(target), delta), reduction);
}

/** huber / β: d²/2β where |d| < β, else |d| − β/2; β is 1 unless given. */
export function smoothL1(
  prediction: Tensor,
  target: Tensor,
  { reduction = "mean", beta = 1 }: LossOptions & { readonly beta?: number } = {},
): Tensor {
  checkAlike("smoothL1", prediction, target);
  checkPositive("smoothL1", "beta", beta);
  return reduce("smoothL1", huberOf(prediction.sub(target), beta).div(beta), reduction);
}

/**
 * Binary cross-entropy of σ(logits) against targets in 0 … 1: −p·t·log σ(x) − (1 − t)·log(1 − σ(x)), over all elements;
 * both of one shape. `positiveWeight` p, 1 unless given, is a number or broadcasts. Exact for logits of any size.
 */
export function bceWithLogits(
  logits: Tensor,
  targets: Tensor,
  {
    reduction = "mean",
    positiveWeight = 1,
  }: LossOptions & { readonly positiveWeight?: Tensor | number } = {},
): Tensor {
  checkAlike("bceWithLogits", logits, targets);
  // −log(1 − σ(x)) = x + softplus(−x), and −log σ(x) = softplus(−x).
  const surprise = softplus(logits.neg());
  const rest = targets.neg().add(1);
  const share = positiveWeight === 1 ? undefined : targets.mul(positiveWeight).add(rest);
  const losses = rest.mul(logits).add(share === undefined ? surprise : surprise.mul(share));
  return reduce("bceWithLogits", losses, reduction);
}

/**
 * Kullback–Leibler divergence Σ t·(log t − q), q being log-probabilities and t probabilities of one shape; 0·log 0 = 0.
 * "batchMean", the default, divides the sum by the size of the first axis; "mean" by the number of elements.
 */
export function klDivergence(
  logProbabilities: Tensor,
  target: Tensor,
  { reduction = "batchMean" }: { readonly reduction?: Reduction | "batchMean" } = {},
): Tensor {
  checkAlike("klDivergence", logProbabilities, target);
  const isPossible = target.greater(0);
  // Where t is 0 the logarithm of 1 stands in, so that no infinity meets the 0.
  const logTarget = where(isPossible, target, 1).log();
  const losses = where(isPossible, target.mul(logTarget.sub(logProbabilities)), 0);
  if (reduction !== "batchMean") return reduce("klDivergence", losses, reduction);
  return losses.sum().div(Math.max(1, target.shape[0] ?? 1));
}
