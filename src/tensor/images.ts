// Convolution and pooling as users meet them: images [N, C, H, W], weights [T, C/groups, KH, KW], PyTorch's options.
// The primitives are channels-last; the permutations put here are moved and cancelled by the compiler.
import { ConfigError, ShapeError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { formatShape } from "../base/shape.ts";
import { conv2dInputGrad, conv2d as convolve } from "../ops/conv.ts";
import { avgPool2d as average, maxPool2d as maximize, type PoolGeometry } from "../ops/pool.ts";
import { checkImages } from "./functions.ts";
import { Tensor } from "./tensor.ts";

/** One number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** Padding: none, "same" (output size = ⌈input / stride⌉), one number, [vertical, horizontal] or [top, bottom, left, right]. */
export type Padding = "valid" | "same" | Pair | readonly [number, number, number, number];

export interface Conv2dOptions {
  readonly stride?: Pair;
  readonly padding?: Padding;
  readonly dilation?: Pair;
  readonly groups?: number;
}

export interface PoolOptions {
  /** The window's size if left out. */
  readonly stride?: Pair;
  readonly padding?: Pair;
  /** A last window that passes the end counts too, if it begins in the image or in the padding before it. */
  readonly ceilMode?: boolean;
}

const CONV_OPTIONS = ["stride", "padding", "dilation", "groups"];
/** Names of the options that maxPool2d takes; avgPool2d takes countPadding too. */
export const POOL_OPTIONS: readonly string[] = ["stride", "padding", "ceilMode"];

const CHANNELS_LAST = [0, 2, 3, 1];
const CHANNELS_FIRST = [0, 3, 1, 2];

/** A pair of whole numbers ≥ `least`. */
export function pairOf(op: string, name: string, value: Pair, least: number): [number, number] {
  const pair: [number, number] = Array.isArray(value)
    ? [value[0], value[1]]
    : [value as number, value as number];
  if (pair.some((size) => !Number.isInteger(size) || size < least)) {
    throw new ConfigError(
      `${op}: ${name} ${JSON.stringify(value)} must be whole numbers ≥ ${least}. Give one, or two for vertical and horizontal.`,
      {
        [name]: value,
      },
    );
  }
  return pair;
}

/** What is padded before and after so that the output has ⌈size / stride⌉ positions; an odd rest goes after. */
function samePadding(size: number, kernel: number, stride: number, dilation: number): [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function paddingOf(
  op: string,
  padding: Padding,
  size: readonly [number, number],
  kernel: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
): [number, number, number, number] {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding === "same") {
    const [top, bottom] = samePadding(size[0], kernel[0], stride[0], dilation[0]);
    const [left, right] = samePadding(size[1], kernel[1], stride[1], dilation[1]);
    return [top, bottom, left, right];
  }
  if (typeof padding === "string") {
    throw new ConfigError(`${op}: padding "${padding}" is unknown. Use "same", "valid" or numbers.`, {
      padding,
    });
  }
  if (typeof padding !== "number" && padding.length === 4) {
    const [top, bottom] = pairOf(op, "padding", [padding[0], padding[1]], 0);
    const [left, right] = pairOf(op, "padding", [padding[2], padding[3]], 0);
    return [top, bottom, left, right];
  }
  const [vertical, horizontal] = pairOf(op, "padding", padding as Pair, 0);
  return [vertical, vertical, horizontal, horizontal];
}

/** Cross-correlation of x [N, C, H, W] with weight [T, C/groups, KH, KW] → [N, T, OH, OW]. */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  checkOptionNames("conv2d", options, CONV_OPTIONS);
  checkImages("conv2d", x);
  if (weight.rank !== 4) {
    throw new ShapeError(
      `conv2d: the weight must be [filters, channels / groups, height, width], not ${formatShape(weight.shape)}.`,
      { shape: weight.shape },
    );
  }
  const stride = pairOf("conv2d", "stride", options.stride ?? 1, 1);
  const dilation = pairOf("conv2d", "dilation", options.dilation ?? 1, 1);
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ConfigError(`conv2d: groups ${groups} must be a whole number ≥ 1.`, { groups });
  }
  const [, , h, w] = x.shape as [number, number, number, number];
  const kernel = [weight.shape[2]!, weight.shape[3]!] as const;
  const padding = paddingOf("conv2d", options.padding ?? 0, [h, w], kernel, stride, dilation);
  const y = convolve(x.permute(CHANNELS_LAST).node, weight.node, { stride, padding, dilation, groups });
  return new Tensor(y).permute(CHANNELS_FIRST);
}

/** Options of convTranspose2d; outputPadding is what the output is larger by at the bottom and right. */
export interface ConvTranspose2dOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly outputPadding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}

