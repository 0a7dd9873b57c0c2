// The least time a program could take: each kernel at the pace of arithmetic or of memory, whichever is slower.
// Reaches below the public API for the compiled program; runs nothing.

import {
  type Kernel,
  type Operand,
  type Program,
  readsOf,
  type Value,
  writesOf,
} from "../src/compile/program.ts";
import type { Device } from "../src/device/device.ts";
import type { Graph, Node } from "../src/ir/node.ts";
import type { Ceiling } from "./ceiling.ts";

/** The arithmetic and the memory traffic of a kernel or a program. */
export interface Work {
  readonly flops: number;
  /** Every value read or written, once. */
  readonly bytes: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** 2 for each product with its sum: what routines do for one element of their result, by name. */
function routineFlops(node: Node): number {
  const [a, b] = node.inputs.map(({ shape }) => shape);
  switch (node.op.name) {
    case "matmul":
      return 2 * sizeOf(node.shape) * a![2]!;
    case "conv2d":
      return 2 * sizeOf(node.shape) * sizeOf(b!.slice(1));
    case "conv2dInputGrad":
      return 2 * sizeOf(a!) * sizeOf(b!.slice(1));
    case "conv2dWeightGrad":
      return 2 * sizeOf(b!) * sizeOf(node.shape.slice(1));
    default:
      return 0;
  }
}

/** What one kernel does; element-by-element operations count as one each. */
export function workOf(kernel: Kernel): Work {
  const body = kernel.tag === "routine" ? kernel.epilogue : kernel.body;
  const elementwise = body === undefined ? 0 : body.nodes.length * sizeOf(body.space);
  const flops = elementwise + (kernel.tag === "routine" ? routineFlops(kernel.node) : 0);
  const bytes = (operands: readonly Operand[]) =>
    [...new Set<Value>(operands.map(({ value }) => value))].reduce((sum, value) => sum + value.bytes, 0);
  return { flops, bytes: bytes(readsOf(kernel)) + bytes(writesOf(kernel)) };
}

/** Milliseconds below which a kernel cannot come on all threads, its operands in main memory. */
export const leastTime = ({ flops, bytes }: Work, { flops: peak, copy }: Ceiling): number =>
  Math.max(flops / peak.all, bytes / copy.all) * 1e-6;

/** The sum of the least times of a program's kernels, in milliseconds. */
export const rooflineOf = ({ kernels }: Program, ceiling: Ceiling): number =>
  kernels.reduce((sum, kernel) => sum + leastTime(workOf(kernel), ceiling), 0);

/** A graph as a device loaded it: its program, and where the instructions lie. */
export interface Loaded {
  readonly program: Program;
  readonly words: BigInt64Array;
  readonly code: { readonly address: number };
  readonly shared: { readonly address: number };
}

/** Keeps what `device` loads from now on in the returned list; only for CPU devices. */
export function watchLoads(device: Device): Loaded[] {
  const loads: Loaded[] = [];
  const load = device.load.bind(device);
  device.load = (graph: Graph) => {
    const executable = load(graph);
    loads.push(executable as unknown as Loaded);
    return executable;
  };
  return loads;
}
