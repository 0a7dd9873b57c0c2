// Pooling to a given size: whole images folded to one number a channel, or windows that adapt to the input.
import { checkImages } from "../tensor/functions.ts";
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
