// Residual nets for small images (He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015, §4.2).
import type { Tensor } from "../tensor/tensor.ts";
import { batchNorm2d } from "./batch-norm.ts";
import { sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import { apply, type LayerObject } from "./layer.ts";
import { checkCount } from "./options.ts";
import { flatten, relu } from "./plain.ts";
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
