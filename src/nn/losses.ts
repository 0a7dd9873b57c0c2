// Losses for classes: graphs of primitives, averaged over the batch unless told otherwise; and counts of right answers.
import { ConfigError, DataError, DTypeError, ShapeError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import { slotOf } from "../ops/leaf.ts";
import { tensor } from "../tensor/create.ts";
import { oneHot, where } from "../tensor/functions.ts";
import { hostDataOf } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Reduction, reduce } from "./reduction.ts";

/** Options of nll: how the batch becomes one number, and which labels count how much. */
export interface NllOptions {
  readonly reduction?: Reduction;
  /** A weight for each class [K]; the mean is then divided by the sum of the weights of the batch's labels. */
  readonly classWeights?: Tensor | readonly number[];
  /** A label that counts for nothing: no loss, no gradient, no share in the mean. */
  readonly ignoreIndex?: number;
}

/** Options of crossEntropy. */
export interface CrossEntropyOptions extends NllOptions {
  /** Share of the target spread evenly over all classes, 0 ≤ ε < 1 (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
}

/** Throws DataError for a label outside 0 … classes − 1 where the values are known here. */
function checkLabels(op: string, labels: Tensor, classes: number, ignored: number | undefined): void {
  const slot = slotOf(labels.node);
  const known = slot === undefined ? undefined : hostDataOf(slot);
  const isOdd = (label: number) => label !== ignored && !(label >= 0 && label < classes);
  const odd = known?.findIndex(isOdd) ?? -1;
  if (odd < 0) return;
  throw new DataError(
    `${op}: label ${known![odd]} at index ${odd} is outside 0 … ${classes - 1}. Number the classes from 0.`,
    { index: odd, label: known![odd], classes },
  );
}

/** Checks logits [N, K] and whole-number labels [N], and the labels' range where their values are known here. */
function checkPair(op: string, logits: Tensor, labels: Tensor, ignored?: number): void {
  if (logits.rank !== 2 || labels.rank !== 1 || labels.shape[0] !== logits.shape[0]) {
    throw new ShapeError(
      `${op}: takes logits [N, K] and labels [N], not ${formatShape(logits.shape)} and ${formatShape(labels.shape)}. ` +
        `Give one row of logits and one label an example; crossEntropy also takes probabilities as float32 [N, K].`,
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
  checkLabels(op, labels, logits.shape[1]!, ignored);
}

/** The class weights as a tensor [K]. */
function weightsOf(op: string, given: NllOptions["classWeights"], classes: number): Tensor | undefined {
  if (given === undefined) return undefined;
  const weights = given instanceof Tensor ? given : tensor(given);
  if (sameShape(weights.shape, [classes])) return weights;
  throw new ShapeError(
    `${op}: classWeights ${formatShape(weights.shape)} must be [${classes}], a weight for each class.`,
    { shape: weights.shape, classes },
  );
}

/** What whole-number labels choose: rows of one-hot targets as bool, the weight of each example, and who is valid. */
interface Choice {
  /** bool [N, K]. */
  readonly target: Tensor;
  /** [N]: the weight of the label's class, 0 where ignored; undefined where every example weighs 1. */
  readonly shares: Tensor | undefined;
  /** bool [N]: ignored, or a label that there is. */
  readonly isValid: Tensor;
  /** bool [N]; undefined where no label is ignored. */
  readonly isIgnored: Tensor | undefined;
}

function choose(
  labels: Tensor,
  classes: number,
  weights: Tensor | undefined,
  ignored: number | undefined,
): Choice {
  const whole = labels.cast("int32");
  const target = oneHot(labels, classes).greater(0);
  const isLabel = whole.greaterEqual(0).and(whole.less(classes));
  const isIgnored = ignored === undefined ? undefined : whole.equal(ignored);
  const weighed = weights === undefined ? undefined : where(target, weights, 0).sum(-1);
  const shares = isIgnored === undefined ? weighed : where(isIgnored, 0, weighed ?? 1);
  return { target, shares, isIgnored, isValid: isIgnored === undefined ? isLabel : isLabel.or(isIgnored) };
}

/** Σ losses / Σ shares for the mean, with ignored examples at 0 and labels that there are not at NaN. */
function settle(
  op: string,
  losses: Tensor,
  { shares, isValid, isIgnored }: Choice,
  reduction: Reduction,
): Tensor {
  const counted = isIgnored === undefined ? losses : where(isIgnored, 0, losses);
  const marked = where(isValid, counted, Number.NaN);
  if (reduction !== "mean" || shares === undefined) return reduce(op, marked, reduction);
  return marked.sum().div(shares.sum());
}

/** −Σₖ tₖ wₖ log softmax(logits)ₖ for targets t [N, K] that are probabilities. */
function softCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  smoothing: number,
  weights: Tensor | undefined,
): Tensor {
  const shifted = logits.sub(logits.detach().max(-1, { keepDims: true }));
  const surprise = shifted.exp().sum(-1, { keepDims: true }).log().sub(shifted);
  const smooth = smoothing === 0 ? targets : targets.mul(1 - smoothing).add(smoothing / logits.shape[1]!);
  const product = smooth.mul(weights === undefined ? surprise : surprise.mul(weights));
  // A class of probability 0 costs nothing, however improbable the net finds it.
  return where(smooth.equal(0), 0, product).sum(-1);
}

function checkSmoothing(labelSmoothing: number): void {
  if (labelSmoothing >= 0 && labelSmoothing < 1) return;
  throw new ConfigError(
    `crossEntropy: labelSmoothing ${labelSmoothing} must be at least 0 and below 1. Give a share such as 0.1.`,
    { labelSmoothing },
  );
}

/**
 * Cross-entropy of softmax(logits) against labels: −Σₖ tₖ log softmax(logits)ₖ with t = (1 − ε)·onehot + ε/K; logits
 * [N, K], labels int [N], or float32 [N, K] for targets that are probabilities → scalar, or [N] with reduction "none".
 * Computed relative to each row's largest logit, so logits of any size lose nothing. With class weights term k is
 * multiplied by wₖ, as in PyTorch. A label out of range throws DataError where known beforehand, else gives NaN.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { reduction = "mean", labelSmoothing = 0, classWeights, ignoreIndex }: CrossEntropyOptions = {},
): Tensor {
  checkSmoothing(labelSmoothing);
  const isSoft = logits.rank === 2 && labels.dtype === "float32" && sameShape(labels.shape, logits.shape);
  if (!isSoft) checkPair("crossEntropy", logits, labels, ignoreIndex);
  const classes = logits.shape[1]!;
  const weights = weightsOf("crossEntropy", classWeights, classes);
  if (isSoft) {
    if (ignoreIndex !== undefined) {
      throw new ConfigError(
        "crossEntropy: ignoreIndex needs whole-number labels. Leave it out for soft targets.",
        {
          ignoreIndex,
        },
      );
    }
    return reduce("crossEntropy", softCrossEntropy(logits, labels, labelSmoothing, weights), reduction);
  }
  const choice = choose(labels, classes, weights, ignoreIndex);
  // The peak cancels in the difference of log-sum-exp and logit, so its gradient is none of the loss's.
  const shifted = logits.sub(logits.detach().max(-1, { keepDims: true }));
  const logSum = shifted.exp().sum(-1).log();
  const chosen = logSum.sub(where(choice.target, shifted, 0).sum(-1));
  const hard = weights === undefined ? chosen : chosen.mul(where(choice.target, weights, 0).sum(-1));
  if (labelSmoothing === 0) return settle("crossEntropy", hard, choice, reduction);
  const even =
    weights === undefined
      ? logSum.mul(classes).sub(shifted.sum(-1))
      : logSum.unsqueeze(-1).sub(shifted).mul(weights).sum(-1);
  const losses = hard.mul(1 - labelSmoothing).add(even.mul(labelSmoothing / classes));
  return settle("crossEntropy", losses, choice, reduction);
}

/**
 * Negative log-likelihood: −w·logProbabilities[label] of each row; logProbabilities [N, K], labels int [N] → scalar,
 * or [N] with reduction "none". What crossEntropy is after logSoftmax.
 */
export function nll(
  logProbabilities: Tensor,
  labels: Tensor,
  { reduction = "mean", classWeights, ignoreIndex }: NllOptions = {},
): Tensor {
  checkPair("nll", logProbabilities, labels, ignoreIndex);
  const classes = logProbabilities.shape[1]!;
  const weights = weightsOf("nll", classWeights, classes);
  const choice = choose(labels, classes, weights, ignoreIndex);
  const chosen = where(choice.target, logProbabilities, 0).sum(-1).neg();
  const losses = weights === undefined ? chosen : chosen.mul(where(choice.target, weights, 0).sum(-1));
  return settle("nll", losses, choice, reduction);
}

/** How many rows of logits [N, K] have their largest entry at the label [N]: a scalar float32. */
export function correct(logits: Tensor, labels: Tensor): Tensor {
  checkPair("correct", logits, labels);
  return logits.argmax(-1).equal(labels.cast("int32")).cast("float32").sum();
}

/** The share of rows of logits [N, K] whose largest entry is at the label [N]: a scalar in 0 … 1. */
export const accuracy = (logits: Tensor, labels: Tensor): Tensor =>
  correct(logits, labels).div(logits.shape[0]!);
