// What is said where training leaves the finite numbers: at which step, and which value was the first.
// Knows nothing of how steps are done again; it is given that.
import { DivergenceError } from "../base/errors.ts";
import type { DivergenceEvent } from "./events.ts";
import { describeValue, type StepValue } from "./inspection.ts";

/** Where training failed. */
export interface Failure {
  /** The loss that is not finite; undefined where a parameter is found so after the step. */
  readonly loss: number | undefined;
  /** The step of the epoch, from 0. */
  readonly position: number;
  readonly stepsPerEpoch: number;
  /** Epochs done before. */
  readonly epoch: number;
  readonly learningRate: number;
  readonly hasCheckpoint: boolean;
}

/** The steps of an epoch from a state of before on, done again to look at them. */
export interface Replay {
  /** The first step that can be done again, from 0. */
  readonly first: number;
  /** The first value that is not finite when step `position` is about to be done. */
  findBadValue(position: number): Promise<StepValue | undefined>;
}

interface Found {
  readonly value: StepValue;
  readonly position: number;
}

/** The first value that is not finite: in the step before, whose update may have spoilt a parameter, or in the step itself. */
async function locate(
  { loss, position }: Failure,
  { first, findBadValue }: Replay,
): Promise<Found | undefined> {
  const failing = loss === undefined ? position + 1 : position;
  for (let at = Math.max(first, failing - 1); at <= failing; at++) {
    const value = await findBadValue(at);
    if (value !== undefined) return { value, position: at };
  }
  return undefined;
}

/** The error for a failure, the first value that is not finite named by doing the last steps again. */
export async function divergence(failure: Failure, replay: Replay): Promise<DivergenceError> {
  const { loss, position, stepsPerEpoch, learningRate, hasCheckpoint } = failure;
  const [before, epoch] = [failure.epoch * stepsPerEpoch, failure.epoch + 1];
  const step = before + position + 1;
  const found = await locate(failure, replay);
  const subject = loss === undefined ? "a parameter is no finite number after" : `the loss is ${loss} at`;
  const place = `step ${step} (epoch ${epoch}, step ${position + 1} of ${stepsPerEpoch})`;
  let first = "";
  if (found !== undefined) {
    // A parameter is found when the step after its update is looked at.
    const when = found.value.kind === "parameter" ? "after step" : "at step";
    const at = before + found.position + (found.value.kind === "parameter" ? 0 : 1);
    first = `: the first value that is not finite is ${describeValue(found.value)}, ${when} ${at}`;
  }
  const cure = "Train with a smaller learning rate, or clip the gradients";
  const kept = hasCheckpoint ? "; the last checkpoint is not affected." : ".";
  return new DivergenceError(
    `fit: ${subject} ${place} with learning rate ${learningRate}${first}. ${cure}${kept}`,
    {
      ...{ step, epoch, loss, learningRate },
      ...(found && { first: { ...found.value, step: before + found.position + 1 } }),
    },
  );
}

/** The error as an event; `reached` is the last step that was told of, for an error that names none. */
export function divergenceEvent({ message, fields }: DivergenceError, reached: number): DivergenceEvent {
  const told = fields as Partial<Pick<DivergenceEvent, "step" | "learningRate" | "first">>;
  const { step = reached, learningRate, first } = told;
  return {
    ...{ type: "divergence", step },
    ...(learningRate !== undefined && { learningRate }),
    ...(first !== undefined && { first }),
    message,
  };
}
