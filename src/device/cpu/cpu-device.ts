// The CPU device: programs for the C kernels, native or WASM, whichever host it is given.
import { arrayOf, bytesOf, type DType, type TypedArray } from "../../base/dtype.ts";
import { BugError } from "../../base/errors.ts";
import { compileGraph } from "../../compile/compile.ts";
import { type Program, readsOf, type Value, writesOf } from "../../compile/program.ts";
import type { Graph, Slot } from "../../ir/node.ts";
import type { Bindings, Buffer, Device, Executable } from "../device.ts";
import { Allocator, type Range } from "./allocator.ts";
import { assemble } from "./assemble.ts";
import { encodeKernel } from "./encode.ts";
import type { KernelHost } from "./host.ts";

interface CpuBuffer extends Buffer {
  readonly range: Range;
}

/** A word of a program that holds an address in the memory of `slot`. */
interface Relocation {
  readonly word: number;
  readonly slot: number;
}

class CpuExecutable implements Executable {
  readonly program: Program;
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  readonly liveBytes: number;
  /** Slots and outputs, in the order relocations number them. */
  readonly places: readonly Slot[];
  /** Instructions with every slot at address 0. */
  readonly words: BigInt64Array;
  readonly relocations: readonly Relocation[];
  readonly arena: Range;
  readonly code: Range;
  readonly shared: Range;
  /** Addresses the code in device memory was last linked to. */
  linked: readonly number[] = [];

  constructor(program: Program, host: KernelHost, allocator: Allocator) {
    this.program = program;
    this.arenaBytes = program.arenaBytes;
    this.liveBytes = program.liveBytes;
    const used = program.kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)]);
    const slots = new Set(used.flatMap(({ value }) => value.slot ?? []));
    for (const output of program.outputs) slots.delete(output);
    this.slots = [...slots];
    this.places = [...this.slots, ...program.outputs];
    this.arena = allocator.allocate(program.arenaBytes);
    this.words = this.#assemble(host, () => 0);
    this.relocations = this.#findRelocations(host);
    this.code = allocator.allocate(Math.max(8, this.words.byteLength));
    host.write(this.code.address, this.words);
    this.shared = allocator.allocate(host.sharedBytes(this.code.address, this.words.length));
  }

  #assemble(host: KernelHost, slotAddress: (place: number) => number): BigInt64Array {
    const place = new Map(this.places.map((slot, i) => [slot, i]));
    const address = (value: Value) =>
      value.slot === undefined ? this.arena.address + value.offset : slotAddress(place.get(value.slot)!);
    const fields = (name: string) => host.layout.kernels.get(name)?.fields ?? [];
    return assemble(
      host.layout,
      this.program.kernels.map((kernel) => encodeKernel(kernel, address, fields)),
    );
  }

  /** Addresses are the only words that change when slots move, and each by as much as its slot does. */
  #findRelocations(host: KernelHost): Relocation[] {
    const apart = 2 ** 36;
    const moved = this.#assemble(host, (place) => (place + 1) * apart);
    const found: Relocation[] = [];
    moved.forEach((word, i) => {
      const distance = Number(word - this.words[i]!);
      if (distance === 0) return;
      const slot = distance / apart - 1;
      if (!Number.isInteger(slot)) throw new BugError("a word of a program moves with no slot.");
      found.push({ word: i, slot });
    });
    return found;
  }

  /** Writes the instructions for these addresses, unless they are there already. */
  link(addresses: readonly number[], host: KernelHost): void {
    if (
      addresses.length === this.linked.length &&
      addresses.every((address, i) => address === this.linked[i])
    )
      return;
    const linked = this.words.slice();
    for (const { word, slot } of this.relocations) linked[word]! += BigInt(addresses[slot]!);
    host.write(this.code.address, linked);
    this.linked = addresses;
  }
}

const rangeOf = (buffer: Buffer): Range => (buffer as CpuBuffer).range;

/** Runs programs with the C kernels of `host`. */
export class CpuDevice implements Device {
  readonly name: string;
  readonly host: KernelHost;
  readonly #allocator: Allocator;
  #pending = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: KernelHost) {
    this.host = host;
    const threads = host.threads === 1 ? "1 thread" : `${host.threads} threads`;
    this.name = `cpu (${host.kind}, ${host.isa}, ${threads})`;
    this.#allocator = new Allocator(host.base, (bytes) => host.ensure(bytes));
  }

  allocate(dtype: DType, length: number): Buffer {
    const buffer: CpuBuffer = { dtype, length, range: this.#allocator.allocate(length * bytesOf(dtype)) };
    return buffer;
  }

  free(buffer: Buffer): void {
    const range = rangeOf(buffer);
    this.host.release(range.address, range.bytes);
    this.#allocator.free(range);
  }

  write(buffer: Buffer, data: TypedArray): void {
    const array = arrayOf(buffer.dtype, buffer.length);
    const isReady = data.constructor === array.constructor && data.length === buffer.length;
    if (!isReady) array.set(data);
    this.host.write(rangeOf(buffer).address, isReady ? data : array);
  }

  read(buffer: Buffer): TypedArray {
    const array = arrayOf(buffer.dtype, buffer.length);
    this.host.read(rangeOf(buffer).address, array);
    return array;
  }

  load(graph: Graph): Executable {
    return new CpuExecutable(compileGraph(graph), this.host, this.#allocator);
  }

  unload(executable: Executable): void {
    const { arena, code, shared } = executable as CpuExecutable;
    for (const range of [arena, code, shared]) this.#allocator.free(range);
  }

  run(executable: Executable, bindings: Bindings, outputs: readonly Buffer[], steps = 1): Promise<number> {
    const target = executable as CpuExecutable;
    const addresses = target.places.map((slot, i) => {
      const buffer = bindings.get(slot) ?? outputs[i - target.slots.length];
      if (buffer === undefined) throw new BugError("a slot of the program is not bound.");
      return rangeOf(buffer).address;
    });
    const start = () => {
      target.link(addresses, this.host);
      return this.host.run(target.code.address, target.words.length, target.shared.address, steps);
    };
    // The code in device memory may be relinked only when no run of it is under way.
    const work = this.#pending === 0 ? start() : this.#last.then(start);
    this.#pending++;
    this.#last = work.then(
      () => this.#pending--,
      () => this.#pending--,
    );
    return work;
  }

  stop(): void {
    this.host.stop();
  }

  async settled(): Promise<void> {
    await this.#last;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.host.close();
  }
}
