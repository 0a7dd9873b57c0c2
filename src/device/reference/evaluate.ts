// Evaluates a graph node by node from the op records alone, in float64: slow and obviously right.
// No pass of the compiler is used, so a fault of one shows as a difference from here.
import { BugError } from "../../base/errors.ts";
import { contiguous, type Shape, type Strided, sizeOf, stridesOf } from "../../base/shape.ts";
import { type Graph, type Node, rootsOf, type Slot, topologicalOrder, type Values } from "../../ir/node.ts";
import { convert } from "../../ops/logic.ts";

/** Calls `visit(flat index, position in the layout)` for every element of the layout, row-major. */
function walk({ shape, strides, offset }: Strided, visit: (i: number, position: number) => void): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let position = offset;
  for (let i = 0; i < size; i++) {
    visit(i, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

function leaf(node: Node, form: "constant" | "index"): Values {
  if (form === "constant")
    return new Float64Array(sizeOf(node.shape)).fill(node.attributes["value"] as number);
  const axis = node.attributes["axis"] as number;
  const stride = stridesOf(node.shape)[axis]!;
  return Float64Array.from(
    { length: sizeOf(node.shape) },
    (_, i) => Math.floor(i / stride) % node.shape[axis]!,
  );
}

function reduce(x: Values, shape: Shape, node: Node): Values {
  const { kind } = node.op;
  if (kind.tag !== "reduce") throw new BugError(`${node.op.name} folds nothing.`);
  const axes = node.attributes["axes"] as number[];
  const strides = stridesOf(shape);
  const pick = (isFolded: boolean): Strided => {
    const kept = shape.map((size, axis) => (axes.includes(axis) === isFolded ? size : 1));
    return { shape: kept, strides, offset: 0 };
  };
  const folded: number[] = [];
  walk(pick(true), (_, position) => folded.push(position));
  const y = new Float64Array(sizeOf(node.shape));
  walk(pick(false), (i, base) => {
    y[i] = kind.reference((k) => x[base + folded[k]!]!, folded.length);
  });
  return y;
}

function place(inputs: readonly Values[], node: Node): Values {
  const { kind } = node.op;
  if (kind.tag !== "place") throw new BugError(`${node.op.name} places nothing.`);
  const y = new Float64Array(sizeOf(node.shape)).fill(kind.fill(node) ?? 0);
  kind.regions(node).forEach((region, k) => {
    walk(region, (i, position) => {
      y[position] = inputs[k]![i]!;
    });
  });
  return y;
}

function compute(node: Node, inputs: readonly Values[], slots: ReadonlyMap<Slot, Values>): Values {
  const { kind } = node.op;
  switch (kind.tag) {
    case "slot": {
      const values = slots.get(node.attributes["slot"] as Slot);
      if (values === undefined) throw new BugError("a slot of the graph is not bound.");
      return values;
    }
    case "leaf":
      return leaf(node, kind.form);
    case "map":
      return Float64Array.from({ length: sizeOf(node.shape) }, (_, i) =>
        convert(kind.reference(...inputs.map((x) => x[i]!)), node.dtype),
      );
    case "reduce":
      return reduce(inputs[0]!, node.inputs[0]!.shape, node);
    case "view": {
      const layout = kind.view(node, contiguous(node.inputs[0]!.shape));
      if (layout === null) throw new BugError(`${node.op.name} of contiguous memory has no strides.`);
      const y = new Float64Array(sizeOf(node.shape));
      walk(layout, (i, position) => {
        y[i] = inputs[0]![position]!;
      });
      return y;
    }
    case "place":
      return place(inputs, node);
    case "routine":
      return kind.reference(inputs, node);
  }
}

/** The value of every node that the roots need; values in `known` are taken as they are. */
export function evaluateNodes(
  roots: readonly Node[],
  slots: ReadonlyMap<Slot, Values>,
  known: ReadonlyMap<Node, Values> = new Map(),
): Map<Node, Values> {
  const values = new Map(known);
  for (const node of topologicalOrder(roots)) {
    if (values.has(node)) continue;
    const inputs = node.inputs.map((input) => values.get(input)!);
    values.set(node, compute(node, inputs, slots));
  }
  return values;
}

/** The graph's outputs and its updates' values, in order. */
export function evaluate(graph: Graph, slots: ReadonlyMap<Slot, Values>): Values[] {
  const roots = rootsOf(graph);
  const values = evaluateNodes(roots, slots);
  return roots.map((root) => values.get(root)!);
}
