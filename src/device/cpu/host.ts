// What runs the C kernels: device memory, and programs executed in it. The native addon and WASM both implement it.
// Knows nothing of graphs, nor of how a program is made.
import { DeviceError } from "../../base/errors.ts";
import type { KernelLayout } from "./layout.ts";

/** The kernels, loaded and ready. Addresses are absolute bytes in device memory. */
export interface KernelHost {
  readonly kind: "native" | "wasm";
  /** Instruction set the kernels run with: "avx512", "avx2", "neon", "baseline", "wasm" or "wasm_relaxed". */
  readonly isa: string;
  readonly threads: number;
  readonly layout: KernelLayout;
  /** First usable address, 64-byte aligned. */
  readonly base: number;
  /** Bytes that may be allocated from `base` on. */
  readonly capacity: number;
  /** Makes [base, base + bytes) usable; new memory reads as 0. DeviceError if it cannot be had. */
  ensure(bytes: number): void;
  /** Copies the bytes of `data` to `address`. */
  write(address: number, data: ArrayBufferView): void;
  /** Fills `into` with the bytes at `address`. */
  read(address: number, into: ArrayBufferView): void;
  /** Tells the system that the contents of these bytes are no longer needed; they stay usable, with undefined contents. */
  release(address: number, bytes: number): void;
  /** Bytes of shared workspace that the program of `words` 8-byte words at `program` needs. */
  sharedBytes(program: number, words: number): number;
  /** Runs the program `steps` times off this thread, after the runs asked for before; resolves to the steps done. */
  run(program: number, words: number, shared: number, steps: number): Promise<number>;
  /** Estimated microseconds of work up to which `runSync` beats `run`: what waking another thread costs, and how many help. */
  readonly mostSynchronous: number;
  /** Runs the program once, on this thread; for small programs. DeviceError while runs are pending. */
  runSync(program: number, words: number, shared: number): void;
  /** Ends the runs asked for so far after the step they are in. */
  stop(): void;
  /** Sets how many threads share the work, from the next program on. */
  setThreads(count: number): void;
  /** Waits for pending runs, then gives threads and memory back. */
  close(): Promise<void>;
}

/** For people: `native, avx2, 4 threads`, or `wasm, relaxed, 1 thread`. */
export function describeHost({ kind, isa, threads }: KernelHost): string {
  const parts = [kind, isa.replace(/^wasm_?/, ""), threads === 1 ? "1 thread" : `${threads} threads`];
  return parts.filter((part) => part !== "").join(", ");
}

/** Which host to open; where no device is named, the native kernels where they load, WASM otherwise. */
export interface HostOptions {
  device?: "native" | "wasm";
  /** How many threads share the work; by default one per core. */
  threads?: number;
}

/** Throws DeviceError unless `bytes` fit in the `capacity` of a device of this kind. */
export function checkCapacity(kind: string, bytes: number, capacity: number): void {
  if (bytes <= capacity) return;
  const megabytes = (size: number) => `${Math.ceil(size / 2 ** 20)} MiB`;
  throw new DeviceError(
    `memory: ${megabytes(bytes)} asked for, the ${kind} device has ${megabytes(capacity)}. Use a smaller batch or model.`,
    { bytes, capacity },
  );
}

/** The thread count to use for a wish: a whole number, at least 1 and at most 64. */
export function checkThreads(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= MAX_THREADS) return count;
  throw new DeviceError(
    `threads: ${count} is not a whole number from 1 to ${MAX_THREADS}. Leave it out to use every core.`,
    { count },
  );
}

/** The most threads one program is shared by. */
export const MAX_THREADS = 64;
