// What the lab of the step starts with, and the bounds of what can be chosen.
import type { FunctionName } from "./compute.ts";

export const NAMES: readonly FunctionName[] = ["square", "valley", "quartic", "absolute"];
export const X = { min: -5, max: 5 };
export const HEIGHTS: Readonly<Record<FunctionName, { min: number; max: number }>> = {
  square: { min: -1, max: 25 },
  valley: { min: -1, max: 9 },
  quartic: { min: -1, max: 10 },
  absolute: { min: -0.5, max: 5 },
};
/** Values of the function that its curve is drawn from. */
export const SAMPLES = 201;
export const MOST_STEPS = 40;

export const USUAL = { q: "square" as string, w: 4, eta: 0.1, t: 2 };
export type StepState = typeof USUAL;
