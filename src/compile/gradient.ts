// Reverse-mode differentiation, graph → graph: the chain rule walked backward, every partial derivative once
// (Linnainmaa 1970; Rumelhart, Hinton & Williams 1986). Gradients are graphs of the same ops, so they nest.
import { isFloating } from "../base/dtype.ts";
import { DTypeError, ShapeError } from "../base/errors.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { type Node, topologicalOrder } from "../ir/node.ts";
import { within } from "../ir/origin.ts";
import { add } from "../ops/arithmetic.ts";
import { constantLike } from "../ops/leaf.ts";

/** Nodes between `wrt` and `root`: those through which a change in `wrt` reaches `root`. */
function nodesBetween(order: readonly Node[], wrt: readonly Node[]): Set<Node> {
  const reached = new Set<Node>(wrt);
  for (const node of order) {
    if (isFloating(node.dtype) && node.inputs.some((input) => reached.has(input))) reached.add(node);
  }
  return reached;
}

/**
 * ∂root/∂w for every w in `wrt`, each of w's shape; zeros where root does not depend on w. `root` is a scalar
 * unless `seed`, the derivative by root of what is really differentiated, is given with root's shape.
 */
export function gradient(root: Node, wrt: readonly Node[], seed?: Node): Node[] {
  if (!isFloating(root.dtype)) {
    throw new DTypeError(
      `gradient: only float32 values have gradients, this one is ${root.dtype}. Convert it: y.cast("float32").`,
      { dtype: root.dtype },
    );
  }
  if (seed === undefined && sizeOf(root.shape) !== 1) {
    throw new ShapeError(
      `gradient: the value must be one number, not ${formatShape(root.shape)}. Reduce it first: y.sum() or y.mean().`,
      { shape: root.shape },
    );
  }
  const order = topologicalOrder([root]);
  const between = nodesBetween(order, wrt);
  const adjoints = new Map<Node, Node>([[root, seed ?? constantLike(root, 1)]]);
  // Users come after their inputs in `order`, so walking it backward every adjoint is complete when it is used.
  for (const node of order.reverse()) {
    const dy = adjoints.get(node);
    if (dy === undefined || !between.has(node)) continue;
    within(node.origin?.backward, () => {
      const partials = node.op.gradient?.(dy, node) ?? [];
      node.inputs.forEach((input, i) => {
        const partial = partials[i];
        if (partial === undefined || !between.has(input)) return;
        const sum = adjoints.get(input);
        adjoints.set(input, sum === undefined ? partial : add(sum, partial));
      });
    });
  }
  return wrt.map((w) => adjoints.get(w) ?? constantLike(w, 0));
}

/** How much work the chain rule is, counted on a graph. */
export interface DerivativeCount {
  /** Local partial derivatives ∂node/∂input that backpropagation computes: one an edge. */
  readonly partials: number;
  /** Products of partials that the chain rule sums when written out: one a path. */
  readonly paths: number;
}

/** Counts edges and paths from `wrt` to `root`: what backpropagation computes against what the bare chain rule would. */
export function countDerivatives(root: Node, wrt: readonly Node[]): DerivativeCount {
  const order = topologicalOrder([root]);
  const between = nodesBetween(order, wrt);
  const paths = new Map<Node, number>(wrt.map((w) => [w, 1]));
  let partials = 0;
  for (const node of order) {
    if (!between.has(node)) continue;
    for (const input of node.inputs) {
      if (!between.has(input)) continue;
      partials++;
      paths.set(node, (paths.get(node) ?? 0) + paths.get(input)!);
    }
  }
  return { partials, paths: paths.get(root) ?? 0 };
}
