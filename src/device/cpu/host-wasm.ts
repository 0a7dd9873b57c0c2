// The WASM host, for browsers and Node alike: shared memory and one worker per thread where the page may have them,
// one thread and plain memory where not. How modules are fetched and workers started is the platform's business.
import { BugError, DeviceError } from "../../base/errors.ts";
import { checkCapacity, checkThreads, type KernelHost } from "./host.ts";
import { type KernelLayout, parseLayout } from "./layout.ts";
import {
  instantiateKernels,
  type KernelExports,
  type RunReply,
  type RunRequest,
  type ThreadStart,
} from "./wasm-thread.ts";

/** A worker as the host sees it. */
export interface ThreadHandle {
  post(message: ThreadStart | RunRequest): void;
  /** Whether the process should stay alive for this worker; meaningless in a browser. */
  keepAlive(wanted: boolean): void;
  terminate(): Promise<void>;
}

/** What differs between browsers and Node. */
export interface WasmPlatform {
  /** The compiled module of this file name. */
  load(name: string): Promise<WebAssembly.Module>;
  /** Starts a worker. */
  spawn(onReply: (message: RunReply) => void, onError: (reason: string) => void): ThreadHandle;
  /** Whether workers and memory shared with them are to be had. */
  readonly canShare: boolean;
  /** Whether the kernels may use the fused multiply-add of relaxed SIMD. */
  readonly isRelaxed: boolean;
}

const PAGE = 65536;
const STACK_BYTES = 1 << 20;
const MAX_PAGES = 65536;
/** Workspaces are laid out for this many threads, and one more for runs on the calling thread. */
const MAX_WASM_THREADS = 16;
/** How long a run on the calling thread goes on before other events get a turn, in milliseconds. */
const TURN = 12;

/** (v128, v128, v128) → v128 by f32x4.relaxed_madd: the smallest module that needs relaxed SIMD. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b],
);

/** True where the engine has relaxed SIMD, whose multiply-add is fused. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(RELAXED_PROBE);

function createMemory(initial: number, shared: boolean): { memory: WebAssembly.Memory; maximum: number } {
  // An engine short of address space refuses the largest maximum.
  for (let maximum = MAX_PAGES; ; maximum /= 2) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximum };
    } catch (cause) {
      if (maximum / 2 < Math.max(initial, 4096))
        throw new DeviceError("WASM kernels: the engine gives no memory. Close other pages.", {}, cause);
    }
  }
}

interface Layout {
  readonly stacks: number;
  readonly locals: number;
  readonly base: number;
}

/** Where stacks, workspaces and device memory begin, behind the module's own data. */
function layOut(exports: KernelExports): Layout {
  const stacks = Math.ceil(Number(exports.__heap_base.value) / PAGE) * PAGE;
  const locals = stacks + STACK_BYTES * MAX_WASM_THREADS;
  return { stacks, locals, base: locals + exports.local_bytes() * (MAX_WASM_THREADS + 1) };
}

function textAt(memory: WebAssembly.Memory, address: number): string {
  const bytes = new Uint8Array(memory.buffer, address);
  // TextDecoder takes no shared memory, hence the copy.
  return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
}

interface Pending {
  resolve(done: number): void;
  reject(error: Error): void;
}

/** The workers: the driver answers runs, the others serve it from inside the kernels. */
class Threads {
  readonly #start: Omit<ThreadStart, "thread" | "stackTop">;
  readonly #platform: WasmPlatform;
  readonly #layout: Layout;
  readonly #handles: ThreadHandle[] = [];
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #failure: DeviceError | undefined;
  readonly ready: Promise<number>;

  constructor(
    platform: WasmPlatform,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    layout: Layout,
  ) {
    this.#platform = platform;
    this.#layout = layout;
    this.#start = { module, memory, locals: layout.locals };
    this.ready = new Promise((resolve, reject) => this.#pending.set(-1, { resolve, reject }));
    this.grow(1);
    this.#handles[0]!.keepAlive(true);
  }

  get pending(): number {
    return this.#pending.size;
  }

  grow(count: number): void {
    for (let thread = this.#handles.length; thread < count; thread++) {
      const handle = this.#platform.spawn(
        (reply) => this.#settle(reply),
        (reason) => this.#fail(reason),
      );
      this.#handles.push(handle);
      handle.keepAlive(false);
      handle.post({ ...this.#start, thread, stackTop: this.#layout.stacks + STACK_BYTES * (thread + 1) });
    }
  }

  run(request: Omit<RunRequest, "id">): Promise<number> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    const driver = this.#handles[0]!;
    driver.keepAlive(true);
    driver.post({ ...request, id });
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #settle({ id, done = 0, error }: RunReply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#handles[0]!.keepAlive(false);
    if (error === undefined) pending?.resolve(done);
    else if (pending === undefined) this.#fail(error);
    else pending.reject(new DeviceError(`WASM kernels: a thread failed, ${error}. Open the device again.`));
  }

  #fail(reason: string): void {
    this.#failure ??= new DeviceError(`WASM kernels: a thread failed, ${reason}. Open the device again.`, {
      reason,
    });
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
    this.#handles[0]?.keepAlive(false);
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.terminate()));
  }
}

