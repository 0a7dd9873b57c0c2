// The public API: named re-exports and nothing else.
export type { DType, TypedArray } from "./base/dtype.ts";
export {
  BugError,
  CheckpointError,
  ConfigError,
  DataError,
  DeviceError,
  DivergenceError,
  DTypeError,
  FormatError,
  NablaError,
  ShapeError,
} from "./base/errors.ts";
export type { Shape } from "./base/shape.ts";
export * as data from "./data/index.ts";
export { type Descent, type MinimizeOptions, minimize } from "./descent/index.ts";
export { currentDevice, type DeviceName, openDevice, setDevice } from "./device/current.ts";
export type { Device } from "./device/device.ts";
export { ReferenceDevice } from "./device/reference/reference-device.ts";
export * as nn from "./nn/index.ts";
export { describe, initialize, type Layer, type LayerRow, summary } from "./nn/index.ts";
export * as optim from "./optim/index.ts";
export {
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  leakyRelu,
  logSigmoid,
  mish,
  selu,
  silu,
  softplus,
  softsign,
} from "./tensor/activations.ts";
export {
  argsort,
  cumsum,
  gatherAlong,
  type Sorted,
  type SortOptions,
  scatterAlong,
  sort,
  topK,
} from "./tensor/along.ts";
export {
  diagonal,
  meshgrid,
  type PadMode,
  pad,
  repeat,
  roll,
  split,
  tile,
  tril,
  triu,
} from "./tensor/arrange.ts";
export { type Compiled, compile } from "./tensor/compile.ts";
export { type Conv1dOptions, conv1d, type UnfoldOptions, unfold } from "./tensor/convolutions.ts";
export { arange, type CreateOptions, eye, full, ones, tensor, zeros } from "./tensor/create.ts";
export { einsum } from "./tensor/einsum.ts";
export {
  acos,
  asin,
  atan,
  atan2,
  clip,
  cosh,
  floorDivide,
  inverseErf,
  isFiniteNumber,
  isNan,
  sinh,
  tan,
} from "./tensor/elementwise.ts";
export {
  concat,
  logSoftmax,
  logsumexp,
  oneHot,
  softmax,
  stack,
  variance,
  where,
} from "./tensor/functions.ts";
export {
  checkGradients,
  type GradientCheck,
  grad,
  gradients,
  valueAndGrad,
} from "./tensor/gradients.ts";
export {
  avgPool2d,
  type Conv2dOptions,
  conv2d,
  convTranspose2d,
  maxPool2d,
  type Padding,
  type Pair,
  type PoolOptions,
} from "./tensor/images.ts";
export { defaultGenerator, Generator, manualSeed, type TruncatedNormalOptions } from "./tensor/random.ts";
export { all, any, type FoldOptions, norm, prod, std } from "./tensor/reductions.ts";
export {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  affineGrid,
  type GridSampleOptions,
  gridSample,
  resize,
} from "./tensor/resample.ts";
export { type Axes, type NestedNumbers, Tensor } from "./tensor/tensor.ts";
export {
  type Evaluation,
  evaluate,
  type FitEvent,
  type FitOptions,
  type FitRun,
  fit,
  predict,
} from "./train/index.ts";
