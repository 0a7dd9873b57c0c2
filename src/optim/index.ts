// The package's `nabla/optim`: optimisers, parameter groups, learning-rate schedules, clipping, averages of weights.
export { type AdadeltaOptions, type AdagradOptions, adadelta, adagrad } from "./adagrad.ts";
export { type AdamOptions, adam, adamW } from "./adam.ts";
export { adamax } from "./adamax.ts";
export { type EmaOptions, ema, type LookaheadOptions, lookahead } from "./average.ts";
export { clipByValue, clipGradients, globalNorm } from "./clip.ts";
export { type Groups, type Match, type ParameterGroup, withoutDecay } from "./groups.ts";
export { type LionOptions, lion } from "./lion.ts";
export { type MuonOptions, muon } from "./muon.ts";
export { type NadamOptions, nadam } from "./nadam.ts";
export { learningRateAt, type NamedTensors, type Optimizer } from "./optimizer.ts";
export { type Plateau, type PlateauOptions, type PlateauState, reduceOnPlateau } from "./plateau.ts";
export { radam } from "./radam.ts";
export { type RmspropOptions, rmsprop } from "./rmsprop.ts";
export {
  constant,
  cosine,
  cosineRestarts,
  exponential,
  linearWarmup,
  multiStep,
  oneCycle,
  type Phase,
  polynomial,
  product,
  type Schedule,
  type Span,
  scaled,
  sequence,
  stepwise,
} from "./schedule.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
