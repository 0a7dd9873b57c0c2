// How the steps of a run, its epochs and its images go together, so that runs with batches of different sizes can be drawn
// over each other. Plain data; the page and its worker share it.

/** What a run's curves can be drawn over. */
export const MEASURES = ["step", "epoch", "images"] as const;
export type Measure = (typeof MEASURES)[number];

/** So many epochs and images had been learned from at `step`; each step on from there adds the same. */
export interface Clock {
  readonly step: number;
  readonly epoch: number;
  readonly images: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
}

/** The clock of a run from its beginning. */
export const clockOf = ({ stepsPerEpoch, batchSize }: Pick<Clock, "stepsPerEpoch" | "batchSize">): Clock => ({
  ...{ step: 0, epoch: 0, images: 0, stepsPerEpoch, batchSize },
});

/** What one step adds. */
export const perStep = ({ stepsPerEpoch, batchSize }: Clock, measure: Measure): number =>
  measure === "step" ? 1 : measure === "epoch" ? 1 / stepsPerEpoch : batchSize;

/** Where a step lies on an axis of this measure. */
export const placeOf = (clock: Clock, measure: Measure, step: number): number =>
  clock[measure] + (step - clock.step) * perStep(clock, measure);

/** The step at a place on such an axis, between two steps too. */
export const stepAt = (clock: Clock, measure: Measure, place: number): number =>
  clock.step + (place - clock[measure]) / perStep(clock, measure);
