// Pass: moves permutations of axes through element-by-element ops and folds until they meet and cancel.
// The public layout of images is [N, C, H, W], the kernels' is [N, H, W, C]; after this pass whole nets run in
// the kernels' layout and only their edges are permuted.
import { sizeOf } from "../base/shape.ts";
import { apply, type Graph, type Node } from "../ir/node.ts";
import { inversePermutation, permute, permuteOp } from "../ops/view.ts";
import { rewrite } from "./rewrite.ts";
import { simplify } from "./simplify.ts";

const axesOf = (node: Node): readonly number[] | undefined =>
  node.op.name === permuteOp.name ? (node.attributes["axes"] as number[]) : undefined;

/** x as seen before `axes` was applied: the permutation taken off, or its inverse put on. */
function unpermuted(x: Node, axes: readonly number[]): Node {
  const inverse = permute(x, inversePermutation(axes));
  return permuteOp.simplify!(inverse) ?? inverse;
}

/** The permutation shared by most of a node's large inputs, if any input is permuted at all. */
function commonPermutation(node: Node): readonly number[] | undefined {
  const votes = new Map<string, { axes: readonly number[]; elements: number }>();
  for (const input of node.inputs) {
    const axes = axesOf(input);
    if (axes === undefined) continue;
    const vote = votes.get(axes.join()) ?? { axes, elements: 0 };
    vote.elements += sizeOf(input.inputs[0]!.shape);
    votes.set(axes.join(), vote);
  }
  return [...votes.values()].sort((a, b) => b.elements - a.elements)[0]?.axes;
}

/** op(permute(x), …) → permute(op(x, …)). */
function sinkBelow(node: Node): Node {
  const { tag } = node.op.kind;
  if (tag === "view") return node.op.simplify?.(node) ?? node;
  if (tag !== "map" && tag !== "reduce") return node;
  const axes = commonPermutation(node);
  if (axes === undefined) return node;
  const inputs = node.inputs.map((input) => unpermuted(input, axes));
  const attributes =
    tag === "reduce"
      ? {
          ...node.attributes,
          axes: (node.attributes["axes"] as number[]).map((axis) => axes[axis]!).sort((a, b) => a - b),
        }
      : node.attributes;
  return permute(apply(node.op, inputs, attributes), axes);
}

/** Moves permutations toward the outputs, then lets those that meet cancel. */
export const moveLayouts = (graph: Graph): Graph => simplify(rewrite(simplify(graph), sinkBelow));
