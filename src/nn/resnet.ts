// Residual nets for small images (He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015, §4.2).
import { ConfigError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { batchNorm2d } from "./batch-norm.ts";
import { sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import { apply, type LayerObject } from "./layer.ts";
import { checkCount } from "./options.ts";
import { dropout, flatten, relu } from "./plain.ts";
import { globalAvgPool2d } from "./pooling.ts";
import { linear } from "./weights.ts";

/** The shortcut without parameters ("option A"): every stride-th pixel, and channels of zeros on both sides. */
function shortcut(x: Tensor, channels: number, stride: number): Tensor {
  const [, c, h, w] = x.shape as [number, number, number, number];
  const seen = stride === 1 ? x : x.slice(null, null, [0, h, stride], [0, w, stride]);
  const missing = channels - c;
  if (missing === 0) return seen;
  const before = Math.floor(missing / 2);
  return seen.pad([
    [0, 0],
    [before, missing - before],
    [0, 0],
    [0, 0],
  ]);
}

/**
 * relu(x + f(x)), f being convolution 3 × 3, batch norm, relu, convolution 3 × 3, batch norm: [N, C, H, W] →
 * [N, filters, ⌈H/stride⌉, ⌈W/stride⌉], filters ≥ C. The shortcut has no parameters: it skips pixels and adds zero channels.
 */
export function basicBlock(filters: number, { stride = 1 }: { readonly stride?: number } = {}): LayerObject {
  checkCount("basicBlock", "filters", filters);
  checkCount("basicBlock", "stride", stride);
  const plain = { padding: 1, bias: false };
  const [conv1, bn1] = [conv2d(filters, 3, { ...plain, stride }), batchNorm2d()];
  const [conv2, bn2] = [conv2d(filters, 3, plain), batchNorm2d()];
  return {
    type: "basicBlock",
    children: { conv1, bn1, conv2, bn2 },
    forward(x, context) {
      const inner = apply(bn1, apply(conv1, x, context), context).relu();
      const y = apply(bn2, apply(conv2, inner, context), context);
      return y.add(shortcut(x, filters, stride)).relu();
    },
  };
}

/** ResNet of 6n + 2 layers: 16 filters, then three stages of n blocks with 16, 32 and 64, a mean over the image, a dense layer. */
export function cifarResnet(n: number, classes: number): LayerObject {
  const stages = [16, 32, 64].flatMap((filters, stage) =>
    Array.from({ length: n }, (_, i) => basicBlock(filters, { stride: stage > 0 && i === 0 ? 2 : 1 })),
  );
  return sequential(
    ...[conv2d(16, 3, { padding: 1, bias: false }), batchNorm2d(), relu()],
    ...stages,
    ...[globalAvgPool2d(), flatten(), linear(classes)],
  );
}

/**
 * The pre-activation block of a wide residual net: batch norm and relu before each of two 3 × 3 convolutions, dropout
 * between; the shortcut is a 1 × 1 convolution of the activated input where channels or stride change, else the input.
 */
function wideBlock(channels: number, filters: number, stride: number, drop: number): LayerObject {
  const plain = { padding: 1, bias: false };
  const [bn1, conv1] = [batchNorm2d(), conv2d(filters, 3, { ...plain, stride })];
  const [bn2, conv2] = [batchNorm2d(), conv2d(filters, 3, plain)];
  const dropped = dropout(drop);
  const isSame = channels === filters && stride === 1;
  const shortcutConv = isSame ? undefined : conv2d(filters, 1, { stride, bias: false });
  return {
    type: "wideBlock",
    children: { bn1, conv1, bn2, dropout: dropped, conv2, ...(shortcutConv && { shortcut: shortcutConv }) },
    forward(x, context) {
      const active = apply(bn1, x, context).relu();
      const inner = apply(bn2, apply(conv1, active, context), context).relu();
      const y = apply(conv2, apply(dropped, inner, context), context);
      return y.add(shortcutConv === undefined ? x : apply(shortcutConv, active, context));
    },
  };
}

/** What a wide residual net is made of. */
export interface WideResnetOptions {
  /** Number of layers, 6n + 4. */
  readonly depth: number;
  /** Factor on the 16, 32 and 64 filters of the three stages. */
  readonly width: number;
  readonly classes: number;
  /** Share dropped between a block's convolutions; 0 unless given. */
  readonly dropout?: number;
}

/** WRN-depth-width for small images (Zagoruyko & Komodakis, "Wide Residual Networks", 2016). ConfigError unless depth is 6n + 4. */
export function wideResnet({ depth, width, classes, dropout: drop = 0 }: WideResnetOptions): LayerObject {
  checkCount("wideResnet", "width", width);
  const n = (depth - 4) / 6;
  if (!Number.isInteger(n) || n < 1) {
    throw new ConfigError(`wideResnet: depth ${depth} must be 6n + 4. Give 10, 16, 22, 28 or 40.`, { depth });
  }
  const sizes = [16, 16 * width, 32 * width, 64 * width];
  const stages = [1, 2, 3].flatMap((stage) =>
    Array.from({ length: n }, (_, i) =>
      wideBlock(sizes[i === 0 ? stage - 1 : stage]!, sizes[stage]!, stage > 1 && i === 0 ? 2 : 1, drop),
    ),
  );
  return sequential(
    conv2d(16, 3, { padding: 1, bias: false }),
    ...stages,
    ...[batchNorm2d(), relu(), globalAvgPool2d(), flatten(), linear(classes)],
  );
}
