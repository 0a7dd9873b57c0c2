// Pass: the same values from fewer nodes. Each op's own identities, constants folded, equal nodes made one,
// dead nodes dropped. Knows no op by name: the rules are in the records.
import { sizeOf } from "../base/shape.ts";
import { type Graph, type Node, Slot } from "../ir/node.ts";
import { constant, constantValue } from "../ops/leaf.ts";
import { rewrite } from "./rewrite.ts";

/** Equal keys, equal values: op, attributes and inputs; every slot is its own. */
function keyOf(node: Node): string {
  const attributes = JSON.stringify(node.attributes, (_, value) =>
    value instanceof Slot
      ? `slot ${value.id}`
      : typeof value === "number" && !Number.isFinite(value)
        ? String(value)
        : Object.is(value, -0)
          ? "-0"
          : value,
  );
  return `${node.op.name}(${node.inputs.map((input) => input.id).join()})${attributes}`;
}

/** A map of constants alone, computed now. */
function foldConstants(node: Node): Node | undefined {
  const { kind } = node.op;
  if (kind.tag !== "map" || node.inputs.length === 0) return undefined;
  const values = node.inputs.map(constantValue);
  if (values.some((value) => value === undefined)) return undefined;
  const value = kind.reference(...(values as number[]));
  return constant(node.dtype === "float32" ? value : value | 0, node.shape, node.dtype);
}

/** A fold over nothing, which is the same whatever was not there. */
function foldNothing({ op: { kind }, shape, dtype, inputs }: Node): Node | undefined {
  if (kind.tag !== "reduce" || sizeOf(inputs[0]!.shape) > 0) return undefined;
  return constant(
    kind.reference(() => Number.NaN, 0),
    shape,
    dtype,
  );
}

// A rule's result may itself simplify; rules shrink the graph, so few rounds do.
const ROUNDS = 8;

/** Applies every simplification until none applies. */
export function simplify(graph: Graph): Graph {
  const known = new Map<string, Node>();
  const canonical = (node: Node): Node => {
    const key = keyOf(node);
    const other = known.get(key);
    if (other === undefined) known.set(key, node);
    return other ?? node;
  };
  const improve = (node: Node): Node => {
    let current = node;
    for (let round = 0; round < ROUNDS; round++) {
      const better = foldConstants(current) ?? foldNothing(current) ?? current.op.simplify?.(current);
      if (better === undefined || better === current) break;
      current = better;
    }
    return canonical(current);
  };
  // New nodes made by a rule have inputs that were never visited themselves: a second sweep reaches them.
  return rewrite(rewrite(graph, improve), improve);
}
