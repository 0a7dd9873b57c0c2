// Losses and counts of right answers: graphs of primitives, averaged over the batch unless told otherwise.
import { ConfigError, DataError, DTypeError, ShapeError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import { slotOf } from "../ops/leaf.ts";
import { oneHot, where } from "../tensor/functions.ts";
import { hostDataOf } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How the losses of a batch become one number; "none" leaves them apart. */
export type Reduction = "mean" | "sum" | "none";

/** Options of crossEntropy. */
export interface CrossEntropyOptions {
  readonly reduction?: Reduction;
  /** Share of the target spread evenly over all classes, 0 ≤ ε < 1 (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
}

function reduce(op: string, losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "mean") return losses.mean();
  if (reduction === "sum") return losses.sum();
  if (reduction === "none") return losses;
  throw new ConfigError(`${op}: reduction "${String(reduction)}" is unknown. Use "mean", "sum" or "none".`, {
    reduction,
  });
}

/** Checks logits [N, K] and whole-number labels [N], and the labels' range where their values are known here. */
function checkPair(op: string, logits: Tensor, labels: Tensor): void {
  if (logits.rank !== 2 || labels.rank !== 1 || labels.shape[0] !== logits.shape[0]) {
    throw new ShapeError(
      `${op}: takes logits [N, K] and labels [N], not ${formatShape(logits.shape)} and ${formatShape(labels.shape)}. ` +
        `Give one row of logits and one label an example; for one-hot targets use nn.mse.`,
      { logits: logits.shape, labels: labels.shape },
    );
  }
  if (labels.dtype !== "int32" && labels.dtype !== "uint8") {
    throw new DTypeError(
      `${op}: labels must be int32 or uint8, not ${labels.dtype}. Convert: labels.cast("int32").`,
      {
        dtype: labels.dtype,
      },
    );
  }
  const slot = slotOf(labels.node);
  const known = slot === undefined ? undefined : hostDataOf(slot);
  const classes = logits.shape[1]!;
  const odd = known?.findIndex((label) => !(label >= 0 && label < classes)) ?? -1;
  if (odd >= 0) {
    throw new DataError(
      `${op}: label ${known![odd]} at index ${odd} is outside 0 … ${classes - 1}. Number the classes from 0.`,
      { index: odd, label: known![odd], classes },
    );
  }
}

/**
 * Cross-entropy of softmax(logits) against labels: −Σₖ tₖ log softmax(logits)ₖ with t = (1 − ε)·onehot + ε/K; logits
 * [N, K], labels int [N] → scalar, or [N] with reduction "none". Computed relative to each row's largest logit, so
 * logits of any size lose nothing. A label out of range throws DataError where known beforehand, else gives NaN.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { reduction = "mean", labelSmoothing = 0 }: CrossEntropyOptions = {},
): Tensor {
  checkPair("crossEntropy", logits, labels);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new ConfigError(
      `crossEntropy: labelSmoothing ${labelSmoothing} must be at least 0 and below 1. Give a share such as 0.1.`,
      { labelSmoothing },
    );
  }
  const classes = logits.shape[1]!;
  const target = oneHot(labels, classes).greater(0);
  // The peak cancels in the difference of log-sum-exp and logit, so its gradient is none of the loss's.
  const shifted = logits.sub(logits.detach().max(-1, { keepDims: true }));
  const logSum = shifted.exp().sum(-1).log();
  const chosen = where(target, shifted, 0).sum(-1);
  const loss =
    labelSmoothing === 0
      ? logSum.sub(chosen)
      : logSum.sub(chosen.mul(1 - labelSmoothing)).sub(shifted.sum(-1).mul(labelSmoothing / classes));
  const isValid = labels.cast("int32").greaterEqual(0).and(labels.cast("int32").less(classes));
  return reduce("crossEntropy", where(isValid, loss, Number.NaN), reduction);
}

/** The mean (or sum) of (prediction − target)² over all elements; both of one shape. */
export function mse(
  prediction: Tensor,
  target: Tensor,
  { reduction = "mean" }: { readonly reduction?: Reduction } = {},
): Tensor {
  if (!sameShape(prediction.shape, target.shape)) {
    throw new ShapeError(
      `mse: prediction ${formatShape(prediction.shape)} and target ${formatShape(target.shape)} differ. ` +
        `Bring them to one shape; labels become targets with oneHot(labels, classes).`,
      { prediction: prediction.shape, target: target.shape },
    );
  }
  return reduce("mse", prediction.sub(target).square(), reduction);
}

/** How many rows of logits [N, K] have their largest entry at the label [N]: a scalar float32. */
export function correct(logits: Tensor, labels: Tensor): Tensor {
  checkPair("correct", logits, labels);
  return logits.argmax(-1).equal(labels.cast("int32")).cast("float32").sum();
}

/** The share of rows of logits [N, K] whose largest entry is at the label [N]: a scalar in 0 … 1. */
export const accuracy = (logits: Tensor, labels: Tensor): Tensor =>
  correct(logits, labels).div(logits.shape[0]!);
