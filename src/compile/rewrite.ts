// Rebuilding a graph node by node: the frame every simplifying pass stands in.
import { apply, type Graph, type Node, rootsOf, topologicalOrder } from "../ir/node.ts";
import { within } from "../ir/origin.ts";

/**
 * The graph with every node replaced by `f(node)`, inputs first; `f` sees a node whose inputs are replaced already.
 * A node that nothing needs any more is gone; what takes a node's place comes from where that came from.
 */
export function rewrite(graph: Graph, f: (node: Node) => Node): Graph {
  const replaced = new Map<Node, Node>();
  for (const node of topologicalOrder(rootsOf(graph))) {
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    const isSame = inputs.every((input, i) => input === node.inputs[i]);
    const made = within(node.origin, () => f(isSame ? node : apply(node.op, inputs, node.attributes)));
    replaced.set(node, made);
  }
  return {
    outputs: graph.outputs.map((node) => replaced.get(node)!),
    updates: graph.updates.map(({ slot, value }) => ({ slot, value: replaced.get(value)! })),
  };
}
