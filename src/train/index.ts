// The package's `nabla/train`: fit() and what belongs to it. Runs in a browser; what needs files is in index.node.ts,
// `nabla/train/node`.
export { confidenceInterval, type Interval } from "./confidence.ts";
export { evaluate, predict } from "./evaluate.ts";
export type {
  CheckpointEvent,
  DivergenceEvent,
  EndEvent,
  EpochEvent,
  Evaluation,
  FitEvent,
  Histogram,
  HistogramEvent,
  Mistake,
  RunEvent,
  Score,
  StartEvent,
  StepEvent,
  StopReason,
} from "./events.ts";
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRateCurve,
} from "./find-learning-rate.ts";
export { type FitRun, fit, type TrainingData } from "./fit.ts";
export { histogramOf, watchParameters } from "./histograms.ts";
export type { StepValue } from "./inspection.ts";
export type { ClassScore } from "./metrics.ts";
export {
  createModel,
  logitsOf,
  type Model,
  type ModelDescription,
  type ModelOptions,
  netOfZoo,
  normalizeImages,
} from "./model.ts";
export { decodeModel, decodeTrainingState, encodeModel, encodeTrainingState } from "./model-file.ts";
export type { CheckpointEvery, FitCallback, FitOptions, FitUntil } from "./options.ts";
export { defaultOptimizer, RECIPE } from "./recipe.ts";
export type { FitResult } from "./training-loop.ts";
export type { TrainingState } from "./training-state.ts";
