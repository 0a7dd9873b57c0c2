// A program encoded for the C kernels, ready to be linked to wherever its slots and its arena lie.
// Knows nothing of when it runs.
import { BugError } from "../../base/errors.ts";
import { totalCost } from "../../compile/cost.ts";
import { type Program, readsOf, type Value, writesOf } from "../../compile/program.ts";
import type { Slot } from "../../ir/node.ts";
import type { Executable } from "../device.ts";
import type { Allocator, Range } from "./allocator.ts";
import { assemble } from "./assemble.ts";
import { encodeKernel } from "./encode.ts";
import type { KernelHost } from "./host.ts";
import { StampLog } from "./stamp-log.ts";

/** A word of a program that holds an address in the memory of a place. */
interface Relocation {
  readonly word: number;
  readonly place: number;
}

// Far enough apart that no offset within one place reaches the next, and few enough bits to stay exact.
const APART = 2 ** 36;

/** Instructions in device memory, and which of their words are addresses. */
export class CpuExecutable implements Executable {
  readonly program: Program;
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  readonly liveBytes: number;
  /** Bytes of shared workspace its kernels ask for. */
  readonly sharedBytes: number;
  /** Microseconds a step takes one thread, roughly: at 50 GFLOP/s and 20 GB/s, and 0.2 µs a kernel. */
  readonly estimate: number;
  readonly code: Range;
  /** Where the times between kernels are noted, in a program that is profiled. */
  readonly log: StampLog | undefined;
  /** Instructions with every place at address 0. */
  readonly words: BigInt64Array;
  /** Places are the slots, then the outputs, then the arena, then the log if there is one. */
  readonly #relocations: readonly Relocation[];
  /** The code as it is in device memory, and the addresses it was last linked to. */
  readonly #image: BigInt64Array;
  #linked: readonly number[] = [];

  constructor(program: Program, host: KernelHost, allocator: Allocator, isTimed = false) {
    this.program = program;
    this.log = isTimed ? new StampLog(program.kernels.length, allocator) : undefined;
    this.arenaBytes = program.arenaBytes;
    this.liveBytes = program.liveBytes;
    const { flops, bytes } = totalCost(program.kernels);
    this.estimate = flops / 50_000 + bytes / 20_000 + program.kernels.length / 5;
    const used = program.kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)]);
    const slots = new Set(used.flatMap(({ value }) => value.slot ?? []));
    for (const output of program.outputs) slots.delete(output);
    this.slots = [...slots];
    this.words = this.#assemble(host, () => 0);
    this.#image = this.words.slice();
    this.#relocations = this.#findRelocations(host);
    this.code = allocator.allocate(Math.max(8, this.words.byteLength));
    host.write(this.code.address, this.words);
    this.sharedBytes = host.sharedBytes(this.code.address, this.words.length);
  }

  #assemble(host: KernelHost, baseOf: (place: number) => number): BigInt64Array {
    const places = [...this.slots, ...this.program.outputs];
    const place = new Map(places.map((slot, i) => [slot, i]));
    const address = ({ slot, offset }: Value) =>
      slot === undefined ? baseOf(places.length) + offset : baseOf(place.get(slot)!);
    const fields = (name: string) => host.layout.kernels.get(name)?.fields ?? [];
    const kernels = this.program.kernels.map((kernel) => encodeKernel(kernel, address, fields));
    return assemble(host.layout, this.log?.between(kernels, baseOf(places.length + 1)) ?? kernels);
  }

  /** Addresses are the only words that change when places move, and each by as much as its place does. */
  #findRelocations(host: KernelHost): Relocation[] {
    const moved = this.#assemble(host, (place) => (place + 1) * APART);
    const found: Relocation[] = [];
    moved.forEach((word, i) => {
      const distance = Number(word - this.words[i]!);
      if (distance === 0) return;
      const place = distance / APART - 1;
      if (!Number.isInteger(place)) throw new BugError("a word of a program moves with no place.");
      found.push({ word: i, place });
    });
    return found;
  }

  /** Writes the instructions for these addresses of the places, unless they are there already. */
  link(addresses: readonly number[], host: KernelHost): void {
    const isLinked = addresses.every((address, i) => address === this.#linked[i]);
    if (isLinked && addresses.length === this.#linked.length) return;
    for (const { word, place } of this.#relocations) {
      if (addresses[place] === this.#linked[place]) continue;
      this.#image[word] = this.words[word]! + BigInt(addresses[place]!);
    }
    host.write(this.code.address, this.#image);
    this.#linked = addresses;
  }
}
