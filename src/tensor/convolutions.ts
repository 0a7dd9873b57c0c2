// Relatives of conv2d as users meet them: along sequences, and the windows themselves as columns.
import { ConfigError, ShapeError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { windowCount } from "../ops/conv.ts";
import { checkImages, stack } from "./functions.ts";
import { conv2d, type Pair, pairOf } from "./images.ts";
import type { Tensor } from "./tensor.ts";

/** Options of conv1d; padding is none, "same" (output size ⌈length / stride⌉), one number or [before, after]. */
export interface Conv1dOptions {
  readonly stride?: number;
  readonly padding?: "valid" | "same" | number | readonly [number, number];
  readonly dilation?: number;
  readonly groups?: number;
}

/** Cross-correlation of x [N, C, L] with weight [T, C/groups, K] → [N, T, OL]. */
export function conv1d(x: Tensor, weight: Tensor, options: Conv1dOptions = {}): Tensor {
  if (x.rank !== 3 || weight.rank !== 3) {
    throw new ShapeError(
      `conv1d: takes sequences [N, C, L] and a weight [filters, channels / groups, size], not ${formatShape(x.shape)} ` +
        `and ${formatShape(weight.shape)}. Reshape first.`,
      { x: x.shape, weight: weight.shape },
    );
  }
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const around = typeof padding === "number" ? ([padding, padding] as const) : padding;
  return conv2d(x.unsqueeze(2), weight.unsqueeze(2), {
    stride: [1, stride],
    dilation: [1, dilation],
    padding: typeof around === "string" ? around : [0, 0, ...around],
    groups,
  }).squeeze(2);
}

/** Options of unfold. */
export interface UnfoldOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
}

/** The windows of x [N, C, H, W] as columns [N, C·KH·KW, positions], ordered as PyTorch's unfold (im2col). */
export function unfold(x: Tensor, kernel: Pair, options: UnfoldOptions = {}): Tensor {
  checkImages("unfold", x);
  const [kh, kw] = pairOf("unfold", "kernel", kernel, 1);
  const [sh, sw] = pairOf("unfold", "stride", options.stride ?? 1, 1);
  const [ph, pw] = pairOf("unfold", "padding", options.padding ?? 0, 0);
  const [dh, dw] = pairOf("unfold", "dilation", options.dilation ?? 1, 1);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [oh, ow] = [windowCount(h, kh, sh, 2 * ph, dh), windowCount(w, kw, sw, 2 * pw, dw)];
  if (oh < 1 || ow < 1) {
    throw new ConfigError(
      `unfold: a ${kh}×${kw} window with dilation ${dh}×${dw} does not fit a ${h}×${w} image with padding ${ph}×${pw}. ` +
        "Use a smaller window or more padding.",
      { kernel, shape: x.shape },
    );
  }
  const padded = x.pad([
    [0, 0],
    [0, 0],
    [ph, ph],
    [pw, pw],
  ]);
  const taps = Array.from({ length: kh * kw }, (_, tap) => {
    const [top, left] = [Math.floor(tap / kw) * dh, (tap % kw) * dw];
    return padded.slice(null, null, [top, top + (oh - 1) * sh + 1, sh], [left, left + (ow - 1) * sw + 1, sw]);
  });
  return stack(taps, 2).reshape(n, c * kh * kw, oh * ow);
}
