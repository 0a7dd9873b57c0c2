// The rules of a legal graph, as code: every pass must give back a graph that passes here.
import { BugError } from "../base/errors.ts";
import { formatShape, sameShape, sizeOf } from "../base/shape.ts";
import { type Graph, type Node, rootsOf, topologicalOrder } from "./node.ts";
import { printGraph } from "./print.ts";

function fault(graph: Graph, rule: string, node: Node): never {
  throw new BugError(
    `${rule}, at ${node.op.name} ${node.dtype}${formatShape(node.shape)}.\n${printGraph(graph).text}`,
  );
}

/** Throws `BugError` with the printed graph unless every node obeys its op's type rule and its kind's rules. */
export function verify(graph: Graph): Graph {
  for (const node of topologicalOrder(rootsOf(graph))) {
    const type = node.op.type(node.inputs, node.attributes);
    if (!sameShape(type.shape, node.shape) || type.dtype !== node.dtype) {
      fault(graph, "a node's type must be what its op's rule gives", node);
    }
    const { tag } = node.op.kind;
    if (tag === "map" && node.inputs.some((input) => !sameShape(input.shape, node.shape))) {
      fault(graph, "a map's inputs must have its output's shape", node);
    }
    if (tag === "view" && node.inputs[0]!.dtype !== node.dtype) {
      fault(graph, "a view must keep the element type", node);
    }
  }
  const updated = new Set<unknown>();
  for (const { slot, value } of graph.updates) {
    if (updated.has(slot)) fault(graph, "a slot must be updated once", value);
    updated.add(slot);
    if (sizeOf(slot.shape) !== sizeOf(value.shape) || slot.dtype !== value.dtype) {
      fault(
        graph,
        `an update must have its slot's size and type ${slot.dtype}${formatShape(slot.shape)}`,
        value,
      );
    }
  }
  return graph;
}
