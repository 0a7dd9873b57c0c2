// The graph: immutable nodes, each an op applied to inputs, and the record that says what an op is.
// Knows nothing of particular ops, of devices or of tensors.
import type { DType } from "../base/dtype.ts";
import type { Shape, Strided } from "../base/shape.ts";
import { currentOrigin, type Origin } from "./origin.ts";

/** Shape and element type of a value. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Static arguments of a node: numbers, strings, lists of numbers, or the slot of a leaf. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A place outside the graph where a value lives: an argument of a program, a parameter, a data set on the device. */
export class Slot implements TensorType {
  static #count = 0;
  readonly id: number = Slot.#count++;
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(shape: Shape, dtype: DType) {
    this.shape = shape;
    this.dtype = dtype;
  }
}

/** One value of a graph. Never changed after it is made; `id` grows, so inputs have smaller ids than their users. */
export interface Node extends TensorType {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  /** What it was made within; no part of what the node computes. */
  readonly origin: Origin | undefined;
}

/** Values to compute, and slots that take new values when the program ends a step. */
export interface Graph {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

/** After a step `slot` holds `value`. All reads within the step see the old value. */
export interface Update {
  readonly slot: Slot;
  readonly value: Node;
}

/** Values of one operand, row-major, in double precision: what references compute with. */
export type Values = Float64Array;

/** How a routine is told to the CPU: the kernel, which fields take the operands' addresses, and the rest. */
export interface CpuRoutine {
  readonly kernel: string;
  /** Field that takes each input's address, in order. */
  readonly inputs: readonly string[];
  /** Field that takes the output's address. Nodes with equal kernel, inputs and fields become one instruction. */
  readonly output: string;
  /** Inputs that may lie with any strides (told to `fields`); the others are made contiguous first. */
  readonly strided?: readonly boolean[];
  /** True when a map block over the output's index space may follow the kernel. */
  readonly epilogue?: boolean;
  fields(node: Node, inputs: readonly Strided[]): Record<string, number>;
}

/** How a value is computed; passes and devices switch on `tag`, never on an op's name. */
export type Kind =
  /** A value that is just there: a slot. */
  | { readonly tag: "slot" }
  /** Computed from the index alone: a constant, or the coordinate along an axis. */
  | { readonly tag: "leaf"; readonly form: "constant" | "index" }
  /** Element by element; inputs have the output's shape. `cpu` names the opcode for this node's element types. */
  | { readonly tag: "map"; reference(...x: number[]): number; cpu(node: Node): string }
  /** Over `attributes.axes`, which stay as size 1. `cpu` is the op code of the reduce kernel. */
  | {
      readonly tag: "reduce";
      reference(read: (i: number) => number, count: number): number;
      readonly cpu: number;
    }
  /** The input's elements at other indices: how the output's index space lies in the input's layout, null if it cannot. */
  | { readonly tag: "view"; view(node: Node, input: Strided): Strided | null }
  /** Inputs copied into regions of the output; `fill` is what lies between, undefined where they cover it. */
  | { readonly tag: "place"; regions(node: Node): readonly Strided[]; fill(node: Node): number | undefined }
  /** A kernel of its own. */
  | {
      readonly tag: "routine";
      /** Arithmetic operations it takes; one for each element of the output if absent. */
      flops?(node: Node): number;
      reference(inputs: readonly Values[], node: Node): Values;
      readonly cpu: CpuRoutine;
    };

/** Operands with which the generated tests try an op. */
export interface Sample {
  readonly inputs: readonly {
    readonly shape: Shape;
    readonly dtype?: DType;
    readonly range?: readonly [number, number];
  }[];
  readonly attributes?: Attributes;
}

/** Everything known of a primitive: its type rule, its gradient, how devices compute it, and samples to test it with. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  readonly kind: Kind;
  readonly samples: readonly Sample[];
  /** Output type from input types; throws `ShapeError` or `DTypeError` where a rule is broken. */
  type(inputs: readonly TensorType[], attributes: A): TensorType;
  /** ∂Q/∂inputs from dy = ∂Q/∂output, as graphs; absent or undefined: no gradient flows there. */
  gradient?(dy: Node, node: Node): readonly (Node | undefined)[];
  /** An equal, simpler node, or undefined. */
  simplify?(node: Node): Node | undefined;
  /** An equal graph of ops that fuse better with their neighbours; taken once layouts are settled. */
  decompose?(node: Node): Node | undefined;
  /** For a permutation of the output: the node that computes the permuted value directly, or undefined. */
  permuted?(node: Node, axes: readonly number[]): Node | undefined;
}

let nextId = 0;

/** Applies `op`; the type rule checks the inputs and throws in the caller's frame. */
export function apply<A extends Attributes>(op: Op<A>, inputs: readonly Node[], attributes: A): Node {
  const { shape, dtype } = op.type(inputs, attributes);
  return { id: nextId++, op: op as unknown as Op, inputs, attributes, shape, dtype, origin: currentOrigin() };
}

/** Every node the roots need, inputs before users. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>();
  const order: Node[] = [];
  // An explicit stack: deep nets would overflow the call stack.
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (!seen.has(root)) stack.push({ node: root, next: 0 });
    seen.add(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}

/** The roots of a graph: its outputs, then the values of its updates. */
export const rootsOf = (graph: Graph): Node[] => [
  ...graph.outputs,
  ...graph.updates.map((update) => update.value),
];
