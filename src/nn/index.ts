// The package's `nabla/nn`: layers, initialisers, losses, and nets by name.
export {
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  leakyRelu,
  logSoftmax,
  mish,
  selu,
  silu,
  softmax,
  softplus,
  softsign,
} from "./activations.ts";
export { type BatchNormOptions, batchNorm1d, batchNorm2d } from "./batch-norm.ts";
export { type ParallelOptions, parallel, residual, sequential } from "./compose.ts";
export {
  type Conv1dOptions,
  type Conv2dLayerOptions,
  type ConvTranspose2dLayerOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  type DepthwiseConv2dOptions,
  depthwiseConv2d,
} from "./convolution.ts";
export { describe, type LayerRow, summary } from "./describe.ts";
export { bceWithLogits, huber, klDivergence, type LossOptions, l1, mse, smoothL1 } from "./distances.ts";
export { freeze, isFrozen, unfreeze } from "./freeze.ts";
export { type Initializer, init, type KaimingOptions } from "./init.ts";
export { initialize } from "./initialize.ts";
export { apply, type Context, evaluation, type Layer, type LayerObject, training } from "./layer.ts";
export {
  accuracy,
  type CrossEntropyOptions,
  correct,
  crossEntropy,
  type NllOptions,
  nll,
} from "./losses.ts";
export { groupNorm, type LayerNormOptions, layerNorm, type NormOptions } from "./norm.ts";
export { type LayerPass, observe, passAt, pathsOf } from "./observe.ts";
export { avgPool2d, dropout, dropout2d, flatten, maxPool2d, relu, sigmoid, tanh } from "./plain.ts";
export { adaptiveAvgPool2d, adaptiveMaxPool2d, globalAvgPool2d, globalMaxPool2d } from "./pooling.ts";
export type { Reduction } from "./reduction.ts";
export { basicBlock, type WideResnetOptions, wideResnet } from "./resnet.ts";
export { buffersOf, loadState, parametersOf, type StateDict, type StateEntry, stateDict } from "./state.ts";
export { embedding, type LinearOptions, linear, type WeightOptions } from "./weights.ts";
export { type ZooOptions, zoo } from "./zoo.ts";
