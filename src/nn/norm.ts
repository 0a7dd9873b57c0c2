// Normalisation of each example by itself: over its last axes, or over groups of channels.

import { ConfigError, ShapeError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../base/shape.ts";
import { tensor } from "../tensor/create.ts";
import { variance } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";
import { checkCount, checkNotNegative } from "./options.ts";

/** Options of layerNorm and groupNorm. */
export interface NormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** Whether a weight and a bias follow; true unless given. */
  readonly affine?: boolean;
}

/** Options of layerNorm: how many of the last axes are normalised together, 1 unless given. */
export interface LayerNormOptions extends NormOptions {
  readonly axes?: number;
}

/** (x − E[x]) / √(Var[x] + ε) over `axes`, the variance biased. */
function standardize(x: Tensor, axes: readonly number[], eps: number): Tensor {
  const spread = variance(x, axes, { correction: 0, keepDims: true });
  return x.sub(x.mean(axes, { keepDims: true })).mul(spread.add(eps).rsqrt());
}

function makeAffine(parameters: Record<string, Tensor>, shape: Shape): void {
  if ("weight" in parameters) return;
  parameters["weight"] = tensor(new Float32Array(sizeOf(shape)).fill(1), { shape });
  parameters["bias"] = tensor(new Float32Array(sizeOf(shape)), { shape });
}

/** y·weight + bias; ConfigError where the layer has not made them yet. */
function applyAffine(op: string, y: Tensor, { weight, bias }: Record<string, Tensor>, shape: Shape): Tensor {
  if (weight === undefined || bias === undefined) {
    throw new ConfigError(
      `${op}: it has no parameters yet. Call initialize(net, inputShape, { seed: 1 }) before the first use.`,
    );
  }
  return y.mul(weight.reshape(shape)).add(bias.reshape(shape));
}

/**
 * Each example's last `axes` axes brought to mean 0 and variance 1, then scaled and moved element by element:
 * y = (x − E[x]) / √(Var[x] + ε) · weight + bias (Ba, Kiros, Hinton, "Layer Normalization", 2016); weight and bias
 * have the shape of those axes.
 */
export function layerNorm(options: LayerNormOptions = {}): LayerObject {
  checkOptionNames("layerNorm", options, ["eps", "affine", "axes"]);
  const { eps = 1e-5, affine = true, axes: count = 1 } = options;
  checkNotNegative("layerNorm", "eps", eps);
  checkCount("layerNorm", "axes", count);
  const parameters: Record<string, Tensor> = {};
  const checkAxes = (shape: Shape, axes: number): Shape => {
    const tail = shape.slice(-count);
    const { weight } = parameters;
    if (axes >= count && (weight === undefined || sameShape(weight.shape, tail))) return tail;
    throw new ShapeError(
      `layerNorm: normalises the last ${count} axes${weight === undefined ? "" : ` ${formatShape(weight.shape)}`} of a batch, ` +
        `not those of ${formatShape(shape)}. Give the shape the layer was made for.`,
      { shape },
    );
  };
  return {
    type: "layerNorm",
    parameters,
    ...(affine && { build: (input) => makeAffine(parameters, checkAxes(input, input.length)) }),
    forward(x) {
      const tail = checkAxes(x.shape, x.rank - 1);
      const y = standardize(
        x,
        tail.map((_, i) => x.rank - count + i),
        eps,
      );
      return affine ? applyAffine("layerNorm", y, parameters, tail) : y;
    },
  };
}

/**
 * Channels [N, C, …] in `groups` groups, each example's groups brought to mean 0 and variance 1, then scaled and moved
 * channel by channel (Wu & He, "Group Normalization", 2018). One group is layer norm over all, C groups instance norm.
 */
export function groupNorm(groups: number, options: NormOptions = {}): LayerObject {
  checkCount("groupNorm", "groups", groups);
  checkOptionNames("groupNorm", options, ["eps", "affine"]);
  const { eps = 1e-5, affine = true } = options;
  checkNotNegative("groupNorm", "eps", eps);
  const parameters: Record<string, Tensor> = {};
  const checkChannels = (channels: number | undefined): number => {
    const known = parameters["weight"]?.shape[0] ?? channels;
    if (channels !== undefined && channels === known && channels % groups === 0) return channels;
    throw new ShapeError(
      `groupNorm: ${groups} groups do not divide ${channels ?? "no"} channels${channels === known ? "" : `, made for ${known}`}. ` +
        `Give [N, C, …] with C a multiple of ${groups}.`,
      { channels, groups },
    );
  };
  return {
    type: "groupNorm",
    parameters,
    ...(affine && { build: ([channels]) => makeAffine(parameters, [checkChannels(channels)]) }),
    forward(x) {
      const channels = checkChannels(x.shape[1]);
      const rest = x.shape.slice(2);
      const grouped = x.reshape(x.shape[0]!, groups, channels / groups, ...rest);
      const axes = grouped.shape.slice(2).map((_, i) => i + 2);
      const y = standardize(grouped, axes, eps).reshape(x.shape);
      return affine ? applyAffine("groupNorm", y, parameters, [1, channels, ...rest.map(() => 1)]) : y;
    },
  };
}
