// Layers without parameters: pooling, flattening, activations and dropout.
import { checkOptionNames } from "../base/option-names.ts";
import { checkImages } from "../tensor/functions.ts";
import {
  avgPool2d as average,
  maxPool2d as maximize,
  type Pair,
  POOL_OPTIONS,
  type PoolOptions,
  pairOf,
} from "../tensor/images.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";
import { checkShare } from "./options.ts";

const stateless = (type: string, forward: (x: Tensor) => Tensor): LayerObject => ({
  type,
  forward: (x) => forward(x),
});

/** The maximum over windows: [N, C, H, W] → [N, C, OH, OW]; the stride is the window's size unless given. */
export function maxPool2d(kernel: Pair, options: PoolOptions = {}): LayerObject {
  pairOf("maxPool2d", "kernel", kernel, 1);
  checkOptionNames("maxPool2d", options, POOL_OPTIONS);
  return stateless("maxPool2d", (x) => maximize(x, kernel, options));
}

/** The mean over windows: [N, C, H, W] → [N, C, OH, OW]; padding counts in the divisor unless told otherwise. */
export function avgPool2d(
  kernel: Pair,
  options: PoolOptions & { readonly countPadding?: boolean } = {},
): LayerObject {
  pairOf("avgPool2d", "kernel", kernel, 1);
  checkOptionNames("avgPool2d", options, ["countPadding", ...POOL_OPTIONS]);
  return stateless("avgPool2d", (x) => average(x, kernel, options));
}

/** All axes but the batch merged: [N, C, H, W] → [N, C·H·W]. */
export const flatten = (): LayerObject => stateless("flatten", (x) => x.flatten(1));

/** max(x, 0). */
export const relu = (): LayerObject => stateless("relu", (x) => x.relu());

/** The hyperbolic tangent. */
export const tanh = (): LayerObject => stateless("tanh", (x) => x.tanh());

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = (): LayerObject => stateless("sigmoid", (x) => x.sigmoid());

/**
 * While training sets each element to 0 with probability p and divides the others by 1 − p, so that the mean stays;
 * otherwise the identity (Srivastava et al., "Dropout", 2014). ConfigError unless 0 ≤ p < 1.
 */
export function dropout(p = 0.5): LayerObject {
  checkShare("dropout", p);
  return {
    type: "dropout",
    forward(x, context) {
      if (context?.training !== true || p === 0) return x;
      return x.mul(context.generator.bernoulli(x.shape, 1 - p).mul(1 / (1 - p)));
    },
  };
}

/**
 * As dropout, but whole channels of images [N, C, H, W] are dropped together (Tompson et al. 2015).
 * ConfigError unless 0 ≤ p < 1.
 */
export function dropout2d(p = 0.5): LayerObject {
  checkShare("dropout2d", p);
  return {
    type: "dropout2d",
    forward(x, context) {
      checkImages("dropout2d", x);
      if (context?.training !== true || p === 0) return x;
      const kept = context.generator.bernoulli([x.shape[0]!, x.shape[1]!, 1, 1], 1 - p);
      return x.mul(kept.mul(1 / (1 - p)));
    },
  };
}
