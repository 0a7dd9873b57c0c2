// The passes in order: a graph in, a program out.
import { type Graph, Slot } from "../ir/node.ts";
import { verify } from "../ir/verify.ts";
import { fuse } from "./fuse.ts";
import { moveLayouts } from "./layout.ts";
import { Lowering } from "./lower.ts";
import { materialize } from "./materialize.ts";
import { planMemory } from "./memory.ts";
import type { Kernel, Program } from "./program.ts";
import { schedule } from "./schedule.ts";
import { settle } from "./settle.ts";

/** Equal kernel, operands and fields: one instruction can give all the results. */
function twinKey(kernel: Kernel, ids: Map<unknown, number>): string | undefined {
  if (kernel.tag !== "routine" || kernel.epilogue !== undefined) return undefined;
  const { kind } = kernel.node.op;
  if (kind.tag !== "routine") return undefined;
  const fields = kind.cpu.fields(
    kernel.node,
    kernel.inputs.map(({ layout }) => layout),
  );
  const inputs = kernel.inputs.map(({ value, layout }) => {
    if (!ids.has(value)) ids.set(value, ids.size);
    return `${ids.get(value)}+${layout.offset}`;
  });
  return `${kind.cpu.kernel}(${inputs.join()})${JSON.stringify(fields)}`;
}

/** Routines that differ only in which result they give become one, at the place of the first; equal ones stay apart. */
function joinTwins(kernels: readonly Kernel[]): Kernel[] {
  const ids = new Map<unknown, number>();
  const first = new Map<string, Map<string, unknown>>();
  return kernels.filter((kernel) => {
    const key = twinKey(kernel, ids);
    if (key === undefined || kernel.tag !== "routine") return true;
    const outputs = kernel.outputs as Map<string, unknown>;
    const twin = first.get(key);
    if (twin === undefined || [...outputs.keys()].some((field) => twin.has(field))) {
      if (twin === undefined) first.set(key, outputs);
      return true;
    }
    for (const [field, operand] of outputs) twin.set(field, operand);
    return false;
  });
}

/** Lowers clusters in order; updates that could not go straight into their slots are copied at the end. */
function lowerAll(graph: Graph): { kernels: Kernel[]; outputs: Slot[] } {
  const clusterOf = fuse(graph);
  const { order, inPlace } = schedule(graph, clusterOf);
  const lowering = new Lowering(graph, clusterOf);
  const outputs = graph.outputs.map((node) => {
    const slot = new Slot(node.shape, node.dtype);
    lowering.assign(node, slot);
    return slot;
  });
  for (const update of inPlace) lowering.assign(update.value, update.slot);
  const kernels = order.flatMap((cluster) => lowering.kernels(cluster));
  for (const update of graph.updates) {
    if (!inPlace.has(update))
      kernels.push({ tag: "map", body: lowering.copyInto(update.value, update.slot) });
  }
  return { kernels: joinTwins(kernels), outputs };
}

/** The graph after simplification, in the kernels' own layouts: what `lower` starts from. */
export const optimize = (graph: Graph): Graph => verify(settle(moveLayouts(graph)));

/** Compiles a graph into kernels over planned memory. */
export function compileGraph(graph: Graph): Program {
  const prepared = verify(materialize(optimize(graph)));
  const { kernels, outputs } = lowerAll(prepared);
  return { graph: prepared, kernels, outputs, ...planMemory(kernels) };
}
