// A program as text: one line a kernel, with what it computes, reads and writes. For goldens, and to see what fused.
import { formatShape } from "../base/shape.ts";
import type { Node } from "../ir/node.ts";
import {
  type Kernel,
  type MapBody,
  type Operand,
  type Program,
  readsOf,
  type Value,
  writesOf,
} from "./program.ts";

const names = (nodes: readonly Node[]): string => nodes.map(({ op }) => op.name).join(" ");

/** What a kernel computes, in one line. */
export const workOf = (kernel: Kernel): string => {
  const chain = ({ nodes, space }: MapBody) => `${names(nodes)} ${formatShape(space)}`;
  if (kernel.tag === "map") return `map ${chain(kernel.body)}`;
  if (kernel.tag === "reduce") {
    return `${kernel.node.op.name} over ${formatShape(kernel.node.attributes["axes"] as number[])} of ${chain(kernel.body)}`;
  }
  const result = `${kernel.node.op.name} ${formatShape(kernel.node.shape)}`;
  return kernel.epilogue === undefined ? result : `${result} then ${names(kernel.epilogue.nodes)}`;
};

/** The kernels in order; values are numbered as they first appear, `s` for slots and `v` for the arena. */
export function printProgram({ kernels, arenaBytes, liveBytes }: Program): string {
  const numbers = new Map<Value, string>();
  const counts = { s: 0, v: 0 };
  const label = ({ value }: Operand): string => {
    const kind = value.slot === undefined ? "v" : "s";
    if (!numbers.has(value)) numbers.set(value, `${kind}${counts[kind]++}`);
    return numbers.get(value)!;
  };
  const lines = kernels.map((kernel) => {
    const reads = [...new Set(readsOf(kernel).map(label))].join(" ");
    return `${writesOf(kernel).map(label).join(" ")} = ${workOf(kernel)} (${reads})`;
  });
  return [...lines, `arena ${arenaBytes} bytes, at least ${liveBytes}`].join("\n");
}
