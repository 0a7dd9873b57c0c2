// The length of all gradients together, and keeping it within bounds.
import { ConfigError } from "../base/errors.ts";
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { full } from "../tensor/create.ts";
import { isTensor } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** √Σx² over every element of every tensor of a tree: a scalar; 0 for a tree without tensors. */
export function globalNorm(tree: Tree<Tensor>): Tensor {
  const squares = leavesOf<Tensor>(tree, isTensor).map(({ value }) => value.square().sum());
  return squares.reduce((sum, square) => sum.add(square), full([], 0)).sqrt();
}

/**
 * All gradients times min(1, maxNorm / (‖g‖ + 1e-6)), as clip_grad_norm_ of PyTorch does, so that their global norm
 * is at most `maxNorm` (Pascanu, Mikolov & Bengio 2013). Gives the norm before clipping too.
 */
export function clipGradients<T extends Tree<Tensor>>(
  gradients: T,
  maxNorm: number,
): { gradients: T; norm: Tensor } {
  if (!(maxNorm > 0)) {
    throw new ConfigError(`clipGradients: maxNorm ${maxNorm} must be above 0. Give a length such as 1.`, {
      maxNorm,
    });
  }
  const norm = globalNorm(gradients);
  const factor = norm.add(1e-6).reciprocal().mul(maxNorm).minimum(1);
  const clipped = mapTree<Tensor, Tensor>(gradients, isTensor, (gradient) => gradient.mul(factor));
  return { gradients: clipped as T, norm };
}

/**
 * Every element of every gradient held within [−limit, limit], as clip_grad_value_ of PyTorch does. ConfigError for a
 * limit that is not above 0.
 */
export function clipByValue<T extends Tree<Tensor>>(gradients: T, limit: number): T {
  if (!(limit > 0)) {
    throw new ConfigError(`clipByValue: limit ${limit} must be above 0. Give a bound such as 0.5.`, {
      limit,
    });
  }
  const clip = (gradient: Tensor): Tensor => gradient.maximum(-limit).minimum(limit);
  return mapTree<Tensor, Tensor>(gradients, isTensor, clip) as T;
}
