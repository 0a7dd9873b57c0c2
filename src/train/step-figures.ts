// What the figures of an epoch's steps say: losses that are not finite, mean norms, criteria on norms. Plain numbers.
import type { StopReason } from "./events.ts";
import type { FitUntil } from "./options.ts";
import type { StepHistory } from "./training-step.ts";

/** Steps of an epoch from `first` on. */
export interface StepRange {
  readonly first: number;
  readonly count: number;
}

const within = (figures: ArrayLike<number>, { first, count }: StepRange): number[] =>
  Array.from({ length: count }, (_, i) => figures[first + i]!);

/** The step whose loss is the first that is not finite. */
export function badLoss({ losses }: StepHistory, steps: StepRange): { at: number; loss: number } | undefined {
  const found = within(losses, steps).findIndex((loss) => !Number.isFinite(loss));
  return found < 0 ? undefined : { at: steps.first + found, loss: losses[steps.first + found]! };
}

/** Means of the norms of gradients and updates. */
export function meanNorms({ gradientNorms, stepNorms }: StepHistory, steps: StepRange) {
  const mean = (norms: ArrayLike<number>) =>
    within(norms, steps).reduce((sum, norm) => sum + norm, 0) / steps.count;
  return { gradientNorm: mean(gradientNorms), updateNorm: mean(stepNorms) };
}

/** Which criterion on norms holds after the step at `position`, if any. */
export function normReason(
  { gradientNorms, stepNorms }: StepHistory,
  position: number,
  { stepNorm, gradientNorm }: FitUntil,
): StopReason | undefined {
  if (stepNorm !== undefined && stepNorms[position]! < stepNorm) return "step-norm";
  return gradientNorm !== undefined && gradientNorms[position]! < gradientNorm ? "gradient-norm" : undefined;
}
