// What a kernel costs: arithmetic and bytes moved. The measure that rooflines and the choice of threads go by.
import { bytesOf } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { type Kernel, type MapBody, type Operand, readsOf, writesOf } from "./program.ts";

/** Arithmetic operations, and bytes read and written when every value passes once between memory and cache. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

const bodyFlops = ({ nodes, space }: MapBody): number => nodes.length * sizeOf(space);

/** Bytes of memory behind an operand: those of its value, or fewer where the kernel sees a part. */
const bytesBehind = ({ value, layout }: Operand): number =>
  Math.min(value.bytes, sizeOf(layout.shape) * bytesOf(value.dtype));

function flopsOf(kernel: Kernel): number {
  if (kernel.tag === "map") return bodyFlops(kernel.body);
  if (kernel.tag === "reduce") return bodyFlops(kernel.body) + sizeOf(kernel.body.space);
  const { node, epilogue } = kernel;
  const { kind } = node.op;
  const own = kind.tag === "routine" ? kind.flops?.(node) : undefined;
  return (own ?? sizeOf(node.shape)) + (epilogue === undefined ? 0 : bodyFlops(epilogue));
}

/** The cost of one kernel, once. */
export function costOf(kernel: Kernel): Cost {
  const operands = [...readsOf(kernel), ...writesOf(kernel)];
  return { flops: flopsOf(kernel), bytes: operands.reduce((sum, operand) => sum + bytesBehind(operand), 0) };
}

/** The cost of all kernels of a step. */
export function totalCost(kernels: readonly Kernel[]): Cost {
  const costs = kernels.map(costOf);
  const total = (key: keyof Cost) => costs.reduce((sum, cost) => sum + cost[key], 0);
  return { flops: total("flops"), bytes: total("bytes") };
}
