// A graph as text: one line a node, for goldens, for bug reports and as a structural key.
import { formatShape } from "../base/shape.ts";
import { type Attributes, type Graph, type Node, rootsOf, Slot, topologicalOrder } from "./node.ts";

const formatAttribute = (value: unknown, slots: Map<Slot, number>): string => {
  if (value instanceof Slot) {
    if (!slots.has(value)) slots.set(value, slots.size);
    return `#${slots.get(value)}`;
  }
  return Array.isArray(value) ? formatShape(value as number[]) : Object.is(value, -0) ? "-0" : String(value);
};

/** The attributes as `key=value, …`; slots are numbered in order of appearance. */
export function formatAttributes(attributes: Attributes, slots: Map<Slot, number>): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${formatAttribute(value, slots)}`)
    .join(", ");
}

/**
 * The graph, one node a line: `%3 = matmul(%1, %2) float32[32, 10]`. Equal graphs print equally whatever their
 * ids and slots; the slots are returned in the order of their numbers.
 */
export function printGraph(graph: Graph): { text: string; slots: Slot[] } {
  const names = new Map<Node, string>();
  const slots = new Map<Slot, number>();
  const lines = topologicalOrder(rootsOf(graph)).map((node, index) => {
    names.set(node, `%${index}`);
    const inputs = node.inputs.map((input) => names.get(input)!);
    const attributes = formatAttributes(node.attributes, slots);
    const list = attributes === "" ? inputs : [...inputs, attributes];
    return `%${index} = ${node.op.name}(${list.join(", ")}) ${node.dtype}${formatShape(node.shape)}`;
  });
  lines.push(`return ${graph.outputs.map((node) => names.get(node)!).join(", ")}`);
  for (const { slot, value } of graph.updates) {
    lines.push(`update ${formatAttribute(slot, slots)} = ${names.get(value)!}`);
  }
  return { text: lines.join("\n"), slots: [...slots.keys()] };
}
