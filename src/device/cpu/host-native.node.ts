// The native host: the Node-API addon built by scripts/build-kernels.mjs, behind the KernelHost interface.
// Knows nothing of programs; choosing between native and WASM is open-host's business.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { BugError, DeviceError } from "../../base/errors.ts";
import { BUILD_SCRIPT } from "./build-script.node.ts";
import { checkCapacity, checkThreads, type KernelHost } from "./host.ts";
import { type KernelLayout, parseLayout } from "./layout.ts";

/** What the addon exports; kernels/platform/node.c. */
interface Addon {
  open(): { base: number; capacity: number; isa: string; layout: string };
  write(address: number, data: ArrayBufferView): void;
  read(address: number, into: ArrayBufferView): void;
  release(address: number, bytes: number): void;
  sharedBytes(program: number, words: number): number;
  run(program: number, words: number, shared: number, steps: number): Promise<number>;
  runSync(program: number, words: number, shared: number): number;
  stop(base: number): void;
  setThreads(base: number, count: number): void;
  close(base: number): void;
}

/** Where the build puts the addon, seen from src/ and from dist/ alike. */
const ADDON = fileURLToPath(new URL("../../../dist/native/nabla.node", import.meta.url));

function loadAddon(): Addon {
  try {
    return createRequire(import.meta.url)(ADDON) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new DeviceError(
      `native kernels: ${reason}. Run \`node ${BUILD_SCRIPT} --native\`, or set NABLA_DEVICE=wasm.`,
      { path: ADDON },
      cause,
    );
  }
}

class NativeHost implements KernelHost {
  readonly kind = "native";
  // The pool helps runSync too; the limit is how long the event loop may wait.
  readonly mostSynchronous = 2000;
  readonly isa: string;
  readonly layout: KernelLayout;
  readonly base: number;
  readonly capacity: number;
  readonly #addon: Addon;
  #threads = 1;
  /** The runs not settled yet. */
  readonly #pending = new Set<Promise<number>>();

  constructor(addon: Addon, threads: number) {
    this.#addon = addon;
    const { base, capacity, isa, layout } = addon.open();
    this.base = base;
    this.capacity = capacity;
    this.isa = isa;
    this.layout = parseLayout(layout);
    this.setThreads(threads);
  }

  get threads(): number {
    return this.#threads;
  }

  ensure(bytes: number): void {
    checkCapacity(this.kind, bytes, this.capacity);
  }

  write(address: number, data: ArrayBufferView): void {
    this.#addon.write(address, data);
  }

  read(address: number, into: ArrayBufferView): void {
    this.#addon.read(address, into);
  }

  release(address: number, bytes: number): void {
    this.#addon.release(address, bytes);
  }

  sharedBytes(program: number, words: number): number {
    const bytes = this.#addon.sharedBytes(program, words);
    if (bytes < 0) throw new BugError("the words of a program are malformed", { program, words });
    return bytes;
  }

  async run(program: number, words: number, shared: number, steps: number): Promise<number> {
    const run = this.#addon.run(program, words, shared, steps);
    this.#pending.add(run);
    try {
      const done = await run;
      if (done < 0) throw new BugError("the words of a program are malformed", { program, words });
      return done;
    } finally {
      this.#pending.delete(run);
    }
  }

  runSync(program: number, words: number, shared: number): void {
    if (this.#pending.size > 0)
      throw new DeviceError(`runSync: ${this.#pending.size} runs are pending. Await them first.`);
    if (this.#addon.runSync(program, words, shared) < 0)
      throw new BugError("the words of a program are malformed", { program, words });
  }

  stop(): void {
    this.#addon.stop(this.base);
  }

  setThreads(count: number): void {
    this.#addon.setThreads(this.base, checkThreads(count));
    this.#threads = count;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#pending);
    this.#addon.close(this.base);
  }
}

/** Opens the native kernels with memory of their own; the threads are shared by all open ones. DeviceError where they do not load. */
export function openNativeHost(threads: number = availableParallelism()): KernelHost {
  return new NativeHost(loadAddon(), checkThreads(threads));
}
