// What a device is to the rest: memory, and programs it runs whole. All implementations pass one contract suite.
import type { DType, TypedArray } from "../base/dtype.ts";
import type { Graph, Slot } from "../ir/node.ts";

/** A piece of a device's memory: `length` elements. */
export interface Buffer {
  readonly dtype: DType;
  readonly length: number;
}

/** A graph, compiled for a device. */
export interface Executable {
  /** Slots that must be bound to run it: what the graph reads and what it updates. */
  readonly slots: readonly Slot[];
  /** Bytes the step needs beside its slots, and what no plan could go below. */
  readonly arenaBytes: number;
  readonly liveBytes: number;
}

/** Which buffer is in which slot. */
export type Bindings = ReadonlyMap<Slot, Buffer>;

/** A device. Buffers that a pending run uses must not be read, written or freed: await the run, or `settled()`. */
export interface Device {
  /** For people: `cpu (native, avx512, 4 threads)`. */
  readonly name: string;
  /** A buffer of undefined contents. DeviceError if memory runs out. */
  allocate(dtype: DType, length: number): Buffer;
  free(buffer: Buffer): void;
  /** Copies all elements of `data` to the buffer's start. */
  write(buffer: Buffer, data: TypedArray): void;
  /** The elements, as an array of their own. */
  read(buffer: Buffer): TypedArray;
  load(graph: Graph): Executable;
  unload(executable: Executable): void;
  /**
   * Runs the graph `steps` times: each time updates take the place of their slots, and at the end `outputs` hold the
   * graph's outputs. Runs are done in the order asked for. Resolves to the steps done, fewer after `stop()`.
   */
  run(
    executable: Executable,
    bindings: Bindings,
    outputs: readonly Buffer[],
    steps?: number,
  ): Promise<number>;
  /** Ends pending runs after the step they are in. */
  stop(): void;
  /** Resolves when no run is pending. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
