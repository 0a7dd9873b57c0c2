// Layers whose weight multiplies features: linear and embedding; and how layers make their weight and bias.
// Weights lie as in PyTorch; how they are multiplied is the engine's.

import { ConfigError, DataError, ShapeError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import type { RandomStream } from "../base/random.ts";
import { formatShape, type Shape, sizeOf } from "../base/shape.ts";
import { slotOf } from "../ops/leaf.ts";
import { tensor } from "../tensor/create.ts";
import { where } from "../tensor/functions.ts";
import { hostDataOf } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Initializer, init } from "./init.ts";
import type { LayerObject } from "./layer.ts";
import { checkCount } from "./options.ts";

/** What layers with a weight and a bias have in common. */
export interface WeightOptions {
  /** Whether a bias is added; true unless said. */
  readonly bias?: boolean;
  /** First values of the weight; U(±1/√fanIn) unless given, as in PyTorch. */
  readonly weightInit?: Initializer;
  /** First values of the bias; U(±1/√fanIn) of the weight unless given, as in PyTorch. */
  readonly biasInit?: Initializer;
}

/** Names of the options every layer with a weight takes. */
export const WEIGHT_OPTIONS: readonly string[] = ["bias", "weightInit", "biasInit"];

/** Options of linear. */
export type LinearOptions = WeightOptions;

/** Throws ConfigError where a layer is used before its parameters are made. */
export function requireWeight(layer: string, parameters: Record<string, Tensor>): Tensor {
  const { weight } = parameters;
  if (weight !== undefined) return weight;
  throw new ConfigError(
    `${layer}: it has no parameters yet. Call initialize(net, inputShape, { seed: 1 }) before the first use.`,
  );
}

/**
 * Makes a weight of `shape` and a bias of `biases` values, both U(±1/√fanIn) unless told otherwise: PyTorch's default,
 * the Kaiming-uniform rule with a = √5 (He et al., "Delving Deep into Rectifiers", 2015). Existing parameters stay.
 */
export function makeParameters(
  parameters: Record<string, Tensor>,
  shape: Shape,
  biases: number,
  { bias = true, weightInit, biasInit }: WeightOptions,
  random: RandomStream,
): void {
  if ("weight" in parameters) return;
  const bound = 1 / Math.sqrt(Math.max(1, sizeOf(shape.slice(1))));
  const usual = init.uniform(-bound, bound);
  const make = (rule: Initializer, of: Shape) => tensor(rule(of, random), { shape: of });
  parameters["weight"] = make(weightInit ?? usual, shape);
  if (bias) parameters["bias"] = make(biasInit ?? usual, [biases]);
}

/** y = x·Wᵀ + b on the last axis: [N, …, in] → [N, …, out]; W is [out, in]. */
export function linear(out: number, options: LinearOptions = {}): LayerObject {
  checkCount("linear", "out", out);
  checkOptionNames("linear", options, WEIGHT_OPTIONS);
  const parameters: Record<string, Tensor> = {};
  return {
    type: "linear",
    parameters,
    build(input, random) {
      const features = input.at(-1);
      if (features === undefined) {
        throw new ShapeError("linear: the input has no axis of features. Give it as [batch, features].");
      }
      makeParameters(parameters, [out, features], out, options, random);
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
      return options.bias === false ? y : y.add(parameters["bias"]!);
    },
    flops: (input, output) => 2 * sizeOf(output) * input.at(-1)!,
  };
}

/** Throws DataError for an index outside 0 … count − 1 where the values are known. */
function checkIndices(indices: Tensor, count: number): void {
  const slot = slotOf(indices.node);
  const known = slot === undefined ? undefined : hostDataOf(slot);
  const odd = known?.findIndex((index) => !(index >= 0 && index < count)) ?? -1;
  if (odd < 0) return;
  throw new DataError(
    `embedding: index ${known![odd]} at place ${odd} is outside 0 … ${count - 1}. Number the entries from 0.`,
    { place: odd, index: known![odd], count },
  );
}

/**
 * Rows of a table by their numbers: whole numbers [N, …] → [N, …, size]; the weight is [count, size], N(0, 1) unless
 * `weightInit` is given. A number out of range throws DataError where known beforehand, else gives NaN.
 */
export function embedding(
  count: number,
  size: number,
  options: { readonly weightInit?: Initializer } = {},
): LayerObject {
  checkCount("embedding", "count", count);
  checkCount("embedding", "size", size);
  checkOptionNames("embedding", options, ["weightInit"]);
  const parameters: Record<string, Tensor> = {};
  return {
    type: "embedding",
    parameters,
    build(_, random) {
      const weightInit = options.weightInit ?? init.normal();
      makeParameters(parameters, [count, size], 0, { weightInit, bias: false }, random);
    },
    forward(x) {
      const weight = requireWeight("embedding", parameters);
      checkIndices(x, count);
      const indices = x.cast("int32");
      const isValid = indices.greaterEqual(0).and(indices.less(count)).unsqueeze(-1);
      return where(isValid, weight.take(indices), Number.NaN);
    },
  };
}
