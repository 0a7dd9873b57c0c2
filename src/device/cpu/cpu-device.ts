// The CPU device: programs for the C kernels, native or WASM, whichever host it is given.
import { arrayOf, bytesOf, type DType, type TypedArray } from "../../base/dtype.ts";
import { BugError, DeviceError } from "../../base/errors.ts";
import { compileGraph } from "../../compile/compile.ts";
import type { Program } from "../../compile/program.ts";
import type { Graph } from "../../ir/node.ts";
import type { Bindings, Buffer, Device, Executable } from "../device.ts";
import { Allocator, type Range } from "./allocator.ts";
import { CpuExecutable } from "./executable.ts";
import { describeHost, type KernelHost } from "./host.ts";

interface CpuBuffer extends Buffer {
  readonly range: Range;
}

// Milliseconds of synchronous runs after which timers and input get their turn.
const TURN = 5;

/** Resolves in a task of its own: at once in Node, after what is pending in a browser. */
const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

const rangeOf = (buffer: Buffer): Range => (buffer as CpuBuffer).range;

/** Memory that every program uses in turn: runs follow each other, and nothing in it outlives one. */
class Scratch {
  readonly #allocator: Allocator;
  #range: Range | undefined;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  /** Where `bytes` of it lie; asked when no run is under way, so it may move to grow. */
  address(bytes: number): number {
    if (this.#range === undefined || this.#range.bytes < bytes) {
      if (this.#range !== undefined) this.#allocator.free(this.#range);
      this.#range = undefined;
      this.#range = this.#allocator.allocate(bytes);
    }
    return this.#range.address;
  }
}

/** One run of a profiled program. */
export interface RecordedRun {
  readonly program: Program;
  /** Steps whose times were noted: the first ones. */
  readonly steps: number;
  /** Nanoseconds before the first kernel of each step and after every kernel: rows of kernels + 1. */
  readonly times: Float64Array;
}

/** Runs programs with the C kernels of `host`. */
export class CpuDevice implements Device {
  readonly name: string;
  readonly host: KernelHost;
  /** While set, programs that are loaded note the time between their kernels and every run of them is told here. */
  recorder: ((run: RecordedRun) => void) | undefined;
  readonly #allocator: Allocator;
  readonly #arena: Scratch;
  readonly #shared: Scratch;
  #pending = 0;
  #last: Promise<unknown> = Promise.resolve();
  #lastTurn = performance.now();
  #closed: Promise<void> | undefined;

  constructor(host: KernelHost) {
    this.host = host;
    this.name = `cpu (${describeHost(host)})`;
    this.#allocator = new Allocator(host.base, (bytes) => host.ensure(bytes));
    this.#arena = new Scratch(this.#allocator);
    this.#shared = new Scratch(this.#allocator);
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) {
      throw new DeviceError(`${this.name}: the device is closed. Open another one with openDevice().`);
    }
  }

  allocate(dtype: DType, length: number): Buffer {
    this.#checkOpen();
    const buffer: CpuBuffer = { dtype, length, range: this.#allocator.allocate(length * bytesOf(dtype)) };
    return buffer;
  }

  /** What was allocated on a closed device is gone with it. */
  free(buffer: Buffer): void {
    if (this.#closed !== undefined) return;
    const range = rangeOf(buffer);
    this.host.release(range.address, range.bytes);
    this.#allocator.free(range);
  }

  write(buffer: Buffer, data: TypedArray): void {
    this.#checkOpen();
    const array = arrayOf(buffer.dtype, buffer.length);
    const isReady = data.constructor === array.constructor && data.length === buffer.length;
    if (!isReady) array.set(data);
    this.host.write(rangeOf(buffer).address, isReady ? data : array);
  }

  read(buffer: Buffer): TypedArray {
    this.#checkOpen();
    const array = arrayOf(buffer.dtype, buffer.length);
    this.host.read(rangeOf(buffer).address, array);
    return array;
  }

  load(graph: Graph): Executable {
    this.#checkOpen();
    return new CpuExecutable(compileGraph(graph), this.host, this.#allocator, this.recorder !== undefined);
  }

  unload(executable: Executable): void {
    if (this.#closed !== undefined) return;
    const { code, log } = executable as CpuExecutable;
    for (const range of [code, ...(log === undefined ? [] : [log.range])]) this.#allocator.free(range);
  }

  run(executable: Executable, bindings: Bindings, outputs: readonly Buffer[], steps = 1): Promise<number> {
    this.#checkOpen();
    const target = executable as CpuExecutable;
    const buffers = [...target.slots.map((slot) => bindings.get(slot)), ...outputs];
    const addresses = buffers.map((buffer) => {
      if (buffer === undefined) throw new BugError("a slot of the program is not bound.");
      return rangeOf(buffer).address;
    });
    const { code, words, log } = target;
    const link = () => {
      const own = [this.#arena.address(target.arenaBytes), ...(log === undefined ? [] : [log.range.address])];
      target.link([...addresses, ...own], this.host);
      log?.clear(this.host);
      return this.#shared.address(target.sharedBytes);
    };
    if (this.#pending === 0 && steps * target.estimate < this.host.mostSynchronous) {
      const shared = link();
      for (let step = 0; step < steps; step++) this.host.runSync(code.address, words.length, shared);
      this.#tell(target);
      return this.#afterTurn(steps);
    }
    const start = () => {
      const run = this.host.run(code.address, words.length, link(), steps);
      return log === undefined ? run : run.then((done) => this.#tell(target, done));
    };
    // Code may be relinked, and scratch may move, only when no run is under way.
    const work = this.#pending === 0 ? start() : this.#last.then(start);
    this.#pending++;
    this.#last = work.then(
      () => this.#pending--,
      () => this.#pending--,
    );
    return work;
  }

  /** Tells what a profiled run has noted; gives `done` on. */
  #tell({ program, log }: CpuExecutable, done = 0): number {
    if (log !== undefined) this.recorder?.({ program, ...log.read(this.host) });
    return done;
  }

  /** `steps`, after a turn of the event loop if it has not had one for a while. */
  async #afterTurn(steps: number): Promise<number> {
    if (performance.now() - this.#lastTurn > TURN) {
      await nextTask();
      this.#lastTurn = performance.now();
    }
    return steps;
  }

  stop(): void {
    this.host.stop();
  }

  async settled(): Promise<void> {
    await this.#last;
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.host.close());
    return this.#closed;
  }
}