class WasmHost implements KernelHost {
  readonly kind = "wasm";
  // runSync works alone here.
  readonly mostSynchronous = 50;
  readonly isa: string;
  readonly layout: KernelLayout;
  readonly base: number;
  readonly capacity: number;
  readonly #kernels: KernelExports;
  readonly #memory: WebAssembly.Memory;
  readonly #workers: Threads | undefined;
  #threads = 1;
  /** Runs on this thread, one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    isa: string,
    kernels: KernelExports,
    memory: WebAssembly.Memory,
    maximum: number,
    workers?: Threads,
  ) {
    const { base, locals } = layOut(kernels);
    this.isa = isa;
    this.base = base;
    this.capacity = maximum * PAGE - base - PAGE;
    this.layout = parseLayout(textAt(memory, kernels.describe()));
    this.#kernels = kernels;
    this.#memory = memory;
    this.#workers = workers;
    kernels.set_locals(locals);
    this.ensure(0);
  }

  get threads(): number {
    return this.#threads;
  }

  ensure(bytes: number): void {
    checkCapacity(this.kind, bytes, this.capacity);
    const missing = this.base + bytes + PAGE - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.#memory.grow(Math.ceil(missing / PAGE));
    } catch (cause) {
      const size = `${Math.ceil(bytes / 2 ** 20)} MiB`;
      throw new DeviceError(
        `memory: the engine gives no ${size}. Use a smaller batch or model.`,
        { bytes },
        cause,
      );
    }
  }

  write(address: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
  }

  read(address: number, into: ArrayBufferView): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    bytes.set(new Uint8Array(this.#memory.buffer, address, bytes.length));
  }

  /** WASM memory cannot be given back. */
  release(): void {}

  sharedBytes(program: number, words: number): number {
    return checkDone(this.#kernels.shared_bytes(program, words));
  }

  async run(program: number, words: number, shared: number, steps: number): Promise<number> {
    const stopSeen = this.#kernels.stop_count();
    if (this.#workers !== undefined)
      return checkDone(await this.#workers.run({ program, words, shared, steps, stopSeen }));
    this.#waiting++;
    const run = this.#last.then(() => this.#runHere(program, words, shared, steps, stopSeen));
    this.#last = run.catch(() => {});
    try {
      return await run;
    } finally {
      this.#waiting--;
    }
  }

  async #runHere(program: number, words: number, shared: number, steps: number, seen: number) {
    let turn = performance.now();
    let done = 0;
    for (; done < steps && this.#kernels.stop_count() === seen; done++) {
      checkDone(this.#kernels.run(program, words, shared, 1, seen, 1, MAX_WASM_THREADS));
      if (performance.now() - turn < TURN) continue;
      await new Promise((resolve) => setTimeout(resolve));
      turn = performance.now();
    }
    return done;
  }

  runSync(program: number, words: number, shared: number): void {
    const pending = this.#waiting + (this.#workers?.pending ?? 0);
    if (pending > 0) throw new DeviceError(`runSync: ${pending} runs are pending. Await them first.`);
    // A page's main thread may not sleep, so it does all tasks itself.
    checkDone(this.#kernels.run(program, words, shared, 1, this.#kernels.stop_count(), 1, MAX_WASM_THREADS));
  }

  stop(): void {
    this.#kernels.stop();
  }

  setThreads(count: number): void {
    this.#threads = this.#workers === undefined ? 1 : Math.min(checkThreads(count), MAX_WASM_THREADS);
    this.#workers?.grow(this.#threads);
    this.#kernels.set_threads(this.#threads);
  }

  async close(): Promise<void> {
    while ((this.#workers?.pending ?? 0) + this.#waiting > 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    this.#kernels.close();
    await this.#workers?.close();
  }
}

function checkDone(result: number): number {
  if (result < 0) throw new BugError("the words of a program are malformed");
  return result;
}

/** Opens the WASM kernels that suit the platform. */
export async function openWasmOn(platform: WasmPlatform, threads: number): Promise<KernelHost> {
  const isShared = platform.canShare;
  const { isRelaxed } = platform;
  const name = `nabla${isRelaxed ? "-relaxed" : ""}${isShared ? "" : "-single"}.wasm`;
  const module = await platform.load(name);
  const { memory, maximum } = createMemory(64, isShared);
  const kernels = await instantiateKernels(module, memory);
  const workers = isShared ? new Threads(platform, module, memory, layOut(kernels)) : undefined;
  const host = new WasmHost(isRelaxed ? "wasm_relaxed" : "wasm", kernels, memory, maximum, workers);
  host.setThreads(threads);
  await workers?.ready;
  return host;
}
