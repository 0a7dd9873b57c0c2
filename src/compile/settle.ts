// Pass: the last rewrites before kernels are chosen. Ops that fuse better as others become those, and axes of size 1
// leave maps and folds, so that no reshape stands between two of them.
import type { Shape } from "../base/shape.ts";
import { apply, type Graph, type Node } from "../ir/node.ts";
import { reshape } from "../ops/view.ts";
import { rewrite } from "./rewrite.ts";
import { simplify } from "./simplify.ts";

const simplified = (node: Node): Node => node.op.simplify?.(node) ?? node;

const withoutUnits = (shape: Shape): Shape => shape.filter((size) => size !== 1);

/** Where each axis is after axes of size 1 are gone; undefined for those. */
function movedAxes(shape: Shape): (number | undefined)[] {
  let next = 0;
  return shape.map((size) => (size === 1 ? undefined : next++));
}

/** op(x) → reshape(op(reshape(x))), the op working on axes longer than 1 alone. */
function dropUnits(node: Node): Node {
  const { tag } = node.op.kind;
  if (tag === "view") return simplified(node);
  if (tag !== "map" && tag !== "reduce") return node;
  const [first] = node.inputs;
  if (first === undefined || !first.shape.includes(1)) return node;
  const shape = withoutUnits(first.shape);
  const inputs = node.inputs.map((input) => simplified(reshape(input, shape)));
  if (tag === "map") return reshape(apply(node.op, inputs, node.attributes), node.shape);
  const moved = movedAxes(first.shape);
  const axes = (node.attributes["axes"] as number[]).flatMap((axis) => moved[axis] ?? []);
  // A fold over axes of size 1 alone may still change the value, as argmax does.
  if (axes.length === 0) return node;
  return reshape(apply(node.op, inputs, { ...node.attributes, axes }), node.shape);
}

/** Decomposes what fuses better in parts, then lets maps and folds meet their neighbours. */
export function settle(graph: Graph): Graph {
  const decomposed = rewrite(graph, (node) => node.op.decompose?.(node) ?? node);
  return simplify(rewrite(simplify(decomposed), dropUnits));
}
