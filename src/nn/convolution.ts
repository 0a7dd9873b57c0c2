// Convolutional layers: over images and sequences, depthwise, and transposed. Weights lie as in PyTorch.

import { ConfigError, ShapeError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { formatShape, type Shape, sizeOf } from "../base/shape.ts";
import {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d as convolve,
  convTranspose2d as convolveTransposed,
  type Pair,
  pairOf,
} from "../tensor/images.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";
import { checkCount } from "./options.ts";
import { makeParameters, requireWeight, WEIGHT_OPTIONS, type WeightOptions } from "./weights.ts";

/** Options of conv2d: the engine's, whether a bias is added, and first values. */
export interface Conv2dLayerOptions extends Conv2dOptions, WeightOptions {}

/** Options of depthwiseConv2d: how many filters each channel has, 1 unless given; the groups are the channels. */
export interface DepthwiseConv2dOptions extends Omit<Conv2dLayerOptions, "groups"> {
  readonly multiplier?: number;
}

/** Options of convTranspose2d: the engine's, whether a bias is added, and first values. */
export interface ConvTranspose2dLayerOptions extends ConvTranspose2dOptions, WeightOptions {}

/** Options of conv1d; padding is none, "same", one number or [before, after]. */
export interface Conv1dOptions extends WeightOptions {
  readonly stride?: number;
  readonly padding?: "valid" | "same" | number | readonly [number, number];
  readonly dilation?: number;
  readonly groups?: number;
}

const GEOMETRY = ["stride", "padding", "dilation", "groups"];
const CONV_OPTIONS = [...GEOMETRY, ...WEIGHT_OPTIONS];

/** The channels of one input, of which there must be a multiple of `groups`; ShapeError unless its shape has `rank` axes. */
function channelsOf(op: string, input: Shape, rank: number, filters: number, groups: number): number {
  const [channels] = input;
  if (channels === undefined || input.length !== rank) {
    const wanted =
      rank === 3 ? ["images [C, H, W]", "as to [1, 28, 28]"] : ["sequences [C, L]", "as to [1, 100]"];
    throw new ShapeError(
      `${op}: takes ${wanted[0]}, not ${formatShape(input)}. Reshape first, ${wanted[1]}.`,
      {
        input,
      },
    );
  }
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw new ShapeError(
      `${op}: ${groups} groups do not divide ${channels} channels and ${filters} filters. Use a divisor of both.`,
      { channels, filters, groups },
    );
  }
  return channels;
}

/** What of a layer's options the convolution itself takes. */
const withoutWeights = <T extends WeightOptions>({ bias: _, weightInit: __, biasInit: ___, ...own }: T) =>
  own;

/** y with one number a channel added; [N, C, …]. */
const addBias = (y: Tensor, bias: Tensor | undefined): Tensor =>
  bias === undefined ? y : y.add(bias.reshape(1, bias.size, ...y.shape.slice(2).map(() => 1)));

/**
 * Cross-correlation with `filters` filters and a bias: [N, C, H, W] → [N, filters, OH, OW]; the weight is
 * [filters, C/groups, KH, KW]. Padding "same" gives ⌈H/stride⌉ × ⌈W/stride⌉.
 */
export function conv2d(filters: number, kernel: Pair, options: Conv2dLayerOptions = {}): LayerObject {
  checkCount("conv2d", "filters", filters);
  checkOptionNames("conv2d", options, CONV_OPTIONS);
  const [height, width] = pairOf("conv2d", "kernel", kernel, 1);
  const { groups = 1 } = options;
  checkCount("conv2d", "groups", groups);
  const geometry = withoutWeights(options);
  const parameters: Record<string, Tensor> = {};
  return {
    type: "conv2d",
    parameters,
    build(input, random) {
      const channels = channelsOf("conv2d", input, 3, filters, groups);
      makeParameters(parameters, [filters, channels / groups, height, width], filters, options, random);
    },
    forward: (x) => addBias(convolve(x, requireWeight("conv2d", parameters), geometry), parameters["bias"]),
    flops: (input, output) => 2 * sizeOf(output) * (input[0]! / groups) * height * width,
  };
}

/**
 * Every channel with filters of its own: [N, C, H, W] → [N, C·multiplier, OH, OW]; the weight is
 * [C·multiplier, 1, KH, KW]. The same as conv2d with as many groups as channels.
 */
