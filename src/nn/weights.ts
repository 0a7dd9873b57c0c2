// Layers with a weight and a bias: linear and conv2d. Weights lie as in PyTorch; how they are multiplied is the engine's.
import { ConfigError, ShapeError } from "../base/errors.ts";
import type { RandomStream } from "../base/random.ts";
import { formatShape, type Shape, sizeOf } from "../base/shape.ts";
import { tensor } from "../tensor/create.ts";
import { type Conv2dOptions, conv2d as convolve, type Pair, pairOf } from "../tensor/images.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";

/** Options of linear. */
export interface LinearOptions {
  /** Whether a bias is added; true unless said. */
  readonly bias?: boolean;
}

/** Options of conv2d: the engine's and whether a bias is added, true unless said. */
export interface Conv2dLayerOptions extends Conv2dOptions {
  readonly bias?: boolean;
}

/** Throws ConfigError unless `value` is a whole number ≥ 1. */
export function checkCount(layer: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new ConfigError(
    `${layer}: ${name} ${value} must be a whole number ≥ 1. Give one, as in ${layer}(10).`,
    { [name]: value },
  );
}

/** Throws ConfigError where a layer is used before its parameters are made. */
function requireWeight(layer: string, parameters: Record<string, Tensor>): Tensor {
  const { weight } = parameters;
  if (weight !== undefined) return weight;
  throw new ConfigError(
    `${layer}: it has no parameters yet. Call initialize(net, inputShape, { seed: 1 }) before the first use.`,
  );
}

/** Values uniform in ±1/√fanIn, as float32 so that every device begins with the same numbers. */
function drawUniform(shape: Shape, fanIn: number, random: RandomStream): Tensor {
  const bound = 1 / Math.sqrt(Math.max(1, fanIn));
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = random.uniform(-bound, bound);
  return tensor(data, { shape });
}

/**
 * Weight of `shape` and a bias, both U(±1/√fanIn): PyTorch's default, which is the Kaiming-uniform rule with a = √5
 * for the weight (He et al., "Delving Deep into Rectifiers", 2015).
 */
function drawParameters(
  parameters: Record<string, Tensor>,
  shape: Shape,
  bias: boolean,
  random: RandomStream,
): void {
  const fanIn = sizeOf(shape.slice(1));
  parameters["weight"] = drawUniform(shape, fanIn, random);
  if (bias) parameters["bias"] = drawUniform([shape[0]!], fanIn, random);
}

/** y = x·Wᵀ + b on the last axis: [N, …, in] → [N, …, out]; W is [out, in]. */
export function linear(out: number, { bias = true }: LinearOptions = {}): LayerObject {
  checkCount("linear", "out", out);
  const parameters: Record<string, Tensor> = {};
  return {
    type: "linear",
    parameters,
    build(input, random) {
      const features = input.at(-1);
      if (features === undefined) {
        throw new ShapeError("linear: the input has no axis of features. Give it as [batch, features].");
      }
      if (!("weight" in parameters)) drawParameters(parameters, [out, features], bias, random);
    },
    forward(x) {
      const weight = requireWeight("linear", parameters);
      if (x.rank < 1 || x.shape.at(-1) !== weight.shape[1]) {
        throw new ShapeError(
          `linear: takes ${weight.shape[1]} features on the last axis, the input is ${formatShape(x.shape)}. ` +
            `Put nn.flatten() before the layer, or give it inputs of the shape it was made for.`,
          { input: x.shape, weight: weight.shape },
        );
      }
      const y = x.matmul(weight.transpose());
      return bias ? y.add(parameters["bias"]!) : y;
    },
    flops: (input, output) => 2 * sizeOf(output) * input.at(-1)!,
  };
}

/**
 * Cross-correlation with `filters` filters and a bias: [N, C, H, W] → [N, filters, OH, OW]; the weight is
 * [filters, C/groups, KH, KW]. Padding "same" gives ⌈H/stride⌉ × ⌈W/stride⌉.
 */
export function conv2d(filters: number, kernel: Pair, options: Conv2dLayerOptions = {}): LayerObject {
  checkCount("conv2d", "filters", filters);
  const { bias = true, ...geometry } = options;
  const [height, width] = pairOf("conv2d", "kernel", kernel, 1);
  const groups = geometry.groups ?? 1;
  checkCount("conv2d", "groups", groups);
  const parameters: Record<string, Tensor> = {};
  return {
    type: "conv2d",
    parameters,
    build(input, random) {
      const [channels] = input;
      if (channels === undefined || input.length !== 3) {
        throw new ShapeError(
          `conv2d: takes images [C, H, W], not ${formatShape(input)}. Reshape first, as to [1, 28, 28].`,
          { input },
        );
      }
      if (channels % groups !== 0 || filters % groups !== 0) {
        throw new ShapeError(
          `conv2d: ${groups} groups do not divide ${channels} channels and ${filters} filters. Use a divisor of both.`,
          { channels, filters, groups },
        );
      }
      if (!("weight" in parameters)) {
        drawParameters(parameters, [filters, channels / groups, height, width], bias, random);
      }
    },
    forward(x) {
      const y = convolve(x, requireWeight("conv2d", parameters), geometry);
      return bias ? y.add(parameters["bias"]!.reshape(1, filters, 1, 1)) : y;
    },
    flops: (input, output) => 2 * sizeOf(output) * (input[0]! / groups) * height * width,
  };
}
