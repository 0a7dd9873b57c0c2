// Products whose only use is a sum, so that both become one fused multiply-add: one rounding and one pass over the
// registers instead of two. Knows nodes and their opcodes, no registers and no memory.
import type { MapBody } from "../../compile/program.ts";
import type { Node } from "../../ir/node.ts";

/** A sum with the product it takes in. */
export interface Contraction {
  readonly opcode: "fma" | "fms" | "fnma";
  /** The node that is computed no more by itself. */
  readonly product: Node;
  /** a, b and c of a·b + c (fma), a·b − c (fms) or c − a·b (fnma). */
  readonly sources: readonly [Node, Node, Node];
}

const opcodeOf = (node: Node): string => (node.op.kind.tag === "map" ? node.op.kind.cpu(node) : "");

function factorsOf(node: Node): readonly [Node, Node] | undefined {
  const [a, b] = node.inputs as [Node, Node];
  const opcode = opcodeOf(node);
  return opcode === "mul" ? [a, b] : opcode === "square" ? [a, a] : undefined;
}

/** Nodes of a body that nothing but one other node of it needs. */
function singles({ nodes, writes }: MapBody): Set<Node> {
  const uses = new Map<Node, number>();
  for (const input of nodes.flatMap((node) => node.inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  const kept = new Set(writes.map(({ node }) => node)).add(nodes[nodes.length - 1]!);
  return new Set(nodes.filter((node) => uses.get(node) === 1 && !kept.has(node)));
}

/** The contractions of a body, by the sum that remains. */
export function contractionsOf(body: MapBody): ReadonlyMap<Node, Contraction> {
  const alone = singles(body);
  const found = new Map<Node, Contraction>();
  for (const node of body.nodes) {
    const opcode = opcodeOf(node);
    if (opcode !== "add" && opcode !== "sub") continue;
    const [left, right] = node.inputs as [Node, Node];
    const product = [left, right].find((input) => alone.has(input) && factorsOf(input) !== undefined);
    if (product === undefined) continue;
    const other = product === left ? right : left;
    const signed = product === left ? "fms" : "fnma";
    found.set(node, {
      opcode: opcode === "add" ? "fma" : signed,
      product,
      sources: [...factorsOf(product)!, other],
    });
  }
  return found;
}
