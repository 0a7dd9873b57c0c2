// Pass: clusters to kernels over values. Decides what is written to memory, and which updates go straight into
// their slots. Order and memory are decided after this.
import { bytesOf, type DType } from "../base/dtype.ts";
import { BugError } from "../base/errors.ts";
import { contiguous, reshapeLayout, type Shape, type Strided, sizeOf } from "../base/shape.ts";
import { type Graph, type Node, rootsOf, type Slot } from "../ir/node.ts";
import { constantLike, slotOf } from "../ops/leaf.ts";
import { copy } from "../ops/logic.ts";
import { type Cluster, sourceOf } from "./fuse.ts";
import { locate } from "./locate.ts";
import type { Kernel, MapBody, Operand, Value } from "./program.ts";

const newValue = (dtype: DType, shape: Shape, slot?: Slot): Value => ({
  dtype,
  bytes: sizeOf(shape) * bytesOf(dtype),
  slot,
  offset: 0,
});

const plain = (value: Value, shape: Shape): Operand => ({ value, layout: contiguous(shape) });

/** Makes the kernels of clusters, with the values they meet in. */
export class Lowering {
  readonly #values = new Map<Node, Value>();
  readonly #slots = new Map<Slot, Value>();
  readonly #needed = new Set<Node>();

  constructor(graph: Graph, clusterOf: ReadonlyMap<Node, Cluster>) {
    for (const root of rootsOf(graph)) this.#needed.add(root);
    for (const [node, cluster] of clusterOf) {
      for (const source of node.inputs.map(sourceOf)) {
        if (clusterOf.get(source) !== cluster) this.#needed.add(source);
      }
    }
  }

  /** Lets `node` be written straight into `slot`. */
  assign(node: Node, slot: Slot): void {
    this.#values.set(node, this.#slotValue(slot));
  }

  #slotValue(slot: Slot): Value {
    const value = this.#slots.get(slot) ?? newValue(slot.dtype, slot.shape, slot);
    this.#slots.set(slot, value);
    return value;
  }

  /** The memory of a slot or of a node that some kernel writes. */
  #memory(node: Node): Value {
    const slot = slotOf(node);
    if (slot !== undefined) return this.#slotValue(slot);
    const value = this.#values.get(node) ?? newValue(node.dtype, node.shape);
    this.#values.set(node, value);
    return value;
  }

  /** How a kernel sees an input through its views. */
  #operand(input: Node): Operand {
    const located = locate(input);
    if (located === null) throw new BugError(`${input.op.name} needs a copy that materialize did not make.`);
    return { value: this.#memory(located.base), layout: located.layout };
  }

  /** The maps of a cluster as one body over `space`; `head`'s value is carried to them, not read. */
  #body(nodes: readonly Node[], space: Shape, head?: Node): MapBody {
    const inside = new Set(nodes);
    const reads = new Map<Node, Operand>();
    const carried = new Set<Node>();
    for (const input of nodes.flatMap((node) => node.inputs)) {
      if (inside.has(input) || input.op.kind.tag === "leaf") continue;
      if (head !== undefined && sourceOf(input) === head) carried.add(input);
      else reads.set(input, this.#over(this.#operand(input), space));
    }
    const writes = nodes
      .filter((node) => this.#needed.has(node))
      .map((node) => ({ node, operand: this.#over(plain(this.#memory(node), node.shape), space) }));
    return { space, nodes, reads, carried, writes };
  }

  #over({ value, layout }: Operand, space: Shape): Operand {
    const seen: Strided | null = reshapeLayout(layout, space);
    if (seen === null) throw new BugError("an operand has no strides over its kernel's index space.");
    return { value, layout: seen };
  }

  /** The kernels of one cluster, in order. */
  kernels(cluster: Cluster): Kernel[] {
    const { head, nodes } = cluster;
    if (head === undefined) return [{ tag: "map", body: this.#body(nodes, nodes[0]!.shape) }];
    const { kind } = head.op;
    const maps = nodes.filter((node) => node !== head);
    if (kind.tag === "reduce") return [this.#fold(head, maps)];
    if (kind.tag === "place") return this.#place(head);
    if (kind.tag !== "routine") throw new BugError(`no kernel can be headed by ${head.op.name}.`);
    const outputs = this.#needed.has(head)
      ? [[kind.cpu.output, plain(this.#memory(head), head.shape)] as const]
      : [];
    return [
      {
        tag: "routine",
        node: head,
        inputs: head.inputs.map((input) => this.#operand(input)),
        outputs: new Map(outputs),
        epilogue: maps.length === 0 ? undefined : this.#body(maps, head.shape, head),
      },
    ];
  }

  #fold(node: Node, maps: readonly Node[]): Kernel {
    const [input] = node.inputs as [Node];
    const output = plain(this.#memory(node), node.shape);
    if (maps.length > 0) return { tag: "reduce", node, output, body: this.#body(maps, input.shape) };
    return { tag: "reduce", node, output, body: this.#copyBody(input, undefined) };
  }

  /** One copy of `input` into `target`; without a target the copy stays in registers, for a fold. */
  #copyBody(input: Node, target: Operand | undefined): MapBody {
    const node = copy(input);
    const reads = input.op.kind.tag === "leaf" ? [] : [[input, this.#operand(input)] as const];
    const writes = target === undefined ? [] : [{ node, operand: target }];
    return { space: input.shape, nodes: [node], reads: new Map(reads), carried: new Set(), writes };
  }

  #place(node: Node): Kernel[] {
    const { kind } = node.op;
    if (kind.tag !== "place") return [];
    const value = this.#memory(node);
    const fill = kind.fill(node);
    const bodies = kind.regions(node).map((layout, i) => this.#copyBody(node.inputs[i]!, { value, layout }));
    if (fill !== undefined)
      bodies.unshift(this.#copyBody(constantLike(node, fill), plain(value, node.shape)));
    return bodies.map((body) => ({ tag: "map", body }));
  }

  /** A copy of a written value into a slot, for an update that must wait for the end of the step. */
  copyInto(node: Node, slot: Slot): MapBody {
    return this.#copyBody(node, plain(this.#slotValue(slot), node.shape));
  }
}
