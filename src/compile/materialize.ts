// Pass: puts a copy wherever a kernel needs elements in memory of their own: routine operands that are views or
// constants, reshapes that no strides can express, and results that would alias something else.
import { sizeOf } from "../base/shape.ts";
import { apply, type Graph, type Node } from "../ir/node.ts";
import { copy } from "../ops/logic.ts";
import { isPlain, locate } from "./locate.ts";
import { rewrite } from "./rewrite.ts";

const isLeaf = (node: Node): boolean => node.op.kind.tag === "leaf";

/** True for values that a kernel writes: only these can be a result as they are. */
const isWritten = (node: Node): boolean => !["slot", "leaf", "view"].includes(node.op.kind.tag);

/** Copies, at most one of each node, so that routines that share an operand go on sharing it. */
class Copies {
  readonly #made = new Map<Node, Node>();

  of(node: Node): Node {
    const known = this.#made.get(node) ?? copy(node);
    this.#made.set(node, known);
    return known;
  }

  /** The operand itself if a routine can read it where it lies, else a copy. */
  readable(node: Node, acceptsStrides: boolean): Node {
    const located = locate(node);
    if (located === null || isLeaf(located.base)) return this.of(node);
    return acceptsStrides || isPlain(located) ? node : this.of(node);
  }

  /** A view with the leaf below it, a coordinate that has no memory to look at, written to memory. */
  grounded(node: Node): Node {
    if (node.op.kind.tag !== "view") return node;
    const [input] = node.inputs as [Node];
    const below = isLeaf(input) ? this.of(input) : this.grounded(input);
    return below === input ? node : apply(node.op, [below], node.attributes);
  }
}

function prepare(node: Node, copies: Copies): Node {
  const { kind } = node.op;
  const inputs = node.inputs.map((input, i) => {
    if (kind.tag === "routine") return copies.readable(input, kind.cpu.strided?.[i] === true);
    if (kind.tag === "view") return locate(node) === null ? copies.of(input) : input;
    return copies.grounded(input);
  });
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : apply(node.op, inputs, node.attributes);
}

/** Inserts the copies a program needs; every output and update is then a written value of its own. */
export function materialize(graph: Graph): Graph {
  const copies = new Copies();
  const { outputs, updates } = rewrite(graph, (node) => prepare(node, copies));
  const taken = new Set<Node>();
  const owned = (node: Node): Node => {
    const located = locate(node);
    // A reshape of a written value is that value's memory.
    const written = located !== null && isPlain(located) ? located.base : node;
    const result =
      isWritten(written) && !taken.has(written) && sizeOf(written.shape) === sizeOf(node.shape)
        ? written
        : copy(copies.grounded(node));
    taken.add(result);
    return result;
  };
  return {
    outputs: outputs.map(owned),
    updates: updates.map(({ slot, value }) => ({ slot, value: owned(value) })),
  };
}
