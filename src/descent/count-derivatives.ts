// How much work the chain rule is for a value that has been computed from others, counted on its graph.
import { countDerivatives as countOnGraph, type DerivativeCount } from "../compile/gradient.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Counts what lies between `wrt` and `y`: the partial derivatives that backpropagation computes, one an edge of the
 * graph, and the products of them that the chain rule sums when it is written out, one a path.
 */
export const countDerivatives = (y: Tensor, wrt: readonly Tensor[]): DerivativeCount =>
  countOnGraph(
    y.node,
    wrt.map(({ node }) => node),
  );
