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
export { type Compiled, compile } from "./tensor/compile.ts";
export { arange, type CreateOptions, eye, full, ones, tensor, zeros } from "./tensor/create.ts";
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
  maxPool2d,
  type Padding,
  type Pair,
  type PoolOptions,
} from "./tensor/images.ts";
export { defaultGenerator, Generator, manualSeed } from "./tensor/random.ts";
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
