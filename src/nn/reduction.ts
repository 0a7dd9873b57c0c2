// How the losses of a batch become one number.
import { ConfigError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How the losses of a batch become one number; "none" leaves them apart. */
export type Reduction = "mean" | "sum" | "none";

/** The mean or sum of losses, or the losses themselves; ConfigError for another name. */
export function reduce(op: string, losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "mean") return losses.mean();
  if (reduction === "sum") return losses.sum();
  if (reduction === "none") return losses;
  throw new ConfigError(`${op}: reduction "${String(reduction)}" is unknown. Use "mean", "sum" or "none".`, {
    reduction,
  });
}
