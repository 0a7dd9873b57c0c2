// What a descent gives: its path, where it ended and by which criterion. Knows nothing of how a step is taken.
import type { NestedNumbers, Tensor } from "../tensor/tensor.ts";
import type { Measured } from "./descender.ts";
import type { Checked } from "./options.ts";

/** Which criterion ended a descent. */
export type DescentReason = "step-norm" | "gradient-norm" | "validation" | "max-steps" | "line-search";

/** A tree of tensors as plain numbers: a number for a scalar, nested arrays otherwise. */
export type Plain<W> = W extends Tensor ? NestedNumbers : { readonly [K in keyof W]: Plain<W[K]> };

/** A point of the path. With batches, value and gradient are those of the batch that the next step is taken on. */
export interface PathPoint<W> {
  /** t, from 0: the start. */
  readonly step: number;
  /** w^t. */
  readonly w: Plain<W>;
  /** Q(w^t). */
  readonly value: number;
  /** ‖∇Q(w^t)‖. */
  readonly gradientNorm: number;
  /** ‖w^t − w^(t−1)‖, 0 at the start. */
  readonly stepNorm: number;
}

/** Where a descent ended, how it came there and why it stopped. */
export interface Descent<W> {
  /** The last w, or with the validation criterion the best. */
  readonly w: W;
  /** Q there. */
  readonly value: number;
  /** Steps taken. */
  readonly steps: number;
  readonly reason: DescentReason;
  readonly path: readonly PathPoint<W>[];
  /** The step and validation error of the best w, where validation was asked for. */
  readonly best?: { readonly step: number; readonly error: number };
  /** What to know about a descent that reached maxSteps: that it goes back and forth without coming nearer. */
  readonly note?: string;
}

/** The first criterion, in their order, that holds after step `step`; undefined: go on. */
export function reasonOf(
  step: number,
  at: Pick<Measured, "gradientNorm" | "stepNorm">,
  isOver: boolean,
  options: Checked<never>,
): DescentReason | undefined {
  if (step > 0 && at.stepNorm < options.stepNorm) return "step-norm";
  if (at.gradientNorm < options.gradientNorm) return "gradient-norm";
  if (isOver) return "validation";
  return step >= options.maxSteps ? "max-steps" : undefined;
}
