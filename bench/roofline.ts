// The least time a program could take: each kernel at the pace of arithmetic or of memory, whichever is slower.
// Reaches below the public API for the compiled program; runs nothing.
import { type Cost, costOf } from "../src/compile/cost.ts";
import type { Program } from "../src/compile/program.ts";
import type { Device } from "../src/device/device.ts";
import type { Graph } from "../src/ir/node.ts";
import type { Ceiling } from "./ceiling.ts";

/** Milliseconds below which a kernel cannot come on all threads, its operands in main memory. */
export const leastTime = ({ flops, bytes }: Cost, { flops: peak, copy }: Ceiling): number =>
  Math.max(flops / peak.all, bytes / copy.all) * 1e-6;

/** The sum of the least times of a program's kernels, in milliseconds. */
export const rooflineOf = ({ kernels }: Program, ceiling: Ceiling): number =>
  kernels.reduce((sum, kernel) => sum + leastTime(costOf(kernel), ceiling), 0);

/** A graph as a device loaded it: its program, and where the instructions lie. */
export interface Loaded {
  readonly program: Program;
  readonly words: BigInt64Array;
  readonly code: { readonly address: number };
  readonly sharedBytes: number;
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
