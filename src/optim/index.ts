// The package's `nabla/optim`: optimisers, learning-rate schedules, clipping.
export { type AdamOptions, adam, adamW } from "./adam.ts";
export { clipGradients, globalNorm } from "./clip.ts";
export { learningRateAt, type NamedTensors, type Optimizer } from "./optimizer.ts";
export { constant, cosine, oneCycle, type Schedule, scaled } from "./schedule.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
