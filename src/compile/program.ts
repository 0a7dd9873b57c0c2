// What compiling gives: kernels in order, over values that lie in slots or in one planned arena.
// Device-neutral: a device encodes it in its own instructions.
import type { DType } from "../base/dtype.ts";
import type { Shape, Strided } from "../base/shape.ts";
import type { Graph, Node, Slot } from "../ir/node.ts";

/** A piece of memory a program uses: a slot's, or `bytes` at `offset` of the arena. */
export interface Value {
  readonly dtype: DType;
  readonly bytes: number;
  readonly slot: Slot | undefined;
  /** Byte offset in the arena; set by the memory plan, unused for slots. */
  offset: number;
}

/** How a kernel sees a value: element (i₀, …) of its index space is at offset + Σ iₖ·stridesₖ. */
export interface Operand {
  readonly value: Value;
  readonly layout: Strided;
}

/** Element-by-element work over one index space: nodes in order, what they read and what is written. */
export interface MapBody {
  readonly space: Shape;
  readonly nodes: readonly Node[];
  /** Memory that nodes read, by the input node that stands for it. */
  readonly reads: ReadonlyMap<Node, Operand>;
  /** Input nodes that stand for the value a routine has just computed; none outside an epilogue. */
  readonly carried: ReadonlySet<Node>;
  /** Memory written, by the node written. */
  readonly writes: readonly { readonly node: Node; readonly operand: Operand }[];
}

export type Kernel =
  | { readonly tag: "map"; readonly body: MapBody }
  /** `body` computes what is folded; `axes` of its space fold into `output`. */
  | { readonly tag: "reduce"; readonly node: Node; readonly body: MapBody; readonly output: Operand }
  | {
      readonly tag: "routine";
      readonly node: Node;
      readonly inputs: readonly Operand[];
      /** Kernel fields that take output addresses; absent if the epilogue alone uses the result. */
      readonly outputs: ReadonlyMap<string, Operand>;
      /** Work on the result while it is in cache; reads `node` itself from the kernel. */
      readonly epilogue: MapBody | undefined;
    };

export interface Program {
  readonly graph: Graph;
  readonly kernels: readonly Kernel[];
  /** Slots that take the graph's outputs, in order: new memory at every run. */
  readonly outputs: readonly Slot[];
  readonly arenaBytes: number;
  /** The most bytes alive at once: what no plan can go below. */
  readonly liveBytes: number;
}

/** Operands a kernel reads from memory. */
export function readsOf(kernel: Kernel): Operand[] {
  if (kernel.tag !== "routine") return [...kernel.body.reads.values()];
  return [...kernel.inputs, ...(kernel.epilogue?.reads.values() ?? [])];
}

/** Operands a kernel writes to memory. */
export function writesOf(kernel: Kernel): Operand[] {
  if (kernel.tag === "map") return kernel.body.writes.map(({ operand }) => operand);
  if (kernel.tag === "reduce") return [kernel.output];
  return [...kernel.outputs.values(), ...(kernel.epilogue?.writes.map(({ operand }) => operand) ?? [])];
}