function checkTransposed(x: Tensor, weight: Tensor, groups: number): void {
  checkImages("convTranspose2d", x);
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ConfigError(`convTranspose2d: groups ${groups} must be a whole number ≥ 1.`, { groups });
  }
  if (weight.rank === 4 && weight.shape[0] === x.shape[1] && weight.shape[0]! % groups === 0) return;
  throw new ShapeError(
    `convTranspose2d: weight ${formatShape(weight.shape)} with ${groups} group(s) does not fit the input's ${x.shape[1]} channels. ` +
      `Make the weight [channels, filters / groups, height, width].`,
    { input: x.shape, weight: weight.shape, groups },
  );
}

/**
 * The adjoint of conv2d by its input: x [N, C, H, W] with weight [C, T/groups, KH, KW] → [N, T, OH, OW] with
 * OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + outputPadding + 1.
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  checkOptionNames("convTranspose2d", options, ["outputPadding", ...CONV_OPTIONS]);
  const { groups = 1 } = options;
  checkTransposed(x, weight, groups);
  const stride = pairOf("convTranspose2d", "stride", options.stride ?? 1, 1);
  const dilation = pairOf("convTranspose2d", "dilation", options.dilation ?? 1, 1);
  const [vertical, horizontal] = pairOf("convTranspose2d", "padding", options.padding ?? 0, 0);
  const extra = pairOf("convTranspose2d", "outputPadding", options.outputPadding ?? 0, 0);
  const size = [0, 1].map((i) => {
    const reach = dilation[i]! * (weight.shape[i + 2]! - 1) + 1;
    return (x.shape[i + 2]! - 1) * stride[i]! - 2 * [vertical, horizontal][i]! + reach + extra[i]!;
  }) as [number, number];
  const isTooLarge = extra.some((more, i) => more >= Math.max(stride[i]!, dilation[i]!));
  if (isTooLarge || size.some((length) => length < 1)) {
    throw new ShapeError(
      `convTranspose2d: the output would be ${size.join("×")} with outputPadding ${extra.join("×")}. Use padding that ` +
        `leaves pixels, and outputPadding below the stride or the dilation.`,
      { input: x.shape, weight: weight.shape, size, outputPadding: extra },
    );
  }
  const padding = [vertical, vertical, horizontal, horizontal] as const;
  const geometry = { stride, padding, dilation, groups, size };
  return new Tensor(conv2dInputGrad(x.permute(CHANNELS_LAST).node, weight.node, geometry)).permute(
    CHANNELS_FIRST,
  );
}

/** What the last window of a pool reaches beyond the image, at least `padding`: PyTorch's rule for ceil mode. */
function reachBeyond(size: number, kernel: number, stride: number, padding: number): number {
  const count = Math.ceil((size + 2 * padding - kernel) / stride) + 1;
  const last = (count - 1) * stride >= size + padding ? count - 2 : count - 1;
  return Math.max(padding, last * stride + kernel - size - padding);
}

function poolGeometry(
  op: string,
  x: Tensor,
  kernel: Pair,
  options: PoolOptions,
  countPadding: boolean,
): PoolGeometry {
  checkOptionNames(op, options, POOL_OPTIONS);
  checkImages(op, x);
  const window = pairOf(op, "kernel", kernel, 1);
  const stride = pairOf(op, "stride", options.stride ?? kernel, 1);
  const [vertical, horizontal] = pairOf(op, "padding", options.padding ?? 0, 0);
  const [bottom, right] = options.ceilMode
    ? [
        reachBeyond(x.shape[2]!, window[0], stride[0], vertical),
        reachBeyond(x.shape[3]!, window[1], stride[1], horizontal),
      ]
    : [vertical, horizontal];
  return { kernel: window, stride, padding: [vertical, bottom, horizontal, right], countPadding };
}

/** The maximum over windows of x [N, C, H, W] → [N, C, OH, OW]. */
export function maxPool2d(x: Tensor, kernel: Pair, options: PoolOptions = {}): Tensor {
  const geometry = poolGeometry("maxPool2d", x, kernel, options, true);
  return new Tensor(maximize(x.permute(CHANNELS_LAST).node, geometry)).permute(CHANNELS_FIRST);
}

/** The mean over windows of x [N, C, H, W] → [N, C, OH, OW]; padding counts in the divisor unless told otherwise. */
export function avgPool2d(
  x: Tensor,
  kernel: Pair,
  { countPadding = true, ...options }: PoolOptions & { readonly countPadding?: boolean } = {},
): Tensor {
  const geometry = poolGeometry("avgPool2d", x, kernel, options, countPadding);
  const [top, bottom, left, right] = geometry.padding;
  const run = (images: Tensor, g: PoolGeometry) =>
    new Tensor(average(images.permute(CHANNELS_LAST).node, g)).permute(CHANNELS_FIRST);
  if (!countPadding || (bottom === top && right === left)) return run(x, geometry);
  // What a window reaches beyond the padding does not count: the padding becomes image, and only image counts.
  const padded = x.pad([
    [0, 0],
    [0, 0],
    [top, top],
    [left, left],
  ]);
  return run(padded, { ...geometry, padding: [0, bottom - top, 0, right - left], countPadding: false });
}
