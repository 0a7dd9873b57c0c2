// The package's `nabla/nn`: layers, losses, and nets by name.
export { type BatchNormOptions, batchNorm1d, batchNorm2d } from "./batch-norm.ts";
export { residual, sequential } from "./compose.ts";
export { describe, type LayerRow, summary } from "./describe.ts";
export { initialize } from "./initialize.ts";
export { apply, type Context, evaluation, type Layer, type LayerObject, training } from "./layer.ts";
export {
  accuracy,
  type CrossEntropyOptions,
  correct,
  crossEntropy,
  mse,
  type Reduction,
} from "./losses.ts";
export { avgPool2d, dropout, flatten, maxPool2d, relu, sigmoid, tanh } from "./plain.ts";
export { globalAvgPool2d, globalMaxPool2d } from "./pooling.ts";
export { basicBlock } from "./resnet.ts";
export { buffersOf, loadState, parametersOf, type StateDict, type StateEntry, stateDict } from "./state.ts";
export { type Conv2dLayerOptions, conv2d, type LinearOptions, linear } from "./weights.ts";
export { type ZooOptions, zoo } from "./zoo.ts";
