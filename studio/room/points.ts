// What was measured at each step, in columns: plain data that crosses from the worker. Knows nothing of curves.
import type { StepEvent } from "nabla/train";

export const QUANTITIES = [
  ...(["loss", "accuracy", "learningRate"] as const),
  ...(["gradientNorm", "updateNorm", "imagesPerSecond"] as const),
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Steps in their order, one entry each; NaN where something was not measured. */
export type Points = Readonly<Record<"step" | Quantity, number[]>>;

export const noPoints = (): Points => ({
  ...{ step: [], loss: [], accuracy: [], learningRate: [] },
  ...{ gradientNorm: [], updateNorm: [], imagesPerSecond: [] },
});

export function addStep(points: Points, event: StepEvent): void {
  points.step.push(event.step);
  for (const name of QUANTITIES) points[name].push(event[name] ?? Number.NaN);
}
