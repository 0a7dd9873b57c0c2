// The times between the kernels of a profiled program: instructions that note them, and the memory they are noted in.
// Knows nothing of what the kernels compute.
import type { Allocator, Range } from "./allocator.ts";
import type { KernelHost } from "./host.ts";
import type { Instruction } from "./instruction.ts";

// Steps of one run that are noted; the others run as fast and leave no trace.
const MOST_STEPS = 64;

/** Device memory for stamps: int64 [1 + capacity], the number of stamps first. */
export class StampLog {
  readonly range: Range;
  readonly #perStep: number;
  readonly #capacity: number;

  constructor(kernels: number, allocator: Allocator) {
    this.#perStep = kernels + 1;
    this.#capacity = MOST_STEPS * this.#perStep;
    this.range = allocator.allocate(8 * (1 + this.#capacity));
  }

  /** The instructions with a stamp before the first and after each; `log` is the address of the memory. */
  between(instructions: readonly Instruction[], log: number): Instruction[] {
    const stamp: Instruction = { kernel: "stamp", args: { log, capacity: this.#capacity } };
    return [stamp, ...instructions.flatMap((instruction) => [instruction, stamp])];
  }

  /** Forgets what was noted. */
  clear(host: KernelHost): void {
    host.write(this.range.address, new BigInt64Array(1));
  }

  /** Whole steps noted since it was cleared: nanoseconds, a row of kernels + 1 each. */
  read(host: KernelHost): { steps: number; times: Float64Array } {
    const count = new BigInt64Array(1);
    host.read(this.range.address, count);
    const steps = Math.floor(Number(count[0]) / this.#perStep);
    const noted = new BigInt64Array(steps * this.#perStep);
    host.read(this.range.address + 8, noted);
    return { steps, times: Float64Array.from(noted, Number) };
  }
}
