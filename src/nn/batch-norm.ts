// Batch normalisation by PyTorch's conventions, written so that a compiled step stores nothing but its input:
// forward one sum, one sum of squared deviations and one map; backward two sums and one map.

import { ConfigError, ShapeError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { formatShape } from "../base/shape.ts";
import { surrogate } from "../ops/surrogate.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import { currentTrace } from "../tensor/trace.ts";
import type { LayerObject } from "./layer.ts";
import { checkNotNegative } from "./options.ts";

/** Options of batchNorm1d and batchNorm2d. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** Share of the batch's statistics that enters the running ones at each step; 0.1 unless given. */
  readonly momentum?: number;
  /** Whether a weight and a bias for each channel follow; true unless given. */
  readonly affine?: boolean;
  /** Whether running statistics are kept for evaluation; true unless given. Without, evaluation uses the batch's own. */
  readonly trackRunningStats?: boolean;
}

const OPTIONS = ["eps", "momentum", "affine", "trackRunningStats"];

function checkOptions(op: string, options: BatchNormOptions): Required<BatchNormOptions> {
  checkOptionNames(op, options, OPTIONS);
  const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
  checkNotNegative(op, "eps", eps);
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new ConfigError(`${op}: momentum ${momentum} must be from 0 to 1. Give a share such as 0.1.`, {
      momentum,
    });
  }
  return { eps, momentum, affine, trackRunningStats };
}

/** `value` with the derivatives of `slope`. */
const withDerivativesOf = (value: Tensor, slope: Tensor): Tensor =>
  new Tensor(surrogate(value.node, slope.node));

/** Mean and biased variance over `axes`, which stay with size 1; the variance's derivatives need no stored deviations. */
function momentsOf(x: Tensor, axes: readonly number[]): { mean: Tensor; variance: Tensor } {
  const mean = x.mean(axes, { keepDims: true });
  const fixed = mean.detach();
  // About any fixed point c: Σ(x − c)²/n = variance + (mean − c)². Differentiated so, it reads x and not x − mean.
  const about = fixed.sub(x).square().mean(axes, { keepDims: true }).sub(mean.sub(fixed).square());
  return {
    mean,
    variance: withDerivativesOf(x.sub(mean).square().mean(axes, { keepDims: true }), about),
  };
}

/** (x − mean)·scale + bias; mean, scale and bias hold one number a channel and broadcast. */
function normalize(x: Tensor, mean: Tensor, scale: Tensor, bias: Tensor | undefined): Tensor {
  const move = mean.mul(scale);
  const value = x.mul(scale).add(bias === undefined ? move.neg() : bias.sub(move));
  const fixed = mean.detach();
  // The mean's own share is one number a channel, so its derivative costs no further sum over x.
  const rest = fixed.sub(mean).mul(scale);
  const slope = x
    .sub(fixed)
    .mul(scale)
    .add(bias === undefined ? rest : rest.add(bias));
  return withDerivativesOf(value, slope);
}

/** Moves the running statistics by `momentum` toward the batch's; the variance enters unbiased. */
function track(
  buffers: Record<string, Tensor>,
  batch: { readonly mean: Tensor; readonly variance: Tensor },
  count: number,
  momentum: number,
): void {
  const blend = (running: Tensor, value: Tensor) =>
    running.assign(running.mul(1 - momentum).add(value.detach().reshape(running.shape).mul(momentum)));
  blend(buffers["running_mean"]!, batch.mean);
  blend(buffers["running_var"]!, batch.variance.mul(count / Math.max(1, count - 1)));
}

function batchNorm(
  op: string,
  ranks: readonly number[],
  wanted: string,
  given: BatchNormOptions,
): LayerObject {
  const { eps, momentum, affine, trackRunningStats } = checkOptions(op, given);
  const parameters: Record<string, Tensor> = {};
  const buffers: Record<string, Tensor> = {};
  const checkInput = (x: Tensor): number => {
    const channels = x.shape[1];
    const known = (parameters["weight"] ?? buffers["running_mean"])?.shape[0] ?? channels;
    if (ranks.includes(x.rank) && channels === known) return channels!;
    throw new ShapeError(
      `${op}: takes ${wanted}${known === undefined ? "" : ` with C = ${known}`}, not ${formatShape(x.shape)}. ` +
        `Give the shape the layer was made for.`,
      { shape: x.shape },
    );
  };
  const make = (channels: number, value: number) => tensor(new Float32Array(channels).fill(value));
  return {
    type: op,
    parameters,
    buffers,
    ...((affine || trackRunningStats) && {
      build(input) {
        const [channels] = input;
        if (channels === undefined || "weight" in parameters || "running_mean" in buffers) return;
        if (affine) Object.assign(parameters, { weight: make(channels, 1), bias: make(channels, 0) });
        if (trackRunningStats) {
          Object.assign(buffers, { running_mean: make(channels, 0), running_var: make(channels, 1) });
        }
      },
    }),
    forward(x, context) {
      const channels = checkInput(x);
      const isBuilt =
        (!affine || "weight" in parameters) && (!trackRunningStats || "running_mean" in buffers);
      if (!isBuilt) {
        throw new ConfigError(
          `${op}: it has no parameters yet. Call initialize(net, inputShape, { seed: 1 }) before the first use.`,
        );
      }
      const shape = x.shape.map((_, axis) => (axis === 1 ? channels : 1));
      const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
      const usesBatch = context?.training === true || !trackRunningStats;
      const count = x.size / channels;
      if (context?.training === true && count < 2) {
        throw new ShapeError(
          `${op}: training needs more than one value a channel, the input is ${formatShape(x.shape)}. Use a larger batch.`,
          { shape: x.shape },
        );
      }
      const { mean, variance } = usesBatch
        ? momentsOf(x, axes)
        : {
            mean: buffers["running_mean"]!.reshape(shape),
            variance: buffers["running_var"]!.reshape(shape),
          };
      if (context?.training === true && trackRunningStats && currentTrace() !== undefined) {
        track(buffers, { mean, variance }, count, momentum);
      }
      const rstd = variance.add(eps).rsqrt();
      const scale = affine ? rstd.mul(parameters["weight"]!.reshape(shape)) : rstd;
      return normalize(x, mean, scale, affine ? parameters["bias"]!.reshape(shape) : undefined);
    },
    flops: (_, output) => 2 * output.reduce((product, size) => product * size, 1),
  };
}

/**
 * Each channel of images [N, C, H, W] brought to mean 0 and variance 1, then scaled and moved:
 * y = (x − E[x]) / √(Var[x] + ε) · weight + bias (Ioffe & Szegedy, "Batch Normalization", 2015). Training uses the
 * batch's mean and biased variance, evaluation `running_mean` and `running_var`. In a compiled step of training these
 * move by `momentum` toward the batch's, the variance unbiased; outside compile() nothing can be assigned and they
 * stay. ShapeError in training on a single value a channel.
 */
export const batchNorm2d = (options: BatchNormOptions = {}): LayerObject =>
  batchNorm("batchNorm2d", [4], "images [N, C, H, W]", options);

/** As batchNorm2d, for features [N, C] or sequences [N, C, L]. */
export const batchNorm1d = (options: BatchNormOptions = {}): LayerObject =>
  batchNorm("batchNorm1d", [2, 3], "features [N, C] or sequences [N, C, L]", options);
