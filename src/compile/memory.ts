// Pass: where values lie in the arena. Two values share bytes when one is dead before the other is born, and a
// map writes over an operand that dies with it.
import { isContiguous, sizeOf } from "../base/shape.ts";
import { type Kernel, type Operand, readsOf, type Value, writesOf } from "./program.ts";

/** Offsets are multiples of this: a cache line, and the widest vector. */
const ALIGNMENT = 64;

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Values that share one piece of memory, alive from kernel `first` to kernel `last`. */
interface Block {
  readonly values: Value[];
  readonly bytes: number;
  first: number;
  last: number;
}

function liveBlocks(kernels: readonly Kernel[]): Map<Value, Block> {
  const blocks = new Map<Value, Block>();
  kernels.forEach((kernel, now) => {
    for (const { value } of [...readsOf(kernel), ...writesOf(kernel)]) {
      if (value.slot !== undefined) continue;
      const block = blocks.get(value) ?? {
        values: [value],
        bytes: align(value.bytes),
        first: now,
        last: now,
      };
      block.last = now;
      blocks.set(value, block);
    }
  });
  return blocks;
}

const covers = ({ value, layout }: Operand, dtypeBytes: number): boolean =>
  layout.offset === 0 && isContiguous(layout) && sizeOf(layout.shape) * dtypeBytes === value.bytes;

/** Operands that a kernel reads and writes element by element in the same order. */
function elementwise(kernel: Kernel): { reads: Operand[]; writes: Operand[]; others: Operand[] } {
  const body = kernel.tag === "map" ? kernel.body : kernel.tag === "routine" ? kernel.epilogue : undefined;
  if (body === undefined) return { reads: [], writes: [], others: [] };
  return {
    reads: [...body.reads.values()],
    writes: body.writes.map(({ operand }) => operand),
    others: kernel.tag === "routine" ? [...kernel.inputs] : [],
  };
}

/** Lets outputs take the memory of operands that are read for the last time by the very same kernel. */
function reuseInPlace(kernels: readonly Kernel[], blocks: Map<Value, Block>): void {
  kernels.forEach((kernel, now) => {
    const { reads, writes, others } = elementwise(kernel);
    for (const write of writes) {
      const target = blocks.get(write.value);
      if (target === undefined || target.first !== now || target.values.length > 1) continue;
      const source = reads.find(({ value }) => {
        const block = blocks.get(value);
        const elementBytes = value.bytes / Math.max(1, sizeOf(write.layout.shape));
        return (
          block !== undefined &&
          block !== target &&
          block.last === now &&
          block.first < now &&
          value.bytes === write.value.bytes &&
          covers(write, elementBytes) &&
          reads.every((read) => read.value !== value || covers(read, elementBytes)) &&
          others.every((other) => other.value !== value)
        );
      });
      if (source === undefined) continue;
      const block = blocks.get(source.value)!;
      block.values.push(write.value);
      block.last = target.last;
      blocks.set(write.value, block);
    }
  });
}

/** Gives every arena value its offset; returns the arena's size and the most bytes alive at once. */
export function planMemory(kernels: readonly Kernel[]): { arenaBytes: number; liveBytes: number } {
  const blocks = liveBlocks(kernels);
  reuseInPlace(kernels, blocks);
  // Largest first: small blocks then fill the gaps (Pisarchyk & Lee 2020).
  const sorted = [...new Set(blocks.values())].sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const placed: { block: Block; offset: number }[] = [];
  let arenaBytes = 0;
  for (const block of sorted) {
    const neighbours = placed
      .filter(({ block: other }) => other.first <= block.last && block.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const { block: other, offset: start } of neighbours) {
      if (start - offset >= block.bytes) break;
      offset = Math.max(offset, start + other.bytes);
    }
    placed.push({ block, offset });
    for (const value of block.values) value.offset = offset;
    arenaBytes = Math.max(arenaBytes, offset + block.bytes);
  }
  const alive = kernels.map((_, now) =>
    sorted.reduce((sum, block) => (block.first <= now && now <= block.last ? sum + block.bytes : sum), 0),
  );
  return { arenaBytes, liveBytes: Math.max(0, ...alive) };
}
