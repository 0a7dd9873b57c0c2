// Pooling to a given size: whole images folded to one number a channel, or windows that adapt to the input.
import { checkImages, concat } from "../tensor/functions.ts";
import { avgPool2d, maxPool2d, type Pair, pairOf } from "../tensor/images.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";

/** The mean of each channel: [N, C, H, W] → [N, C, 1, 1]. */
export const globalAvgPool2d = (): LayerObject => ({
  type: "globalAvgPool2d",
  forward(x) {
    checkImages("globalAvgPool2d", x);
    return x.mean([2, 3], { keepDims: true });
  },
});

/** The maximum of each channel: [N, C, H, W] → [N, C, 1, 1]; at ties the gradient is shared. */
export const globalMaxPool2d = (): LayerObject => ({
  type: "globalMaxPool2d",
  forward(x) {
    checkImages("globalMaxPool2d", x);
    return x.max([2, 3], { keepDims: true });
  },
});

type Fold = (x: Tensor, axes: number | readonly number[]) => Tensor;

/** `axis` of x cut into `count` windows ⌊i·n/count⌋ … ⌈(i + 1)·n/count⌉, which may overlap, each folded to size 1. */
function foldWindows(x: Tensor, axis: number, count: number, fold: Fold): Tensor {
  const size = x.shape[axis]!;
  const windows = Array.from({ length: count }, (_, i) => {
    const range = [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const;
    return fold(x.slice(...x.shape.map((_, k) => (k === axis ? range : null))), axis);
  });
  return windows.length === 1 ? windows[0]! : concat(windows, axis);
}

function adaptive(
  op: string,
  size: Pair,
  pool: (x: Tensor, kernel: readonly [number, number]) => Tensor,
  fold: Fold,
): LayerObject {
  const [rows, columns] = pairOf(op, "size", size, 1);
  return {
    type: op,
    forward(x) {
      checkImages(op, x);
      const [, , h, w] = x.shape as [number, number, number, number];
      if (rows * columns === 1) return fold(x, [2, 3]);
      if (h % rows === 0 && w % columns === 0) return pool(x, [h / rows, w / columns]);
      // A window is a rectangle, so folding rows and then columns folds it whole.
      return foldWindows(foldWindows(x, 2, rows, fold), 3, columns, fold);
    },
  };
}

/** The mean over windows chosen so that [N, C, H, W] becomes [N, C, size, size], whatever H and W are, as in PyTorch. */
export const adaptiveAvgPool2d = (size: Pair): LayerObject =>
  adaptive("adaptiveAvgPool2d", size, avgPool2d, (x, axes) => x.mean(axes, { keepDims: true }));

/** The maximum over windows chosen so that [N, C, H, W] becomes [N, C, size, size], whatever H and W are, as in PyTorch. */
export const adaptiveMaxPool2d = (size: Pair): LayerObject =>
  adaptive("adaptiveMaxPool2d", size, maxPool2d, (x, axes) => x.max(axes, { keepDims: true }));