export function depthwiseConv2d(kernel: Pair, given: DepthwiseConv2dOptions = {}): LayerObject {
  checkOptionNames("depthwiseConv2d", given, [
    "multiplier",
    ...CONV_OPTIONS.filter((name) => name !== "groups"),
  ]);
  const { multiplier = 1, ...options } = given;
  const geometry = withoutWeights(options);
  checkCount("depthwiseConv2d", "multiplier", multiplier);
  const [height, width] = pairOf("depthwiseConv2d", "kernel", kernel, 1);
  const parameters: Record<string, Tensor> = {};
  return {
    type: "depthwiseConv2d",
    parameters,
    build(input, random) {
      const filters = channelsOf("depthwiseConv2d", input, 3, 1, 1) * multiplier;
      makeParameters(parameters, [filters, 1, height, width], filters, options, random);
    },
    forward(x) {
      const weight = requireWeight("depthwiseConv2d", parameters);
      const groups = weight.shape[0]! / multiplier;
      return addBias(convolve(x, weight, { ...geometry, groups }), parameters["bias"]);
    },
    flops: (_, output) => 2 * sizeOf(output) * height * width,
  };
}

/** Cross-correlation along sequences: [N, C, L] → [N, filters, OL]; the weight is [filters, C/groups, K]. */
export function conv1d(filters: number, kernel: number, options: Conv1dOptions = {}): LayerObject {
  checkCount("conv1d", "filters", filters);
  checkCount("conv1d", "kernel", kernel);
  checkOptionNames("conv1d", options, CONV_OPTIONS);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  for (const [name, value] of Object.entries({ stride, dilation, groups })) checkCount("conv1d", name, value);
  const around = typeof padding === "number" ? ([padding, padding] as const) : padding;
  const geometry = {
    stride: [1, stride] as const,
    dilation: [1, dilation] as const,
    padding: typeof around === "string" ? around : ([0, 0, ...around] as const),
    groups,
  };
  const parameters: Record<string, Tensor> = {};
  return {
    type: "conv1d",
    parameters,
    build(input, random) {
      const channels = channelsOf("conv1d", input, 2, filters, groups);
      makeParameters(parameters, [filters, channels / groups, kernel], filters, options, random);
    },
    forward(x) {
      const weight = requireWeight("conv1d", parameters);
      if (x.rank !== 3) {
        throw new ShapeError(
          `conv1d: takes sequences [N, C, L], not ${formatShape(x.shape)}. Reshape first, as in x.reshape(-1, 1, 100).`,
          { shape: x.shape },
        );
      }
      const y = convolve(x.unsqueeze(2), weight.unsqueeze(2), geometry).squeeze(2);
      return addBias(y, parameters["bias"]);
    },
    flops: (input, output) => 2 * sizeOf(output) * (input[0]! / groups) * kernel,
  };
}

/**
 * The transposed convolution, which enlarges: [N, C, H, W] → [N, filters, OH, OW] with
 * OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + outputPadding + 1; the weight is [C, filters/groups, KH, KW].
 */
export function convTranspose2d(
  filters: number,
  kernel: Pair,
  options: ConvTranspose2dLayerOptions = {},
): LayerObject {
  checkCount("convTranspose2d", "filters", filters);
  checkOptionNames("convTranspose2d", options, ["outputPadding", ...CONV_OPTIONS]);
  const [height, width] = pairOf("convTranspose2d", "kernel", kernel, 1);
  const { groups = 1 } = options;
  checkCount("convTranspose2d", "groups", groups);
  const geometry = withoutWeights(options);
  if (typeof options.padding === "string") {
    throw new ConfigError(
      `convTranspose2d: padding "${options.padding}" is unknown. Give numbers, as in 1.`,
      {
        padding: options.padding,
      },
    );
  }
  const parameters: Record<string, Tensor> = {};
  return {
    type: "convTranspose2d",
    parameters,
    build(input, random) {
      const channels = channelsOf("convTranspose2d", input, 3, filters, groups);
      makeParameters(parameters, [channels, filters / groups, height, width], filters, options, random);
    },
    forward: (x) =>
      addBias(
        convolveTransposed(x, requireWeight("convTranspose2d", parameters), geometry),
        parameters["bias"],
      ),
    flops: (input) => 2 * sizeOf(input) * (filters / groups) * height * width,
  };
}
